/**
 * The Fiat–Shamir transcript of a ballot's proof. The weight depends on the
 * election, the class, all election keys, the credential's key, all ciphertexts
 * of all questions with the options drawn, and the commitments to the bits; the challenge on all that
 * and the commitments made for that weight: a proof fits no other ballot,
 * question or election. The definition, and so what is proven, is in the election's id.
 */
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

export class BallotTranscript {
  readonly weight: bigint
  readonly #transcript: Transcript

  /** `questions`: what the body says of each, up to the proof: options drawn, alpha, betas. */
  constructor (context: BallotContext, credentialKey: Uint8Array, questions: readonly Uint8Array[], bitCommitments: Uint8Array) {
    this.#transcript = new Transcript(tags.ballotProofs)
      .absorb('election', context.electionId)
      .absorb('class', Uint8Array.of(context.classIndex))
      .absorb('election keys', ...context.electionKeys.map(encodingOf))
      .absorb('credential key', credentialKey)
      .absorbNumber('questions', questions.length)
    for (const bytes of questions) this.#transcript.absorb('ciphertexts', bytes)
    this.weight = this.#transcript.absorb('bits', bitCommitments).challenge('challenge')
  }

  /** To be asked once. */
  challenge (linkCommitments: Uint8Array): bigint {
    return this.#transcript.absorb('links', linkCommitments).challenge('challenge')
  }
}
