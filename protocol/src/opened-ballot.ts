/**
 * A check (Benaloh): a filled-in ballot with its randomness and answers, and
 * whether they make exactly its ciphertexts. Whoever checks needs the
 * election's keys from elsewhere than the device that filled it in.
 */
import Type from 'typebox'
import { Value } from 'typebox/value'
import { askedQuestion } from './asked-question.ts'
import { decodeBody, trackerOf } from './ballot-encoding.ts'
import { equalBytes, fromBase64url, concatBytes, toBase64url, toHex } from './bytes.ts'
import { proofsHold, type BallotRules } from './check-ballots.ts'
import { Hash, type Question } from './definition-schema.ts'
import { ScrutinError } from './errors.ts'
import { basePoint, multiply, scalarFromHex, scalarToHex } from './group.ts'
import { Answer, answerSlots } from './kinds/kinds.ts'
import { ofSlots } from './question-rules.ts'

export interface OpenedBallot {
  readonly body: Uint8Array
  /** One per question. */
  readonly answers: readonly Answer[]
  /** The r of each question, below the group's order. */
  readonly randomness: readonly bigint[]
}

const closed = { additionalProperties: false } as const

/** The opened ballot as it goes to a second device. Whoever sees it can find the voter's ballot in the box by its key, never what that one says. */
export const CheckFile = Type.Object({
  format: Type.Literal('scrutin-check/1'),
  electionId: Hash,
  tracker: Hash,
  /** base64url */
  body: Type.String({ pattern: '^[A-Za-z0-9_-]+$', maxLength: 131_072 }),
  questions: Type.Array(Type.Object({
    answer: Answer,
    /** A scalar, hex. */
    randomness: Hash,
  }, closed), { minItems: 1, maxItems: 50 }),
}, closed)
export type CheckFile = Type.Static<typeof CheckFile>

export function checkFileOf (electionId: string, { body, answers, randomness }: OpenedBallot): CheckFile {
  return {
    format: 'scrutin-check/1',
    electionId,
    tracker: trackerOf(body),
    body: toBase64url(body),
    questions: answers.map((answer, q) => ({ answer, randomness: scalarToHex(randomness[q]!) })),
  }
}

/** Throws `input.malformed` for anything but a check file. */
export function parseCheckFile (text: string): CheckFile {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    throw new ScrutinError('input.malformed', 'a check file is JSON')
  }
  if (!Value.Check(CheckFile, value)) throw new ScrutinError('input.malformed', 'not a check file of this version')
  return value
}

export interface CheckedBallot {
  readonly tracker: string
  /** As they were asked: where options are drawn, with those that the body holds. */
  readonly asked: readonly Question[]
  readonly answers: readonly Answer[]
}

/**
 * Recomputes every ciphertext from randomness and answers, checks the body's proofs and its tracker.
 *
 * @returns what the body holds: the voter compares both with what was shown and chosen
 * @throws ScrutinError `ballot.opening`, `ballot.malformed`, `ballot.election`, `ballot.proof`
 */
export function verifyCheckFile (rules: BallotRules, questions: readonly Question[], file: CheckFile): CheckedBallot {
  const body = fromBase64url(file.body)
  const decoded = decodeBody(body, rules.questions)
  if (file.electionId !== toHex(rules.electionId) || !equalBytes(decoded.electionId, rules.electionId)) throw new ScrutinError('ballot.election')
  if (rules.moduli[decoded.classIndex] === undefined) throw new ScrutinError('ballot.election', 'there is no such class')
  const tracker = trackerOf(body)
  if (file.tracker !== tracker) throw new ScrutinError('ballot.opening', 'the tracker is that of another body')
  if (file.questions.length !== questions.length) throw new ScrutinError('ballot.opening', 'one opening per question is needed')
  const asked = questions.map((question, q) => askedQuestion(question, decoded.questions[q]!.groups))
  file.questions.forEach(({ answer, randomness }, q) => {
    const { groups, alpha, betas } = decoded.questions[q]!
    const slots = slotsOf(asked[q]!, answer)
    const r = scalarFromHex(randomness)
    const expected = [multiply(basePoint, r), ...ofSlots(rules.questions[q]!, groups, rules.electionKeys).map((key, slot) => multiply(key, r).add(multiply(basePoint, slots[slot]!)))]
    if (!equalBytes(concatBytes(...expected.map((point) => point.toBytes())), concatBytes(...[alpha, ...betas].map((point) => point.bytes)))) {
      throw new ScrutinError('ballot.opening', `question ${questions[q]!.id} holds something else`)
    }
  })
  if (!proofsHold(rules, decoded)) throw new ScrutinError('ballot.proof')
  return { tracker, asked, answers: file.questions.map(({ answer }) => answer) }
}

function slotsOf (question: Question, answer: Answer): bigint[] {
  try {
    return answerSlots(question, answer)
  } catch (cause) {
    throw new ScrutinError('ballot.opening', `question ${question.id} does not allow this answer`, { cause })
  }
}
