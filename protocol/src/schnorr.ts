/**
 * Schnorr signatures over ristretto255, in the form (R, s) that can be checked
 * in batches: s·G = R + c·P with c over tag, P, R and the message.
 * Source: Schnorr, J. Cryptology 4 (1991), with key prefixing as in RFC 8032.
 */
import { concatBytes } from './bytes.ts'
import { ElementReader } from './element-reader.ts'
import { equationsHold, type Equations } from './equations.ts'
import { basePoint, encodeScalar, modOrder, multiply, type Point, pointLength, randomScalar, scalarLength } from './group.ts'
import { type CheckedPoint, encodingOf, type PublicPoint } from './public-point.ts'
import { type Tag } from './tagged-hash.ts'
import { Transcript } from './transcript.ts'

export const signatureLength = pointLength + scalarLength

/** (R, s), decoded to be checked. */
export interface Signature {
  readonly commitment: PublicPoint
  readonly response: bigint
}

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
  const encodedCommitment = multiply(basePoint, nonce).toBytes()
  // kept with the key: encoding a point takes as long as half a multiplication
  const challenge = signatureChallenge(tag, encodingOf(keys.publicKey), encodedCommitment, message)
  return concatBytes(encodedCommitment, encodeScalar(modOrder(nonce + challenge * keys.secretKey)))
}

/** Whether the signature is canonical and right. */
export function verifySignature (tag: Tag, publicKey: CheckedPoint, message: Uint8Array, signature: Uint8Array): boolean {
  try {
    return equationsHold((equations) => addSignatureEquation(equations, tag, publicKey, message, decodeSignature(signature)))
  } catch {
    return false
  }
}

/** Refuses with `input.not-canonical` what is not 64 bytes of a point and a scalar. */
export function decodeSignature (bytes: Uint8Array): Signature {
  const reader = new ElementReader(bytes)
  const signature = readSignature(reader)
  reader.finish()
  return signature
}

/** The commitment is decoded when the reader finishes. */
export function readSignature (reader: ElementReader): Signature {
  return { commitment: reader.takePoint(), response: reader.takeScalar() }
}

/** Adds the signature's equation to a batch. */
export function addSignatureEquation (equations: Equations, tag: Tag, publicKey: CheckedPoint, message: Uint8Array, { commitment, response }: Signature): void {
  const challenge = signatureChallenge(tag, encodingOf(publicKey), commitment.bytes, message)
  equations.add([[response, basePoint], [-1n, commitment], [-challenge, publicKey]])
}

function signatureChallenge (tag: Tag, publicKey: Uint8Array, commitment: Uint8Array, message: Uint8Array): bigint {
  return new Transcript(tag)
    .absorb('public key', publicKey)
    .absorb('commitment', commitment)
    .absorb('message', message)
    .lastChallenge('challenge')
}
