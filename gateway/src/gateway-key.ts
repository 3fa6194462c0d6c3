/** The gateway's Schnorr key: the directory names it, and it signs statements of inclusion. */
import { randomBytes } from 'node:crypto'
import { link, mkdir, open, readFile, unlink } from 'node:fs/promises'
import { join } from 'node:path'
import { scalarFromHex, scalarToHex } from '../../protocol/src/group.ts'
import { generateKeyPair, type KeyPair, keyPairFromSecret } from '../../protocol/src/schnorr.ts'

const fileName = 'gateway-key'

/** Reads the key in the folder; makes it at the first start (the folder 0700, the file 0600: the secret scalar in hex). */
export async function openGatewayKey (folder: string): Promise<KeyPair> {
  const file = join(folder, fileName)
  const found = await readKey(file)
  if (found !== undefined) return found
  await mkdir(folder, { recursive: true, mode: 0o700 })
  await writeOnce(file, scalarToHex(generateKeyPair().secretKey))
  return (await readKey(file))!
}

async function readKey (file: string): Promise<KeyPair | undefined> {
  let text: string
  try {
    text = await readFile(file, 'utf8')
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined
    throw error
  }
  try {
    return keyPairFromSecret(scalarFromHex(text))
  } catch {
    // not as cause: the message must not come near the file's content
    throw new Error(`${file} holds no key; restore it, or remove it and a new one is made`)
  }
}

/** Whole or not at all, and never over a file that stands there already. */
async function writeOnce (file: string, text: string): Promise<void> {
  const unfinished = `${file}.${randomBytes(8).toString('hex')}`
  const handle = await open(unfinished, 'wx', 0o600)
  try {
    await handle.writeFile(text)
    await handle.sync()
  } finally {
    await handle.close()
  }
  try {
    await link(unfinished, file)
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error
  } finally {
    await unlink(unfinished)
  }
}
