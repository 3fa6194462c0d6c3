/** What the processes of a network have written: the last lines of each log, and what comes after. */
import { open, stat } from 'node:fs/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import { layoutOf, processNames, type ProcessName } from './layout.ts'
import { membersOf, type Member } from './member.ts'
import { NetworkError } from './network-error.ts'
import { readState } from './network-state.ts'
import { logOf } from './processes.ts'

export interface LogLine {
  readonly member: string
  readonly process: ProcessName
  readonly line: string
}

export interface ReadLogsOptions {
  readonly dataFolder: string
  /** All members by default. */
  readonly member?: string
  /** All processes by default. */
  readonly process?: string
  /** How many of the last lines of each log. */
  readonly lines: number
  /** Goes on with what is written from now on, until the signal. */
  readonly follow?: AbortSignal
}

const pollMilliseconds = 250
const chunkBytes = 64 * 1024

/** @throws {NetworkError} when there is no such network, member or process, or nothing of it has been started */
export async function * readLogs (options: ReadLogsOptions): AsyncGenerator<LogLine> {
  const logs = await existing(await chosen(options))
  if (logs.length === 0) throw new NetworkError('Nothing of it has been started yet: there is no log')
  for (const log of logs) yield * asLines(log, await log.tail.last(options.lines))
  while (options.follow?.aborted === false) {
    for (const log of logs) yield * asLines(log, await log.tail.next())
    await sleep(pollMilliseconds, undefined, { signal: options.follow }).catch(() => {})
  }
}

interface Log {
  readonly member: string
  readonly process: ProcessName
  readonly tail: LogTail
}

async function chosen ({ dataFolder, member, process }: ReadLogsOptions): Promise<Log[]> {
  const layout = layoutOf(dataFolder)
  const state = await readState(layout)
  if (state === undefined) throw new NetworkError(`${layout.data} holds no network: bring one up first`)
  const members = pick(membersOf(state.consortium, layout.data, state.portBase), ({ name }: Member) => name, member, 'member')
  const processes = pick(processNames, name => name, process, 'process')
  return members.flatMap(({ name, folders }) => processes.map(process =>
    ({ member: name, process, tail: new LogTail(logOf({ folder: folders[process], name: process })) })))
}

function pick<T> (all: readonly T[], nameOf: (item: T) => string, wanted: string | undefined, what: string): readonly T[] {
  const picked = wanted === undefined ? all : all.filter(item => nameOf(item) === wanted)
  if (picked.length === 0) throw new NetworkError(`There is no ${what} ${wanted}: it must be one of ${all.map(nameOf).join(', ')}`)
  return picked
}

async function existing (logs: readonly Log[]): Promise<Log[]> {
  const present = await Promise.all(logs.map(async ({ tail }) => await tail.size() !== undefined))
  return logs.filter((_log, index) => present[index])
}

function * asLines ({ member, process }: Log, lines: readonly string[]): Generator<LogLine> {
  for (const line of lines) yield { member, process, line }
}

/** A file that grows, read from near its end on. */
class LogTail {
  readonly #file: string
  #position = 0
  /** The beginning of a line whose end has not been written yet. */
  #rest = Buffer.alloc(0)

  constructor (file: string) {
    this.#file = file
  }

  /** Undefined when there is no such file. */
  async size (): Promise<number | undefined> {
    try {
      return (await stat(this.#file)).size
    } catch (error) {
      if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined
      throw error
    }
  }

  /** The last lines that are there now. */
  async last (count: number): Promise<string[]> {
    const size = await this.size() ?? 0
    let start = size
    let text = Buffer.alloc(0)
    while (start > 0 && lineFeeds(text) <= count) {
      const from = Math.max(0, start - chunkBytes)
      text = Buffer.concat([await this.#read(from, start), text])
      start = from
    }
    this.#position = size
    const lines = this.#split(text)
    return count === 0 ? [] : lines.slice(-count)
  }

  /** The lines that have come since. */
  async next (): Promise<string[]> {
    const size = await this.size() ?? 0
    if (size < this.#position) {
      // somebody has begun the file anew
      this.#position = 0
      this.#rest = Buffer.alloc(0)
    }
    const end = Math.min(size, this.#position + 16 * chunkBytes)
    const text = await this.#read(this.#position, end)
    this.#position = end
    return this.#split(text)
  }

  async #read (from: number, to: number): Promise<Buffer<ArrayBuffer>> {
    const buffer = Buffer.alloc(to - from)
    if (buffer.length === 0) return buffer
    const file = await open(this.#file)
    try {
      const { bytesRead } = await file.read(buffer, 0, buffer.length, from)
      return buffer.subarray(0, bytesRead)
    } finally {
      await file.close()
    }
  }

  #split (text: Buffer<ArrayBuffer>): string[] {
    const all = Buffer.concat([this.#rest, text])
    const end = all.lastIndexOf('\n') + 1
    this.#rest = all.subarray(end)
    return end === 0 ? [] : all.subarray(0, end - 1).toString().split('\n')
  }
}

function lineFeeds (text: Buffer): number {
  let count = 0
  for (const byte of text) if (byte === 0x0a) count++
  return count
}
