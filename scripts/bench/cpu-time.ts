/** Which programs of the network used the processor while something was measured: it says what bounds a figure. Linux only. */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { RunningNetwork } from '../../network/src/bring-up.ts'

const programs = ['gateway', 'registrar', 'trustee', 'contract', 'peer', 'orderer'] as const
/** Clock ticks a second in `/proc`: 100 on every Linux that Node runs on. */
const ticks = 100

/** Seconds of processor time by program, all members together, and of this process (`load`). */
export type CpuTimes = Readonly<Record<string, number>>

export async function cpuTimes (network: RunningNetwork): Promise<CpuTimes> {
  const { user, system } = process.cpuUsage()
  const times: Record<string, number> = { load: (user + system) / 1e6 }
  for (const program of programs) {
    const seconds = await Promise.all(network.members.map(async ({ folder }) => await secondsOf(join(folder, program, 'process.json'))))
    times[program] = seconds.reduce((sum, part) => sum + part, 0)
  }
  return times
}

/** For people: milliseconds of processor time for each of `count` things. */
export function describeCpu (before: CpuTimes, after: CpuTimes, count: number): string {
  return Object.entries(after).map(([name, seconds]) => `${name} ${((seconds - (before[name] ?? 0)) * 1000 / count).toFixed(2)}`).join(', ')
}

/** 0 for a process that is not there, or where there is no `/proc`. */
async function secondsOf (file: string): Promise<number> {
  try {
    const { pid } = JSON.parse(await readFile(file, 'utf8')) as { pid: number }
    // the second field is the program's name in brackets, and may hold anything
    const fields = (await readFile(`/proc/${pid}/stat`, 'utf8')).split(') ').at(-1)!.split(' ')
    return (Number(fields[11]) + Number(fields[12])) / ticks
  } catch {
    return 0
  }
}
