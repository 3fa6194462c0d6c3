/** One process at a time: `trustee decrypt` may run beside `trustee ceremony --follow`. */
import { closeSync, mkdirSync, openSync, readFileSync, rmSync, writeSync } from 'node:fs'
import { dirname } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'

const waitMs = 10_000
const retryMs = 20

/** Runs `work` while no other process that locks the same file does. Throws when the lock isn't free within 10 s. */
export async function withLock<T> (file: string, work: () => T): Promise<T> {
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 })
  const until = performance.now() + waitMs
  while (!tryLock(file)) {
    if (performance.now() > until) throw new Error(`another process holds ${file}; remove it if there is none`)
    await delay(retryMs)
  }
  try {
    return work()
  } finally {
    rmSync(file, { force: true })
  }
}

function tryLock (file: string): boolean {
  try {
    const descriptor = openSync(file, 'wx', 0o600)
    writeSync(descriptor, String(process.pid))
    closeSync(descriptor)
    return true
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error
  }
  // `work` has no pause: a lock of our own process was left by nobody, one of a process that ended was left behind
  if (!isAlive(file)) rmSync(file, { force: true })
  return false
}

function isAlive (file: string): boolean {
  try {
    const pid = Number(readFileSync(file, 'utf8'))
    // empty for the moment between making and writing
    if (pid === 0) return true
    if (pid === process.pid) return false
    process.kill(pid, 0)
    return true
  } catch (error) {
    return !(error instanceof Error && 'code' in error && (error.code === 'ESRCH' || error.code === 'ENOENT'))
  }
}
