/** Files that hold secrets or names: for their owner only, and never half written. */
import { linkSync, mkdirSync, openSync, closeSync, fsyncSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'

/** Mode 0600, in a folder of mode 0700 if there is none yet; replaces what was there in one step. */
export function writePrivate (file: string, content: string): void {
  const partial = writePartial(file, content)
  renameSync(partial, file)
}

/**
 * The same, but the file must not exist before. `commit` runs when the content is safe on disk and before the file
 * appears under its name: what throws there leaves no file.
 */
export function createPrivate (file: string, content: string, commit: () => void = () => {}): void {
  const partial = writePartial(file, content)
  try {
    // a link, as a rename would silently replace a file of that name
    linkSync(partial, file)
    try {
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

function writePartial (file: string, content: string): string {
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 })
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
