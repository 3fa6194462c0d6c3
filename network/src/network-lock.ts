/**
 * One command at a time works on a data folder. The lock is the operating system's, taken through SQLite: it ends
 * with the process that holds it, however that ends, so a lock that was left behind can't stand in anybody's way.
 */
import { mkdir, open } from 'node:fs/promises'
import { DatabaseSync } from 'node:sqlite'
import type { NetworkLayout } from './layout.ts'
import { NetworkError } from './network-error.ts'

/** SQLITE_BUSY: another connection, of this process or another, has the lock. */
const busy = 5

/**
 * Does the work while nobody else brings this network up, down or removes it. Makes the data folder.
 * @throws {NetworkError} at once when somebody else is at it
 */
export async function withNetworkLock<T> (layout: NetworkLayout, work: () => Promise<T>): Promise<T> {
  await mkdir(layout.data, { recursive: true, mode: 0o700 })
  await makeLockFile(layout.lock)
  const database = new DatabaseSync(layout.lock)
  try {
    lock(database, layout)
    return await work()
  } finally {
    database.close()
  }
}

/** SQLite would let others read it. Never opened when it is there: closing it would give up a lock that this process holds. */
async function makeLockFile (file: string): Promise<void> {
  try {
    await (await open(file, 'wx', 0o600)).close()
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error
  }
}

function lock (database: DatabaseSync, layout: NetworkLayout): void {
  try {
    database.exec('BEGIN EXCLUSIVE')
  } catch (error) {
    if (error instanceof Error && 'errcode' in error && error.errcode === busy) {
      throw new NetworkError(`Another command is bringing up, stopping or removing the network in ${layout.data}: wait until it is done`)
    }
    throw error
  }
}
