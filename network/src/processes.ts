/**
 * Long-running processes: started apart from this one, found again by what
 * was written down about them, and never mistaken for a stranger that was
 * given the same number later. Linux only: `/proc` tells when a process began.
 */
import { spawn } from 'node:child_process'
import { mkdir, open, readFile, rm } from 'node:fs/promises'
import { request as httpRequest } from 'node:http'
import { connect } from 'node:net'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { NetworkError } from './network-error.ts'
import { host, portIsFree } from './ports.ts'
import { writePrivate } from './private-files.ts'
import { plainEnvironment, telling } from './run-program.ts'

/** How Fabric's programs write their logs: as its default, without the colours. */
export const plainLog = '%{time:2006-01-02T15:04:05.000Z07:00} %{level:.4s} [%{module}] %{shortfunc}: %{message}'

export interface ProcessSpec {
  /** What runs, e.g. `peer`. */
  readonly name: string
  /** The member it runs for. */
  readonly member: string
  /** The process's own folder: working files, log, and the note about the running process. */
  readonly folder: string
  readonly command: string
  readonly args: readonly string[]
  readonly cwd: string
  readonly env: Readonly<Record<string, string>>
  /** Ports it will listen on: checked before starting, so that the message can be clear. */
  readonly ports: readonly number[]
  readonly ready: ReadyCheck
  /** Readiness is given up after this; 60 s by default. */
  readonly readyWithinMilliseconds?: number
}

export type ReadyCheck =
  /** Something accepts connections. */
  | { readonly kind: 'tcp', readonly port: number }
  /** `GET` answers with 200, and something accepts connections at the other ports. */
  | { readonly kind: 'http', readonly port: number, readonly path: string, readonly otherPorts?: readonly number[] }
  /** It has lived this long. */
  | { readonly kind: 'alive', readonly milliseconds: number }

export interface ProcessState {
  readonly running: boolean
  /** Undefined when it was never started, or stopped on purpose. */
  readonly pid: number | undefined
}

/** What `process.json` says: enough to tell this process from a later one with the same number. */
interface ProcessNote {
  readonly pid: number
  /** Field 22 of `/proc/PID/stat`: clock ticks between boot and start. */
  readonly startTime: string
  readonly bootId: string
}

export function logOf (spec: Pick<ProcessSpec, 'folder' | 'name'>): string {
  return join(spec.folder, `${spec.name}.log`)
}

/**
 * Starts the process unless it runs already, and waits until it is ready.
 * @returns true when it had to be started
 * @throws {NetworkError} naming the log when it ends early or is not ready in time
 */
export async function startProcess (spec: ProcessSpec): Promise<boolean> {
  if ((await processState(spec.folder)).running) return false
  for (const port of spec.ports) {
    if (!await becomesFree(port)) throw new NetworkError(`Port ${port}, meant for the ${spec.name} of ${spec.member}, is taken by another process: choose other ports with --port-base`)
  }
  await mkdir(spec.folder, { recursive: true, mode: 0o700 })
  const log = await open(logOf(spec), 'a', 0o600)
  // Whatever the process writes is for its owner only. It waits for a word from us: should we be killed before we have
  // written down that it runs, it never begins, and nobody meets a process later that no note tells of.
  const child = spawn('/bin/sh', ['-c', 'umask 077 && read -r go && exec "$0" "$@" < /dev/null', spec.command, ...spec.args], {
    cwd: spec.cwd,
    env: { ...plainEnvironment(), ...spec.env },
    stdio: ['pipe', log.fd, log.fd],
    detached: true,
  })
  const spawned = await new Promise<Error | undefined>(resolve => {
    child.once('spawn', () => { resolve(undefined) })
    child.once('error', resolve)
  })
  await log.close()
  if (spawned !== undefined || child.pid === undefined || child.stdin === null) {
    throw new NetworkError(`The ${spec.name} of ${spec.member} could not be started: ${spawned?.message ?? 'no process number'}`)
  }
  child.unref()
  // it may end before it has read the word: waitUntilReady says so
  child.stdin.on('error', () => {})
  const startTime = await startTimeOf(child.pid)
  if (startTime !== undefined) {
    const note: ProcessNote = { pid: child.pid, startTime, bootId: await bootId() }
    await writePrivate(noteFile(spec.folder), JSON.stringify(note) + '\n')
  }
  child.stdin.end('go\n')
  await waitUntilReady(spec)
  return true
}

/** The last thread of a process that has just ended may hold its ports a moment longer than the process is seen. */
async function becomesFree (port: number): Promise<boolean> {
  for (let attempt = 0; attempt < 10; attempt++) {
    if (await portIsFree(port)) return true
    await sleep(200)
  }
  return false
}

