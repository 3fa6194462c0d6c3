/** A service's own ristretto255 key: the directory and definitions name it, and it signs what the service says. */
import { scalarFromHex, scalarToHex } from '../../protocol/src/group.ts'
import { generateKeyPair, type KeyPair, keyPairFromSecret } from '../../protocol/src/schnorr.ts'
import { readOrCreatePrivate } from './private-files.ts'

/** Reads the key in the file, the secret scalar in hex; makes it at the first start (mode 0600). */
export function openServiceKey (file: string): KeyPair {
  const text = readOrCreatePrivate(file, () => scalarToHex(generateKeyPair().secretKey)).trim()
  try {
    return keyPairFromSecret(scalarFromHex(text))
  } catch {
    // not as cause: the message must not come near the file's content
    throw new Error(`${file} holds no key; restore it, or remove it and a new one is made`)
  }
}
