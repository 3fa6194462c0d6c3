/** The registrar's own ristretto255 key, by which definitions name it: made at first start, kept in its folder. */
import { join } from 'node:path'
import { randomBytes } from 'node:crypto'
import { pointToHex, scalarFromHex, scalarToHex } from '../../protocol/src/group.ts'
import { generateKeyPair, type KeyPair, keyPairFromSecret } from '../../protocol/src/schnorr.ts'
import { createPrivate, readIfThere } from './private-files.ts'

export interface ServiceKeys {
  /** Signs what this registrar posts. */
  readonly keys: KeyPair
  /** The public key in hex: the registrar's name in definitions. */
  readonly publicKey: string
  /** Keys the hashes of invitation codes: 32 bytes. */
  readonly codeSecret: Uint8Array
}

/** Reads `key` and `code-secret` from the folder; makes those that are not there yet. */
export function openServiceKeys (folder: string): ServiceKeys {
  const keys = keyPairFromSecret(scalarFromHex(secretIn(join(folder, 'key'), () => scalarToHex(generateKeyPair().secretKey))))
  const codeSecret = Buffer.from(secretIn(join(folder, 'code-secret'), () => randomBytes(32).toString('hex')), 'hex')
  return { keys, publicKey: pointToHex(keys.publicKey), codeSecret }
}

function secretIn (file: string, make: () => string): string {
  const found = readIfThere(file)
  if (found !== undefined) return found.trim()
  try {
    createPrivate(file, make() + '\n')
  } catch (error) {
    // another process of this registrar was first: its key counts
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error
  }
  return readIfThere(file)!.trim()
}
