import type { DatabaseSync, SQLOutputValue, StatementSync } from 'node:sqlite'
import { connect } from './database.ts'
import type { Version, VersionedKey } from './read-write-set.ts'

export interface StateEntry extends VersionedKey {
  readonly value: Uint8Array
}

export interface HistoryEntry {
  readonly transactionId: string
  /** Milliseconds since 1970. */
  readonly timestamp: number
  /** Undefined when the transaction deleted the key. */
  readonly value: Uint8Array | undefined
}

/** The world state as it was when the snapshot was taken, whatever is committed meanwhile (an SQLite read transaction). */
export class Snapshot {
  readonly #database: DatabaseSync
  readonly #get: StatementSync
  readonly #range: StatementSync
  readonly #openRange: StatementSync
  readonly #history: StatementSync

  constructor (file: string) {
    this.#database = connect(file)
    this.#database.exec('PRAGMA query_only = 1')
    const columns = 'SELECT key, value, block, position FROM state'
    this.#get = this.#database.prepare(`${columns} WHERE key = ?`)
    this.#range = this.#database.prepare(`${columns} WHERE key >= ? AND key < ? ORDER BY key LIMIT ?`)
    this.#openRange = this.#database.prepare(`${columns} WHERE key >= ? ORDER BY key LIMIT ?`)
    this.#history = this.#database.prepare(`
      SELECT t.id, t.time, h.value FROM history h JOIN transactions t USING (block, position)
      WHERE h.key = ? ORDER BY h.block DESC, h.position DESC`)
  }

  begin (): void {
    this.#database.exec('BEGIN')
    // SQLite takes the snapshot at the first read.
    this.#get.get('')
  }

  end (): void {
    this.#database.exec('ROLLBACK')
  }

  close (): void {
    this.#database.close()
  }

  get (key: string): StateEntry | undefined {
    const row = this.#get.get(key)
    return row === undefined ? undefined : stateEntry(row)
  }

  /** At most `limit` entries from `startKey` on, in byte order; the end is exclusive, '' is open. */
  range (startKey: string, endKey: string, limit: number): StateEntry[] {
    const rows = endKey === '' ? this.#openRange.all(startKey, limit) : this.#range.all(startKey, endKey, limit)
    return rows.map(stateEntry)
  }

  /** Newest first, as Fabric gives it. */
  history (key: string): HistoryEntry[] {
    return this.#history.all(key).map((row) => ({
      transactionId: textColumn(row, 'id'),
      timestamp: numberColumn(row, 'time'),
      value: row['value'] === null ? undefined : bytesColumn(row, 'value'),
    }))
  }
}

const poolSize = 16

/** A few connections that take turns: a simulation keeps one for as long as it runs. */
export class SnapshotPool {
  readonly #file: string
  readonly #idle: Snapshot[] = []
  readonly #waiting: Array<(snapshot: Snapshot) => void> = []
  #open = 0
  #closed = false

  constructor (file: string) {
    this.#file = file
  }

  async with<T> (use: (snapshot: Snapshot) => Promise<T>): Promise<T> {
    const snapshot = await this.#take()
    try {
      snapshot.begin()
      try {
        return await use(snapshot)
      } finally {
        snapshot.end()
      }
    } finally {
      this.#giveBack(snapshot)
    }
  }

  close (): void {
    this.#closed = true
    for (const snapshot of this.#idle.splice(0)) snapshot.close()
  }

  async #take (): Promise<Snapshot> {
    const idle = this.#idle.pop()
    if (idle !== undefined) return idle
    if (this.#open < poolSize) {
      this.#open++
      return new Snapshot(this.#file)
    }
    return await new Promise((resolve) => { this.#waiting.push(resolve) })
  }

  #giveBack (snapshot: Snapshot): void {
    const next = this.#waiting.shift()
    if (next !== undefined) next(snapshot)
    else if (this.#closed) snapshot.close()
    else this.#idle.push(snapshot)
  }
}

type Row = Record<string, SQLOutputValue>

function stateEntry (row: Row): StateEntry {
  return { key: textColumn(row, 'key'), value: bytesColumn(row, 'value'), version: rowVersion(row) }
}

export function rowVersion (row: Row): Version {
  return { block: numberColumn(row, 'block'), index: numberColumn(row, 'position') }
}

export function numberColumn (row: Row, name: string): number {
  const value = row[name]
  if (typeof value !== 'number') throw new Error(`column ${name} holds no number`)
  return value
}

export function textColumn (row: Row, name: string): string {
  const value = row[name]
  if (typeof value !== 'string') throw new Error(`column ${name} holds no text`)
  return value
}

export function bytesColumn (row: Row, name: string): Uint8Array {
  const value = row[name]
  if (!(value instanceof Uint8Array)) throw new Error(`column ${name} holds no bytes`)
  return value
}
