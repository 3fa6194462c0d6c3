/** From the decrypted sums to the result that is published. */
import { type Definition, slotRules } from './definition.ts'
import { combineDecryptions, type DecryptionMessage } from './decryption.ts'
import { kindOf, type Question } from './kinds/kinds.ts'
import type { QuestionResult } from './kinds/question-kind.ts'
import type { ResultRecord } from './records.ts'
import { boxRoot, type Tally } from './tally.ts'

/** Whether so few ballots were cast that nothing may be decrypted. */
export function isWithheld (definition: Definition, tally: Tally): boolean {
  return tally.frontier.size < definition.minBallots
}

/** `messages` are at least `threshold` checked partial decryptions in the order of their trustees; the first ones are combined. */
export function computeResult (definition: Definition, tally: Tally, messages: readonly DecryptionMessage[]): ResultRecord {
  const head = { boxRoot: boxRoot(tally), ballots: tally.frontier.size, roll: definition.roll.size }
  if (isWithheld(definition, tally)) return { ...head, trustees: [], withheld: true, questions: [] }
  const used = messages.slice(0, definition.threshold)
  if (used.length < definition.threshold) throw new Error('too few partial decryptions')
  const totals = combineDecryptions(slotRules(definition), tally, used)
  const questions = definition.questions.map((question, q) => ({
    ...kindOf(question).result(question, totals[0]![q]!, tally.frontier.size), ...quorumOf(question, tally.frontier.size, definition.roll.size)
  }))
  return { ...head, trustees: used.map(({ trustee }) => trustee), withheld: false, questions }
}

/** With so many people on the roll, a share of it is reached by this many ballots, rounded up. */
function quorumOf ({ quorum }: Question, ballots: number, roll: number): Pick<QuestionResult, 'quorum'> {
  if (quorum === undefined) return {}
  const needed = Number((BigInt(roll) * BigInt(quorum.numerator) + BigInt(quorum.denominator - 1)) / BigInt(quorum.denominator))
  return { quorum: { needed, reached: ballots >= needed } }
}
