/** Files that hold secrets or names: for their owner only, never half written, and on disk when a function returns. */
import { closeSync, fsyncSync, linkSync, mkdirSync, openSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, resolve } from 'node:path'

/** Mode 0600, in a folder of mode 0700 if there is none yet; replaces what was there in one step. */
export function writePrivate (file: string, content: string): void {
  const partial = writePartial(file, content)
  renameSync(partial, file)
  syncFolder(file)
}

/**
 * The same, but the file must not exist before. `commit` runs when the content is safe on disk: what throws there
 * leaves no file.
 *
 * @throws Error with code `EEXIST` when the file exists
 */
export function createPrivate (file: string, content: string, commit: () => void = () => {}): void {
  const partial = writePartial(file, content)
  try {
    // a link, as a rename would silently replace a file of that name
    linkSync(partial, file)
    try {
      syncFolder(file)
      commit()
    } catch (error) {
      rmSync(file)
      throw error
    }
  } finally {
    rmSync(partial)
  }
}

/** The file's text; undefined when there is none. */
export function readIfThere (file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8')
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined
    throw error
  }
}

/** The text that was kept in the file; without a file, the one that `make` makes is kept from now on. */
export function readOrCreatePrivate (file: string, make: () => string): string {
  const found = readIfThere(file)
  if (found !== undefined) return found
  try {
    createPrivate(file, make())
  } catch (error) {
    // another process of this service was first: what it made counts
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error
  }
  return readFileSync(file, 'utf8')
}

function writePartial (file: string, content: string): string {
  makeFolder(dirname(file))
  const partial = `${file}.${process.pid}.partial`
  rmSync(partial, { force: true })
  const descriptor = openSync(partial, 'wx', 0o600)
  try {
    writeFileSync(descriptor, content)
    fsyncSync(descriptor)
  } finally {
    closeSync(descriptor)
  }
  return partial
}

/** With all that lead to it, on disk: a file in a folder that is gone is gone. */
function makeFolder (folder: string): void {
  const made = mkdirSync(folder, { recursive: true, mode: 0o700 })
  if (made === undefined) return
  const highest = resolve(made)
  for (let newest = resolve(folder); newest.length >= highest.length; newest = dirname(newest)) syncFolder(newest)
}

/** A new name must be on disk too before anything is posted that rests on it. */
function syncFolder (file: string): void {
  const folder = openSync(dirname(file), 'r')
  try {
    fsyncSync(folder)
  } finally {
    closeSync(folder)
  }
}
