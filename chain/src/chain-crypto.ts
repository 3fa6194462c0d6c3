/**
 * The two operations that a chain is checked with: SHA-256 and ECDSA over P-256
 * with SHA-256 (FIPS 186-5). `portableCrypto` runs anywhere; `native-crypto.ts`
 * does the same by Node's own.
 */
import { p256 } from '@noble/curves/nist.js'
import { sha256 } from '@noble/hashes/sha2.js'
import { equalBytes } from '../../protocol/src/bytes.ts'

/** A public key of P-256. The object is its own key in caches: keep it. */
export interface P256Key {
  /** SubjectPublicKeyInfo, DER. */
  readonly spki: Uint8Array
  /** SEC 1 uncompressed point, 65 bytes. */
  readonly point: Uint8Array
}

export interface ChainCrypto {
  sha256 (bytes: Uint8Array): Uint8Array
  /** Whether `signature` (DER) over SHA-256 of the message holds. Never throws. High S is judged elsewhere (`isLowS`). */
  verify (key: P256Key, message: Uint8Array, signature: Uint8Array): boolean
}

export const portableCrypto: ChainCrypto = {
  sha256,
  verify ({ point }, message, signature) {
    try {
      return p256.verify(signature, message, point, { format: 'der', lowS: false })
    } catch {
      return false
    }
  },
}

/**
 * Whether a DER signature is well-formed and its S at most half the order. Fabric takes no other from identities
 * (bccsp/sw/ecdsa.go): each signature could be turned into a second one otherwise.
 */
export function isLowS (signature: Uint8Array): boolean {
  try {
    return !p256.Signature.fromBytes(signature, 'der').hasHighS()
  } catch {
    return false
  }
}

/** Whether a signature is the one spelling in DER of a pair with the lower S, as Fabric's own signers write it. */
export function isPlainSignature (signature: Uint8Array): boolean {
  try {
    const read = p256.Signature.fromBytes(signature, 'der')
    return !read.hasHighS() && equalBytes(read.toBytes('der'), signature)
  } catch {
    return false
  }
}
