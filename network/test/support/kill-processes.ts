/** Sudden death, as a power cut or the kernel's memory killer brings it. */
import { setTimeout as sleep } from 'node:timers/promises'
import { memberFolders, processNames, type ProcessName } from '../../src/layout.ts'
import { processState } from '../../src/processes.ts'

/** SIGKILL to these processes of these members, all at once; returns how many there were. */
export async function killProcesses (dataFolder: string, members: readonly string[], names: readonly ProcessName[] = processNames): Promise<number> {
  const folders = members.flatMap(member => names.map(name => memberFolders(dataFolder, member)[name]))
  const running = (await Promise.all(folders.map(processState))).flatMap(({ running, pid }) => running && pid !== undefined ? [pid] : [])
  for (const pid of running) process.kill(-pid, 'SIGKILL')
  // one that is still dying would be taken for running by whoever starts the others again
  for (let attempt = 0; attempt < 500 && (await Promise.all(folders.map(processState))).some(({ running }) => running); attempt++) await sleep(20)
  return running.length
}
