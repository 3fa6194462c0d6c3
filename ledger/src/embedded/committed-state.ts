import type { DatabaseSync, StatementSync } from 'node:sqlite'
import type { KeyWrite, Version, VersionedKey } from './read-write-set.ts'
import { rowVersion, textColumn } from './snapshot.ts'
import type { CurrentState } from './validate.ts'

/** World state and history as the writer sees and changes them, inside its write transaction. */
export class CommittedState implements CurrentState {
  readonly #version: StatementSync
  readonly #range: StatementSync
  readonly #closedRange: StatementSync
  readonly #openRange: StatementSync
  readonly #put: StatementSync
  readonly #delete: StatementSync
  readonly #remember: StatementSync

  constructor (database: DatabaseSync) {
    const columns = 'SELECT key, block, position FROM state'
    this.#version = database.prepare(`${columns} WHERE key = ?`)
    this.#range = database.prepare(`${columns} WHERE key >= ? AND key < ? ORDER BY key`)
    this.#closedRange = database.prepare(`${columns} WHERE key >= ? AND key <= ? ORDER BY key`)
    this.#openRange = database.prepare(`${columns} WHERE key >= ? ORDER BY key`)
    this.#put = database.prepare('INSERT OR REPLACE INTO state (key, value, block, position) VALUES (?, ?, ?, ?)')
    this.#delete = database.prepare('DELETE FROM state WHERE key = ?')
    this.#remember = database.prepare('INSERT INTO history (key, block, position, value) VALUES (?, ?, ?, ?)')
  }

  versionOf (key: string): Version | undefined {
    const row = this.#version.get(key)
    return row === undefined ? undefined : rowVersion(row)
  }

  * versionsInRange (startKey: string, endKey: string, includeEnd: boolean): Iterable<VersionedKey> {
    const rows = includeEnd
      ? this.#closedRange.iterate(startKey, endKey)
      : endKey === '' ? this.#openRange.iterate(startKey) : this.#range.iterate(startKey, endKey)
    for (const row of rows) yield { key: textColumn(row, 'key'), version: rowVersion(row) }
  }

  apply (write: KeyWrite, version: Version): void {
    if (write.value === undefined) this.#delete.run(write.key)
    else this.#put.run(write.key, write.value, version.block, version.index)
    this.#remember.run(write.key, version.block, version.index, write.value ?? null)
  }
}
