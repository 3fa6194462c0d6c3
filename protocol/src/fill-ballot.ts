/**
 * The voter's side of a ballot: encrypt, prove; then *either* open it for a
 * check *or* sign it. Benaloh's challenge ("Simple Verifiable Elections",
 * EVT 2006) shows a cheating device only if the device can't know beforehand
 * which of the two will come, and if what was opened is never cast.
 */
import { largestOf } from './allowed-values.ts'
import { concatBytes } from './bytes.ts'
import { ballotVersion, encodeGroups, trackerOf } from './ballot-encoding.ts'
import { type BallotContext, BallotTranscript } from './ballot-transcript.ts'
import { askedQuestion } from './asked-question.ts'
import type { Question } from './definition-schema.ts'
import { type HeldGroups, isDrawn } from './draw.ts'
import { basePoint, multiply, type Point, randomScalar } from './group.ts'
import { type Answer, answerSlots } from './kinds/kinds.ts'
import { MembershipProver } from './membership-proof.ts'
import type { OpenedBallot } from './opened-ballot.ts'
import { ofSlots, questionRules, type QuestionRules } from './question-rules.ts'
import { type KeyPair, sign } from './schnorr.ts'
import { addMultiples } from './secret-sum.ts'
import { bitLayout } from './slot-bits.ts'
import { tags } from './tagged-hash.ts'

interface Contents {
  readonly body: Uint8Array
  readonly answers: readonly Answer[]
  readonly randomness: readonly bigint[]
}

/** A ballot between encryption and the voter's choice. Nothing but its tracker can be seen, and it can be used once. */
export class FilledBallot {
  /** Hash of the body, to be shown to the voter before the choice between check and cast. */
  readonly tracker: string
  #contents: Contents | undefined

  constructor (contents: Contents) {
    this.tracker = trackerOf(contents.body)
    this.#contents = contents
  }

  /** Check: shows all, and throws the body away as far as casting goes. */
  open (): OpenedBallot {
    return this.#take()
  }

  /** Cast: signs the body and puts the envelope around it; the randomness is gone. */
  seal (credential: KeyPair, credentialSignatures: readonly Uint8Array[]): Uint8Array {
    const { body } = this.#take()
    return concatBytes(body, ...credentialSignatures, sign(tags.castSignature, credential, body))
  }

  #take (): Contents {
    const contents = this.#contents
    if (contents === undefined) throw new Error('a ballot is either opened or signed, and once only')
    this.#contents = undefined
    return contents
  }
}

/**
 * Throws `input.malformed` for answers that the questions do not allow.
 *
 * @param answers to what is asked: about the options drawn, where options are
 * @param held as drawn for the credential (`heldGroups`); needed where options are drawn
 */
export function fillBallot (context: BallotContext, questions: readonly Question[], answers: readonly Answer[], credentialKey: Point, held?: HeldGroups): FilledBallot {
  if (answers.length !== questions.length) throw new Error('one answer per question is needed')
  const rules = questions.map(questionRules)
  const groups = held ?? rules.map(allGroups)
  const slots = questions.map((question, q) => answerSlots(askedQuestion(question, groups[q]!), answers[q]!))
  const keys = rules.map((its, q) => ofSlots(its, groups[q]!, context.electionKeys))
  const randomness = questions.map(() => randomScalar())
  const encrypted = rules.map((its, q) => concatBytes(encodeGroups(its, groups[q]!), encryptSlots(keys[q]!, its, slots[q]!, randomness[q]!)))
  const credentialKeyBytes = credentialKey.toBytes()
  const prover = new MembershipProver(bitLayout(rules), slots, randomness)
  const transcript = new BallotTranscript(context, credentialKeyBytes, encrypted, prover.bitCommitments)
  const linkCommitments = prover.commitLinks(keys, transcript.weight)
  const body = concatBytes(
    Uint8Array.of(ballotVersion), context.electionId, Uint8Array.of(context.classIndex), credentialKeyBytes,
    ...encrypted, prover.bitCommitments, linkCommitments, prover.respond(transcript.challenge(linkCommitments))
  )
  return new FilledBallot({ body, answers, randomness })
}

function allGroups (rules: QuestionRules): number[] {
  if (isDrawn(rules)) throw new Error('what was drawn for the credential is needed')
  return [...rules.groups.keys()]
}

/** alpha ‖ betas */
function encryptSlots (keys: readonly Point[], { slotValues }: QuestionRules, slots: readonly bigint[], randomness: bigint): Uint8Array {
  const masks = keys.map((key) => multiply(key, randomness))
  const betas = addMultiples(masks, basePoint, slots, Math.max(...slotValues.map((allowed) => Number(largestOf(allowed)))))
  return concatBytes(...[multiply(basePoint, randomness), ...betas].map((point) => point.toBytes()))
}
