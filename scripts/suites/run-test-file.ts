import { spawn, type ChildProcess } from 'node:child_process'
import { setTimeout as delay } from 'node:timers/promises'
import { tallyTap, type Tally } from './tap-tally.ts'

/** How the tests of one file came out. */
export interface FileOutcome extends Tally {
  readonly file: string
  readonly seconds: number
  /** The end of what it wrote to standard error, unless that was shown as it came. */
  readonly stderr: string
}

export interface FileOptions {
  /** Seconds the file may take. */
  readonly timeout: number
  /** Lets its standard error through as it comes: for tests of minutes. */
  readonly showStderr?: boolean
}

/** Process groups of the test files that are running, to end them with us. */
const running = new Set<number>()

/**
 * Runs one test file in a Node process (and process group) of its own and
 * tallies the TAP it writes. A crash, a non-zero exit, a timeout and a file
 * without a single test each count as a failure.
 */
export async function runTestFile (root: string, file: string, options: FileOptions): Promise<FileOutcome> {
  const start = performance.now()
  const child = spawn(process.execPath, ['--enable-source-maps', file], {
    cwd: root,
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, TAP: '1', TAP_CWD: root, TAP_TIMEOUT: String(options.timeout) }
  })
  const group = child.pid
  if (group !== undefined) running.add(group)
  let stderr = ''
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    if (options.showStderr === true) process.stderr.write(text)
    else stderr = (stderr + text).slice(-keptStderr)
  })
  const tallied = tallyTap(child.stdout)
  const problem = await ending(child, options.timeout)
  // a process left behind may hold the pipe open
  endGroup(group, 'SIGTERM')
  if (await Promise.race([tallied, delay(2000, undefined, { ref: false })]) === undefined) child.stdout.destroy()
  child.stderr.destroy()
  const tally = await Promise.race([tallied, delay(1000, emptyTally, { ref: false })])
  if (group !== undefined) running.delete(group)
  return { file, seconds: (performance.now() - start) / 1000, stderr, ...withProblem(tally, problem) }
}

/** Ends what still runs, for when we are ended ourselves. */
export function endRunningTests (): void {
  for (const group of running) endGroup(group, 'SIGTERM')
}

/** Characters of standard error that are kept. */
const keptStderr = 20_000
const emptyTally: Tally = { passed: 0, failed: 0, skipped: 0, failures: [] }

/** Waits for the process to end; returns what was wrong with that, if anything. */
async function ending (child: ChildProcess, timeout: number): Promise<string | undefined> {
  // tap ends the file by itself at the timeout and says where it hung; this is for when it can't
  let timedOut = false
  const terminate = setTimeout(() => { timedOut = true; endGroup(child.pid, 'SIGTERM') }, (timeout + 5) * 1000)
  const kill = setTimeout(() => endGroup(child.pid, 'SIGKILL'), (timeout + 25) * 1000)
  const problem = await new Promise<string | undefined>(resolve => {
    child.once('error', error => resolve(error.message))
    child.once('exit', (code, signal) => {
      if (signal !== null) resolve(`ended by ${signal}`)
      else resolve(code === 0 ? undefined : `exit code ${code}`)
    })
  })
  clearTimeout(terminate)
  clearTimeout(kill)
  return timedOut ? `no end after ${timeout} s` : problem
}

function withProblem (tally: Tally, problem: string | undefined): Tally {
  const nothingRan = tally.passed + tally.failed + tally.skipped === 0
  const name = problem ?? (nothingRan ? 'there is no test in it' : undefined)
  if (name === undefined || tally.failed > 0) return tally
  return { ...tally, failed: 1, failures: [...tally.failures, { name }] }
}

function endGroup (group: number | undefined, signal: NodeJS.Signals): void {
  if (group === undefined) return
  try {
    process.kill(-group, signal)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error
  }
}
