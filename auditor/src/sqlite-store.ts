/** The state of a replayed chain in a database of its own, so that memory does not grow with the box. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import type { ChainStore, StoredKey, StoredValue } from '../../chain/src/chain-store.ts'

export interface TemporaryStore extends ChainStore {
  /** Removes the database. */
  close (): void
}

/** Opens an empty store in the system's folder for temporary files; nothing in it needs to survive a crash. */
export function openTemporaryStore (): TemporaryStore {
  const folder = mkdtempSync(join(tmpdir(), 'scrutin-audit-'))
  const database = new DatabaseSync(join(folder, 'state.sqlite'))
  database.exec(`
    PRAGMA journal_mode = OFF;
    PRAGMA synchronous = OFF;
    PRAGMA locking_mode = EXCLUSIVE;
    CREATE TABLE state (
      namespace TEXT NOT NULL, key TEXT NOT NULL, block INTEGER NOT NULL, place INTEGER NOT NULL, value BLOB NOT NULL,
      PRIMARY KEY (namespace, key)
    ) STRICT, WITHOUT ROWID;
    BEGIN;`)
  const get = database.prepare('SELECT block, place, value FROM state WHERE namespace = ? AND key = ?')
  const put = database.prepare('INSERT OR REPLACE INTO state (namespace, key, block, place, value) VALUES (?, ?, ?, ?, ?)')
  const remove = database.prepare('DELETE FROM state WHERE namespace = ? AND key = ?')
  // text is compared by its UTF-8 bytes, as Fabric compares keys
  const between = database.prepare('SELECT key, block, place FROM state WHERE namespace = ? AND key >= ? AND key < ? ORDER BY key LIMIT ?')
  const from = database.prepare('SELECT key, block, place FROM state WHERE namespace = ? AND key >= ? ORDER BY key LIMIT ?')
  return {
    get (namespace, key): StoredValue | undefined {
      const row = get.get(namespace, key)
      if (row === undefined) return undefined
      return { version: { block: Number(row['block']), transaction: Number(row['place']) }, value: row['value'] as Uint8Array }
    },
    put (namespace, key, { block, transaction }, value) {
      put.run(namespace, key, block, transaction, value)
    },
    delete (namespace, key) {
      remove.run(namespace, key)
    },
    * keys (namespace, start, end) {
      // page by page: a reader may look up values, or stop, between two keys
      for (let first = start; ;) {
        const rows = (end === '' ? from.all(namespace, first, pageSize) : between.all(namespace, first, end, pageSize))
        for (const row of rows) yield storedKey(row)
        const last = rows.at(-1)
        if (last === undefined || rows.length < pageSize) return
        first = `${String(last['key'])}\0`
      }
    },
    close () {
      database.close()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

const pageSize = 1000

function storedKey (row: Record<string, unknown>): StoredKey {
  return { key: String(row['key']), version: { block: Number(row['block']), transaction: Number(row['place']) } }
}
