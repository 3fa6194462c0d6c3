/**
 * Schnorr signatures over ristretto255, in the form (R, s) that can be checked
 * in batches: s·G = R + c·P with c over tag, P, R and the message.
 * Source: Schnorr, J. Cryptology 4 (1991), with key prefixing as in RFC 8032.
 */
import { ByteReader, concatBytes } from './bytes.ts'
import { equationsHold, type Equations } from './equations.ts'
import { basePoint, decodePoint, decodeScalar, encodeScalar, modOrder, multiply, type Point, pointLength, randomScalar, scalarLength } from './group.ts'
import { type Tag } from './tagged-hash.ts'
import { Transcript } from './transcript.ts'

export const signatureLength = pointLength + scalarLength

export interface KeyPair {
  readonly secretKey: bigint
  readonly publicKey: Point
}

export function generateKeyPair (): KeyPair {
  return keyPairFromSecret(randomScalar())
}

export function keyPairFromSecret (secretKey: bigint): KeyPair {
  return { secretKey, publicKey: multiply(basePoint, secretKey) }
}

/** 64 bytes: R (32), s (32, little-endian). */
export function sign (tag: Tag, keys: KeyPair, message: Uint8Array): Uint8Array {
  const nonce = randomScalar()
  const commitment = multiply(basePoint, nonce)
  const challenge = signatureChallenge(tag, keys.publicKey, commitment, message)
  return concatBytes(commitment.toBytes(), encodeScalar(modOrder(nonce + challenge * keys.secretKey)))
}

/** Whether the signature is canonical and right. */
export function verifySignature (tag: Tag, publicKey: Point, message: Uint8Array, signature: Uint8Array): boolean {
  try {
    return equationsHold((equations) => addSignatureEquation(equations, tag, publicKey, message, signature))
  } catch {
    return false
  }
}

/** Adds the signature's equation to a batch; a non-canonical encoding is thrown as `input.not-canonical`. */
export function addSignatureEquation (equations: Equations, tag: Tag, publicKey: Point, message: Uint8Array, signature: Uint8Array): void {
  const reader = new ByteReader(signature)
  const commitment = decodePoint(reader.take(pointLength))
  const response = decodeScalar(reader.take(scalarLength))
  reader.finish()
  const challenge = signatureChallenge(tag, publicKey, commitment, message)
  equations.add([[response, basePoint], [-1n, commitment], [-challenge, publicKey]])
}

function signatureChallenge (tag: Tag, publicKey: Point, commitment: Point, message: Uint8Array): bigint {
  return new Transcript(tag)
    .absorb('public key', publicKey.toBytes())
    .absorb('commitment', commitment.toBytes())
    .absorb('message', message)
    .challenge('challenge')
}
