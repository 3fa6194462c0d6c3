/** Writing files: secret ones for their owner only, and none ever half. */
import { mkdir, rename, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'

/** Mode 0600, in folders of mode 0700. */
export async function writePrivate (file: string, content: string | Uint8Array): Promise<void> {
  await mkdir(dirname(file), { recursive: true, mode: 0o700 })
  const partial = `${file}.${process.pid}.partial`
  await writeFile(partial, content, { mode: 0o600 })
  await rename(partial, file)
}

export async function writePrivateJson (file: string, value: unknown): Promise<void> {
  await writePrivate(file, JSON.stringify(value, undefined, 2) + '\n')
}
