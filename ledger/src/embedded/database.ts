/** The SQLite file of the embedded ledger: its tables, its settings, its first block. */
import { randomBytes, randomInt } from 'node:crypto'
import { mkdirSync } from 'node:fs'
import { dirname } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { setTimeout as sleep } from 'node:timers/promises'
import { canonicalBytes } from '../../../protocol/src/canonical-json.ts'
import { ScrutinError } from '../../../protocol/src/errors.ts'
import { blockHash, dataHash } from './block-hash.ts'

const applicationId = 0x53637274 // 'Scrt'
const schemaVersion = 1
const busyWaitMilliseconds = 15_000

const schema = `
  CREATE TABLE blocks (
    number INTEGER PRIMARY KEY,
    previous_hash BLOB NOT NULL,
    data_hash BLOB NOT NULL,
    hash BLOB NOT NULL,
    time INTEGER NOT NULL
  ) STRICT;
  CREATE TABLE transactions (
    id TEXT PRIMARY KEY,
    block INTEGER NOT NULL,
    position INTEGER NOT NULL,
    code TEXT NOT NULL,
    time INTEGER NOT NULL,
    record BLOB NOT NULL,
    event_name TEXT,
    event_payload BLOB,
    UNIQUE (block, position)
  ) STRICT;
  CREATE TABLE state (
    key TEXT PRIMARY KEY,
    value BLOB NOT NULL,
    block INTEGER NOT NULL,
    position INTEGER NOT NULL
  ) STRICT;
  CREATE TABLE history (
    key TEXT NOT NULL,
    block INTEGER NOT NULL,
    position INTEGER NOT NULL,
    value BLOB,
    PRIMARY KEY (key, block, position)
  ) STRICT;
  PRAGMA application_id = ${applicationId};
  PRAGMA user_version = ${schemaVersion};
`

/** Opens the file, which several processes may share, and makes the ledger when there is none. */
export async function openDatabase (file: string): Promise<DatabaseSync> {
  mkdirSync(dirname(file), { recursive: true })
  const database = connect(file)
  try {
    // Several processes that open a new file at once meet here: changing to WAL ignores the busy timeout.
    await whenNotBusy(() => { database.exec('PRAGMA journal_mode = WAL') })
    await whenNotBusy(() => inWriteTransaction(database, () => prepareSchema(database, file)))
    return database
  } catch (error) {
    database.close()
    throw error
  }
}

/**
 * A further connection to a file that `openDatabase` has prepared. `synchronous = FULL` syncs the log of each block
 * before it is acknowledged, so that it outlasts a power cut (as far as the disk keeps its word). A killed process
 * alone would ask for less: NORMAL, which leaves the last blocks to the operating system.
 */
export function connect (file: string): DatabaseSync {
  const database = new DatabaseSync(file)
  database.exec('PRAGMA busy_timeout = 100; PRAGMA synchronous = FULL')
  return database
}

/** Runs `action` between BEGIN IMMEDIATE and COMMIT; synchronous, so that the lock is held no longer than it takes. */
export function inWriteTransaction<T> (database: DatabaseSync, action: () => T): T {
  database.exec('BEGIN IMMEDIATE')
  try {
    const result = action()
    database.exec('COMMIT')
    return result
  } catch (error) {
    if (database.isTransaction) database.exec('ROLLBACK')
    throw error
  }
}

/**
 * Tries again while another process holds the file, without blocking this process meanwhile.
 *
 * @throws ScrutinError `ledger.unavailable` after 15 s
 */
export async function whenNotBusy<T> (action: () => T): Promise<T> {
  const deadline = Date.now() + busyWaitMilliseconds
  for (;;) {
    try {
      return action()
    } catch (cause) {
      if (!isBusy(cause)) throw cause
      if (Date.now() > deadline) throw new ScrutinError('ledger.unavailable', 'another process holds the ledger file', { cause })
      await sleep(randomInt(2, 10))
    }
  }
}

function isBusy (error: unknown): boolean {
  // SQLITE_BUSY and its extended codes
  return error instanceof Error && 'errcode' in error && typeof error.errcode === 'number' && (error.errcode & 0xff) === 5
}

function prepareSchema (database: DatabaseSync, file: string): void {
  const found = database.prepare('SELECT (SELECT user_version FROM pragma_user_version) AS version, (SELECT application_id FROM pragma_application_id) AS application, (SELECT count(*) FROM sqlite_schema) AS tables').get()
  if (found?.['application'] === applicationId && found['version'] === schemaVersion) return
  if (found?.['tables'] !== 0) throw new Error(`${file} is not an embedded ledger of this version`)
  database.exec(schema)
  appendGenesis(database)
}

/** Block 0 makes every ledger's chain its own, as Fabric's genesis block does. */
function appendGenesis (database: DatabaseSync): void {
  const time = Date.now()
  const record = canonicalBytes({ kind: 'embedded', time, nonce: randomBytes(32).toString('hex') })
  const header = { number: 0, previousHash: new Uint8Array(), dataHash: dataHash([record]) }
  database.prepare('INSERT INTO blocks (number, previous_hash, data_hash, hash, time) VALUES (0, ?, ?, ?, ?)')
    .run(header.previousHash, header.dataHash, blockHash(header), time)
  database.prepare("INSERT INTO transactions (id, block, position, code, time, record) VALUES ('', 0, 0, 'VALID', ?, ?)")
    .run(time, record)
}
