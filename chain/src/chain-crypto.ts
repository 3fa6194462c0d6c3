/**
 * The two operations that a chain is checked with: SHA-256, and ECDSA with a
 * hash of SHA-2 (FIPS 186-5) over the curves that Fabric's members may use.
 * `portableCrypto` runs anywhere; `native-crypto.ts` does the same by Node's own.
 */
import { p256, p384, p521 } from '@noble/curves/nist.js'
import { sha256, sha384, sha512 } from '@noble/hashes/sha2.js'
import { equalBytes } from '../../protocol/src/bytes.ts'

export type CurveName = 'P-256' | 'P-384' | 'P-521'
export type HashName = 'sha256' | 'sha384' | 'sha512'

/** A public key. The object is its own key in caches: keep it. */
export interface EcKey {
  readonly curve: CurveName
  /** SubjectPublicKeyInfo, DER. */
  readonly spki: Uint8Array
  /** SEC 1 uncompressed point. */
  readonly point: Uint8Array
}

export interface ChainCrypto {
  sha256 (bytes: Uint8Array): Uint8Array
  /** Whether `signature` (strict DER) over the message's hash (SHA-256 by default) holds, whatever its S. Never throws. */
  verify (key: EcKey, message: Uint8Array, signature: Uint8Array, hash?: HashName): boolean
}

const curves = { 'P-256': p256, 'P-384': p384, 'P-521': p521 } as const
const hashes = { sha256, sha384, sha512 } as const

export const portableCrypto: ChainCrypto = {
  sha256,
  verify ({ curve, point }, message, signature, hash = 'sha256') {
    try {
      return curves[curve].verify(signature, hashes[hash](message), point, { format: 'der', lowS: false, prehash: false })
    } catch {
      return false
    }
  },
}

/**
 * A signature as Fabric reads it (Go's encoding/asn1 into two numbers, bccsp/utils/ecdsa.go), brought into strict DER:
 * bytes after the sequence, and elements after its two numbers, are passed over. Undefined for what Fabric does not read,
 * and for an S above half the order, which it takes from nobody: each signature could be turned into a second one otherwise.
 */
export function readSignature (curve: CurveName, signature: Uint8Array): Uint8Array | undefined {
  const sequence = readElement(signature, 0x30, 0)
  const r = sequence && readElement(sequence.content, 0x02, 0)
  const s = r && readElement(sequence.content, 0x02, r.next)
  const first = r && readPositive(r.content)
  const second = s && readPositive(s.content)
  if (first === undefined || second === undefined) return undefined
  const order = curves[curve].Point.Fn.ORDER
  if (first >= order || second > order >> 1n) return undefined
  return new (curves[curve].Signature)(first, second).toBytes('der')
}

/** Whether a signature is the one spelling in DER of a pair with the lower S, as Fabric's own signers write it. */
export function isPlainSignature (curve: CurveName, signature: Uint8Array): boolean {
  const plain = readSignature(curve, signature)
  return plain !== undefined && equalBytes(plain, signature)
}

/** An element of DER with one tag; its length in the fewest bytes, as Go demands. */
function readElement (bytes: Uint8Array, tag: number, place: number): { content: Uint8Array, next: number } | undefined {
  if (bytes[place] !== tag) return undefined
  const first = bytes[place + 1]
  if (first === undefined || first === 0x80 || first > 0x82) return undefined
  const count = first < 0x80 ? 0 : first & 0x7f
  const start = place + 2 + count
  const length = count === 0 ? first : bytes.subarray(place + 2, start).reduce((value, byte) => value * 256 + byte, 0)
  if (start + length > bytes.length || (count === 1 && length < 0x80) || (count === 2 && length < 0x100)) return undefined
  return { content: bytes.subarray(start, start + length), next: start + length }
}

/** A number above 0 in the fewest bytes. */
function readPositive (content: Uint8Array): bigint | undefined {
  const [first, second] = content
  if (first === undefined || first >= 0x80 || (first === 0 && (second === undefined || second < 0x80))) return undefined
  return content.reduce((value, byte) => value << 8n | BigInt(byte), 0n)
}
