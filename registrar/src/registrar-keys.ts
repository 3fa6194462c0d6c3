/** The registrar's own secrets, made at its first start and kept in its folder. */
import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { fromHex, toHex } from '../../protocol/src/bytes.ts'
import { pointToHex } from '../../protocol/src/group.ts'
import type { KeyPair } from '../../protocol/src/schnorr.ts'
import { readOrCreatePrivate } from '../../service/src/private-files.ts'
import { openServiceKey } from '../../service/src/service-key.ts'

export interface RegistrarKeys {
  /** Signs what this registrar posts. */
  readonly keys: KeyPair
  /** The public key in hex: the registrar's name in definitions. */
  readonly publicKey: string
  /** Keys the hashes of invitation codes: 32 bytes. */
  readonly codeSecret: Uint8Array
}

/** Reads `key` and `code-secret` from the folder; makes those that are not there yet. */
export function openRegistrarKeys (folder: string): RegistrarKeys {
  const keys = openServiceKey(join(folder, 'key'))
  return { keys, publicKey: pointToHex(keys.publicKey), codeSecret: openCodeSecret(join(folder, 'code-secret')) }
}

function openCodeSecret (file: string): Uint8Array {
  const text = readOrCreatePrivate(file, () => toHex(randomBytes(32))).trim()
  try {
    return fromHex(text, 32)
  } catch {
    // not as cause: the message must not come near the file's content
    throw new Error(`${file} holds no secret of 32 bytes; restore it: without it no code that was put out is known again`)
  }
}
