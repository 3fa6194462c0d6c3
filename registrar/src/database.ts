/** `roll.db`: what one registrar knows. SQLite in the registrar's folder, shared by its server and its commands. */
import { chmodSync, closeSync, mkdirSync, openSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'

const schema = `
  CREATE TABLE IF NOT EXISTS election (
    id TEXT PRIMARY KEY,
    definition TEXT NOT NULL,
    -- this registrar's place among those of the definition
    registrar INTEGER NOT NULL,
    -- when invitation codes were put out, ISO 8601; null: not yet
    codes_at TEXT
  ) STRICT;
  -- one fresh RSA key per election and class
  CREATE TABLE IF NOT EXISTS rsa_key (
    election TEXT NOT NULL REFERENCES election (id) ON DELETE CASCADE,
    class INTEGER NOT NULL,
    -- base64url
    modulus TEXT NOT NULL,
    -- PKCS#8, DER
    private_key BLOB NOT NULL,
    PRIMARY KEY (election, class)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS leaf (
    election TEXT NOT NULL REFERENCES election (id) ON DELETE CASCADE,
    position INTEGER NOT NULL,
    class INTEGER NOT NULL,
    commitment TEXT NOT NULL,
    salt BLOB NOT NULL,
    identity TEXT NOT NULL,
    -- neighbours up to the root, 32 bytes each
    path BLOB NOT NULL,
    PRIMARY KEY (election, position)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS code (
    election TEXT NOT NULL REFERENCES election (id) ON DELETE CASCADE,
    hash TEXT NOT NULL,
    position INTEGER NOT NULL,
    PRIMARY KEY (election, hash)
  ) STRICT, WITHOUT ROWID;
  -- without rowid: the order in which people came is not kept
  CREATE INDEX IF NOT EXISTS code_position ON code (election, position);
  CREATE TABLE IF NOT EXISTS issuance (
    election TEXT NOT NULL REFERENCES election (id) ON DELETE CASCADE,
    position INTEGER NOT NULL,
    -- hash of the one blinded message that is signed for this leaf
    blinded TEXT NOT NULL,
    -- milliseconds since 1970 while it waits to be written to the ledger; null: it stands there
    waiting_since INTEGER,
    PRIMARY KEY (election, position)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX IF NOT EXISTS issuance_waiting ON issuance (election, waiting_since) WHERE waiting_since IS NOT NULL;
`

/**
 * Opens the registrar's database, mode 0600, and makes it if there is none.
 *
 * @param sync `FULL` survives a power cut: keys and codes can't be had again. `NORMAL` may lose the last requests to
 * one: an issuance lost before it stands on the ledger is asked for again, one that stands there is found there
 */
export function openDatabase (folder: string, sync: 'FULL' | 'NORMAL' = 'FULL'): DatabaseSync {
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  const file = join(folder, 'roll.db')
  // SQLite gives its journal the mode of the database
  closeSync(openSync(file, 'a', 0o600))
  chmodSync(file, 0o600)
  const database = new DatabaseSync(file, { timeout: 10_000, enableForeignKeyConstraints: true })
  database.exec(`PRAGMA journal_mode = WAL; PRAGMA synchronous = ${sync}; PRAGMA secure_delete = ON;`)
  database.exec(schema)
  return database
}

/** All or nothing. */
export function inTransaction<T> (database: DatabaseSync, work: () => T): T {
  database.exec('BEGIN IMMEDIATE')
  try {
    const result = work()
    database.exec('COMMIT')
    return result
  } catch (error) {
    database.exec('ROLLBACK')
    throw error
  }
}
