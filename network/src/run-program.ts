/** Running one of Fabric's programs to its end, its output kept in a log. */
import { spawn } from 'node:child_process'
import { appendFile } from 'node:fs/promises'
import { basename } from 'node:path'
import { NetworkError } from './network-error.ts'

export interface ProgramRun {
  readonly program: string
  readonly args: readonly string[]
  readonly env?: Readonly<Record<string, string>>
  readonly cwd?: string
  /** Everything the program prints is appended here. */
  readonly log: string
  /** What failed, should it fail: the beginning of a sentence. */
  readonly failure: string
  /** Ended by force after this; 120 s by default. */
  readonly timeoutMilliseconds?: number
}

/**
 * @returns what the program wrote to stdout
 * @throws {NetworkError} with the log's place and last lines when it ends otherwise than with 0
 */
export async function runProgram (run: ProgramRun): Promise<string> {
  const child = spawn(run.program, run.args, {
    ...(run.cwd === undefined ? {} : { cwd: run.cwd }),
    env: { ...plainEnvironment(), ...run.env },
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: run.timeoutMilliseconds ?? 120_000,
    killSignal: 'SIGKILL',
  })
  let stdout = ''
  let all = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => { stdout += text; all += text })
  child.stderr.setEncoding('utf8').on('data', (text: string) => { all += text })
  const code = await new Promise<number | string | null>((resolve, reject) => {
    child.once('error', reject)
    child.once('close', (code, signal) => { resolve(code ?? signal) })
  })
  await appendFile(run.log, `$ ${basename(run.program)} ${run.args.join(' ')}\n${all}\n`)
  if (code !== 0) {
    throw new NetworkError(`${run.failure}: ${basename(run.program)} ended with ${code ?? 'nothing'}`, {
      log: run.log,
      lastLines: telling(all),
    })
  }
  return stdout
}

/** What a child needs of this process's environment, and nothing that may be secret. */
export function plainEnvironment (): Record<string, string> {
  const environment: Record<string, string> = {}
  for (const name of ['PATH', 'HOME', 'LANG', 'LC_ALL', 'TZ', 'TMPDIR']) {
    const value = process.env[name]
    if (value !== undefined) environment[name] = value
  }
  return environment
}

/** The lines that tell most of why a program ended: from where it panicked on, or else the last ones. */
export function telling (text: string, count = 12): string[] {
  const lines = text.split('\n').map(line => line.trimEnd()).filter(line => line !== '').slice(-100)
  const panic = lines.findLastIndex(line => /^panic: | (?:PANI|FATA) /.test(line))
  return panic < 0 ? lines.slice(-count) : lines.slice(panic, panic + count)
}
