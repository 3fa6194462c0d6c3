/**
 * The trial decryption before opening: each qualified trustee shows that it
 * holds its shares, by a partial decryption of a ciphertext that nobody made.
 * Its alpha is hashed to the group (RFC 9496 section 4.3.4) from election, slot
 * and election key: nobody knows its discrete logarithm, and no ballot can have
 * it, as whoever casts proves to know that of the ballot's. The proofs have a
 * tag of their own: none can be taken for a proof over a ballot box.
 */
import { sha512 } from '@noble/hashes/sha2.js'
import Type, { type Static } from 'typebox'
import { Value } from 'typebox/value'
import { concatBytes, frame, fromHex, toHex, uint32, utf8ToBytes } from './bytes.ts'
import { Factor } from './decryption.ts'
import { addEqualityEquations, equalityProofLength, proveEquality } from './equality-proof.ts'
import { Equations } from './equations.ts'
import { ScrutinError } from './errors.ts'
import { basePoint, derivePoint, multiply, type Point, pointFromHex, pointToHex } from './group.ts'
import type { KeysRecord } from './records.ts'
import { tags } from './tagged-hash.ts'
import { Transcript } from './transcript.ts'

export const TrialMessage = Type.Object({
  trustee: Type.Integer({ minimum: 0, maximum: 63 }),
  /** Per slot: the trustee's share times the slot's trial point, with its proof. */
  factors: Type.Array(Factor, { minItems: 1, maxItems: 1000 }),
}, { additionalProperties: false })
export type TrialMessage = Static<typeof TrialMessage>

export function parseTrialMessage (value: unknown): TrialMessage {
  if (!Value.Check(TrialMessage, value)) throw new ScrutinError('input.malformed', 'not a trial decryption')
  return value
}

/** What is decrypted on trial for a slot: 64 bytes of SHA-512, mapped to a point. */
export function trialPoint (electionId: Uint8Array, electionKey: string, slot: number): Point {
  return derivePoint(sha512(concatBytes(frame(utf8ToBytes(tags.trialPoint)), frame(electionId), frame(uint32(slot)), frame(fromHex(electionKey, 32)))))
}

/** `shares[slot]` are the trustee's secret shares; `keys` are those of the election. */
export function decryptTrial (electionId: Uint8Array, keys: KeysRecord, trustee: number, shares: readonly bigint[]): TrialMessage {
  const factors = shares.map((share, slot) => {
    const alpha = trialPoint(electionId, keys.electionKeys[slot]!, slot)
    const statement = { share: multiply(basePoint, share), alpha, factor: multiply(alpha, share) }
    return { factor: pointToHex(statement.factor), proof: toHex(proveEquality(trialTranscript(electionId, trustee, slot), statement, share)) }
  })
  return { trustee, factors }
}

/**
 * Throws `trustee.disqualified`, `input.malformed` for another number of slots, or `trial.proof` unless every factor
 * is proven against the trustee's verification keys.
 */
export function checkTrial (electionId: Uint8Array, keys: KeysRecord, { trustee, factors }: TrialMessage): void {
  if (!keys.qualified.includes(trustee)) throw new ScrutinError('trustee.disqualified')
  const verification = keys.verificationKeys[trustee]!
  if (factors.length !== verification.length) throw new ScrutinError('input.malformed', 'the trial decryption does not fit the definition')
  const equations = new Equations()
  try {
    factors.forEach(({ factor, proof }, slot) => {
      const statement = { share: pointFromHex(verification[slot]!), alpha: trialPoint(electionId, keys.electionKeys[slot]!, slot), factor: pointFromHex(factor) }
      addEqualityEquations(equations, trialTranscript(electionId, trustee, slot), statement, fromHex(proof, equalityProofLength))
    })
  } catch (error) {
    if (error instanceof ScrutinError) throw new ScrutinError('trial.proof', error.detail)
    throw error
  }
  if (!equations.hold()) throw new ScrutinError('trial.proof')
}

function trialTranscript (electionId: Uint8Array, trustee: number, slot: number): Transcript {
  return new Transcript(tags.trialProof)
    .absorb('election', electionId)
    .absorb('place', concatBytes(uint32(trustee), uint32(slot)))
}
