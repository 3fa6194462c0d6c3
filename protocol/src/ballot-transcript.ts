/**
 * The Fiat–Shamir transcript of a ballot's proofs. Every challenge depends on
 * the election, the class, all election keys, the credential's key, all
 * ciphertexts of all questions, and all commitments of all proofs: a proof
 * fits no other ballot, question or election.
 */
import { uint32 } from './bytes.ts'
import type { Point } from './group.ts'
import { encodingOf } from './public-point.ts'
import { tags } from './tagged-hash.ts'
import { Transcript } from './transcript.ts'

export interface BallotContext {
  /** 32 bytes */
  readonly electionId: Uint8Array
  readonly classIndex: number
  readonly electionKeys: readonly Point[]
}

export interface ProvenQuestion {
  readonly ciphertextBytes: Uint8Array
  /** Commitments of the proofs: slots in order, then sums in order. */
  readonly commitments: readonly Uint8Array[]
}

/** One challenge per proof: `challenges[question][proof]`. */
export function ballotChallenges (context: BallotContext, credentialKey: Uint8Array, questions: readonly ProvenQuestion[]): bigint[][] {
  const transcript = new Transcript(tags.ballotProofs)
    .absorb('election', context.electionId)
    .absorb('class', Uint8Array.of(context.classIndex))
    .absorb('election keys', ...context.electionKeys.map(encodingOf))
    .absorb('credential key', credentialKey)
    .absorbNumber('questions', questions.length)
  for (const { ciphertextBytes } of questions) transcript.absorb('ciphertexts', ciphertextBytes)
  for (const { commitments } of questions) transcript.absorb('commitments', ...commitments)
  return questions.map(({ commitments }, question) => commitments.map((_, proof) =>
    transcript.absorb('proof', uint32(question), uint32(proof)).challenge('challenge')))
}
