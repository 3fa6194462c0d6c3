/**
 * Proof that two points have the same discrete logarithm: Chaum and Pedersen
 * (Crypto 1992). Statement: share = x·G and factor = x·alpha for one known x.
 * Encoding: a, b (32 bytes each), response (32).
 */
import { concatBytes } from './bytes.ts'
import { ElementReader } from './element-reader.ts'
import type { Equations } from './equations.ts'
import { basePoint, encodeScalar, modOrder, multiply, type Point, pointLength, randomScalar, scalarLength } from './group.ts'
import { type CheckedPoint, encodingOf } from './public-point.ts'
import type { Transcript } from './transcript.ts'

export const equalityProofLength = 2 * pointLength + scalarLength

/** Made of noble's points by who proves it; of either kind for who checks it. */
export interface EqualityStatement<P extends CheckedPoint = CheckedPoint> {
  /** x·G */
  readonly share: P
  readonly alpha: P
  /** x·alpha */
  readonly factor: P
}

/** The transcript must have absorbed the context already; the statement and the commitments are absorbed here. */
export function proveEquality (transcript: Transcript, statement: EqualityStatement<Point>, secret: bigint): Uint8Array {
  const nonce = randomScalar()
  const commitments = concatBytes(multiply(basePoint, nonce).toBytes(), multiply(statement.alpha, nonce).toBytes())
  const challenge = equalityChallenge(transcript, statement, commitments)
  return concatBytes(commitments, encodeScalar(modOrder(nonce + challenge * secret)))
}

export function addEqualityEquations (equations: Equations, transcript: Transcript, statement: EqualityStatement, proof: Uint8Array): void {
  const reader = new ElementReader(proof)
  const a = reader.takePoint()
  const b = reader.takePoint()
  const response = reader.takeScalar()
  reader.finish()
  const challenge = equalityChallenge(transcript, statement, proof.subarray(0, 2 * pointLength))
  equations.add([[response, basePoint], [-1n, a], [-challenge, statement.share]])
  equations.add([[response, statement.alpha], [-1n, b], [-challenge, statement.factor]])
}

function equalityChallenge (transcript: Transcript, statement: EqualityStatement, commitments: Uint8Array): bigint {
  return transcript
    .absorb('share', encodingOf(statement.share))
    .absorb('alpha', encodingOf(statement.alpha))
    .absorb('factor', encodingOf(statement.factor))
    .absorb('commitments', commitments)
    .lastChallenge('challenge')
}