/**
 * Waits until a process that runs is ready.
 * @throws {NetworkError} naming the log when it ends meanwhile or is not ready in time
 */
export async function waitUntilReady (spec: ProcessSpec): Promise<void> {
  const limit = spec.readyWithinMilliseconds ?? 60_000
  const start = performance.now()
  while (performance.now() - start < limit) {
    if (!(await processState(spec.folder)).running) throw await failure(spec, `The ${spec.name} of ${spec.member} ended while starting`)
    if (await isReady(spec.ready, performance.now() - start)) return
    // each question to a service leaves a line in its log
    await sleep(spec.ready.kind === 'http' ? 300 : 100)
  }
  throw await failure(spec, `The ${spec.name} of ${spec.member} was not ready after ${limit / 1000} s`)
}

async function failure (spec: ProcessSpec, message: string): Promise<NetworkError> {
  const log = logOf(spec)
  return new NetworkError(message, { log, lastLines: telling(await readFile(log, 'utf8')) })
}

async function isReady (check: ReadyCheck, livedMilliseconds: number): Promise<boolean> {
  switch (check.kind) {
    case 'alive': return livedMilliseconds >= check.milliseconds
    case 'tcp': return await accepts(check.port)
    case 'http': {
      const others = await Promise.all((check.otherPorts ?? []).map(accepts))
      return others.every(Boolean) && await answers(check.port, check.path)
    }
  }
}

async function accepts (port: number): Promise<boolean> {
  return await new Promise(resolve => {
    const socket = connect(port, host)
    socket.setTimeout(1000)
    socket.once('connect', () => { socket.destroy(); resolve(true) })
    for (const event of ['error', 'timeout']) socket.once(event, () => { socket.destroy(); resolve(false) })
  })
}

async function answers (port: number, path: string): Promise<boolean> {
  return await new Promise(resolve => {
    const request = httpRequest({ host, port, path, timeout: 5000, agent: false }, response => {
      response.resume()
      resolve(response.statusCode === 200)
    })
    request.once('timeout', () => { request.destroy() })
    request.once('error', () => { resolve(false) })
    request.end()
  })
}

/** Whether the process whose folder this is runs now. */
export async function processState (folder: string): Promise<ProcessState> {
  const note = await readNote(folder)
  if (note === undefined) return { running: false, pid: undefined }
  const same = note.bootId === await bootId() && note.startTime === await startTimeOf(note.pid)
  return { running: same, pid: note.pid }
}

/**
 * Asks the process to end, and ends it by force after ten seconds. Harmless when it does not run.
 * @returns true when there was something to stop
 */
export async function stopProcess (folder: string): Promise<boolean> {
  const state = await processState(folder)
  if (state.running && state.pid !== undefined) {
    signalGroup(state.pid, 'SIGTERM')
    const start = performance.now()
    while ((await processState(folder)).running) {
      if (performance.now() - start > 10_000) signalGroup(state.pid, 'SIGKILL')
      await sleep(50)
    }
  }
  await rm(noteFile(folder), { force: true })
  return state.running
}

/** The process leads a group of its own: what it started goes with it. */
function signalGroup (pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(-pid, signal)
  } catch (error) {
    // it may just have ended by itself
    if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error
  }
}

function noteFile (folder: string): string {
  return join(folder, 'process.json')
}

/** Undefined, too, for what is no note: notes are written whole, so the machine went down with it, and with what it told of. */
async function readNote (folder: string): Promise<ProcessNote | undefined> {
  const text = await readIfThere(noteFile(folder))
  if (text === undefined) return undefined
  const value = parseNote(text)
  if (typeof value === 'object' && value !== null &&
    'pid' in value && typeof value.pid === 'number' &&
    'startTime' in value && typeof value.startTime === 'string' &&
    'bootId' in value && typeof value.bootId === 'string') {
    return { pid: value.pid, startTime: value.startTime, bootId: value.bootId }
  }
  return undefined
}

function parseNote (text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** When the process began, in clock ticks since boot; undefined when it does not run (any more). */
async function startTimeOf (pid: number): Promise<string | undefined> {
  const stat = await readIfThere(`/proc/${pid}/stat`)
  if (stat === undefined) return undefined
  // the second field, the name in parentheses, may itself hold spaces and parentheses
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  const state = fields[0]
  if (state === 'Z' || state === 'X') return undefined
  return fields[19]
}

async function bootId (): Promise<string> {
  return (await readFile('/proc/sys/kernel/random/boot_id', 'utf8')).trim()
}

async function readIfThere (file: string): Promise<string | undefined> {
  try {
    return await readFile(file, 'utf8')
  } catch (error) {
    if (error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ESRCH')) return undefined
    throw error
  }
}
