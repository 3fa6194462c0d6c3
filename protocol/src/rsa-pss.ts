/**
 * RSASSA-PSS-VERIFY, RFC 8017 section 8.1.2, with SHA-384, MGF1-SHA-384, an
 * empty salt, 2048-bit moduli and e = 65537: what RFC 9474's variant
 * RSABSSA-SHA384-PSSZERO-Deterministic produces. One valid signature exists for
 * a message and key. Where node:crypto is at hand it does the work (ten times
 * faster); the code below is the same check for browsers.
 */
import { sha384 } from '@noble/hashes/sha2.js'
import { bytesToNumberBE, numberToBytesBE } from '@noble/curves/utils.js'
import { concatBytes, equalBytes, toBase64url, uint32 } from './bytes.ts'

export const modulusBits = 2048
export const modulusLength = modulusBits / 8
export const publicExponent = 65537n

const hashLength = 48

/** `modulus` and `signature` are 256 bytes, big-endian. */
export function verifyRsaPss (modulus: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean {
  if (modulus.length !== modulusLength || signature.length !== modulusLength) return false
  return (verifyOnNode ?? verifyPortably)(modulus, message, signature)
}

/** The check in BigInt arithmetic, step by step, for a modulus of k bytes whose highest bit is set. */
export function verifyPortably (modulus: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean {
  const k = modulus.length
  if (signature.length !== k) return false // RSASSA-PSS-VERIFY step 1
  const n = bytesToNumberBE(modulus)
  const s = bytesToNumberBE(signature)
  if (s >= n) return false // RSAVP1 step 1
  const encoded = numberToBytesBE(modPow65537(s, n), k) // RSAVP1 step 2; emLen = k as modBits - 1 = 8k - 1
  return verifyEmsaPss(sha384(message), encoded)
}

/** EMSA-PSS-VERIFY, RFC 8017 section 9.1.2, sLen = 0, emBits = 8·emLen - 1. */
function verifyEmsaPss (messageHash: Uint8Array, encoded: Uint8Array): boolean {
  if (encoded.at(-1) !== 0xbc) return false // step 4
  const maskedDb = encoded.subarray(0, encoded.length - hashLength - 1) // step 5
  const hash = encoded.subarray(encoded.length - hashLength - 1, -1)
  if ((maskedDb[0]! & 0x80) !== 0) return false // step 6: 8·emLen - emBits = 1 bit
  const mask = mgf1(hash, maskedDb.length) // step 7
  const db = maskedDb.map((byte, i) => byte ^ mask[i]!) // step 8
  db[0]! &= 0x7f // step 9
  const last = db.length - 1
  if (db[last] !== 0x01 || db.subarray(0, last).some((byte) => byte !== 0)) return false // step 10: no salt follows
  return equalBytes(hash, sha384(concatBytes(new Uint8Array(8), messageHash))) // steps 12 to 14
}

/** MGF1 with SHA-384, RFC 8017 appendix B.2.1. */
export function mgf1 (seed: Uint8Array, length: number): Uint8Array {
  const blocks: Uint8Array[] = []
  for (let counter = 0; counter * hashLength < length; counter++) blocks.push(sha384(concatBytes(seed, uint32(counter))))
  return concatBytes(...blocks).subarray(0, length)
}

/** base^65537 mod modulus. */
export function modPow65537 (base: bigint, modulus: bigint): bigint {
  let power = base
  for (let i = 0; i < 16; i++) power = (power * power) % modulus
  return (power * base) % modulus
}

/** The public key as a JSON Web Key, for node:crypto and WebCrypto. */
export function rsaJwk (modulus: Uint8Array): { kty: 'RSA', n: string, e: string } {
  return { kty: 'RSA', n: toBase64url(modulus), e: 'AQAB' }
}

/** The same check by node:crypto, if this runs on Node; the protocol itself needs nothing but the language. */
export const verifyOnNode = ((): typeof verifyPortably | undefined => {
  const crypto = globalThis.process?.getBuiltinModule?.('node:crypto')
  if (crypto === undefined) return undefined
  // by the object: the moduli of an election are the same few arrays for all its ballots
  const keys = new WeakMap<Uint8Array, ReturnType<typeof crypto.createPublicKey>>()
  const keyOf = (modulus: Uint8Array): ReturnType<typeof crypto.createPublicKey> => {
    let key = keys.get(modulus)
    if (key === undefined) {
      // the options stand on the key itself: Node takes a third of the check to find the key within an object of options
      key = Object.assign(crypto.createPublicKey({ key: rsaJwk(modulus), format: 'jwk' }), { padding: crypto.constants.RSA_PKCS1_PSS_PADDING, saltLength: 0 })
      keys.set(modulus, key)
    }
    return key
  }
  return (modulus, message, signature) => {
    try {
      return crypto.verify('sha384', message, keyOf(modulus), signature)
    } catch {
      return false
    }
  }
})()
