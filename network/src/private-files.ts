/** Writing files: secret ones for their owner only, none ever half, and all on disk before anything rests on them: a lost key can't be made again. */
import { mkdir, open, rename, writeFile } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'

/** Mode 0600, in folders of mode 0700. */
export async function writePrivate (file: string, content: string | Uint8Array): Promise<void> {
  const folder = dirname(file)
  const made = await mkdir(folder, { recursive: true, mode: 0o700 })
  const partial = `${file}.${process.pid}.partial`
  await writeFile(partial, content, { mode: 0o600, flush: true })
  await rename(partial, file)
  await sync(folder)
  if (made === undefined) return
  // the folders that were made for it have names, too
  const highest = resolve(made)
  for (let newest = resolve(folder); newest.length >= highest.length; newest = dirname(newest)) await sync(dirname(newest))
}

export async function writePrivateJson (file: string, value: unknown): Promise<void> {
  await writePrivate(file, JSON.stringify(value, undefined, 2) + '\n')
}

/** Gives a file that a program wrote whole its name, for good: its content and the name are on disk when this returns. */
export async function putInPlace (partial: string, file: string): Promise<void> {
  await sync(partial)
  await rename(partial, file)
  await sync(dirname(file))
}

async function sync (path: string): Promise<void> {
  const opened = await open(path, 'r')
  try {
    await opened.sync()
  } finally {
    await opened.close()
  }
}
