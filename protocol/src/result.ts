/** From the decrypted sums to the result that is published. */
import { type Definition, slotRules } from './definition.ts'
import { combineDecryptions, type DecryptionMessage } from './decryption.ts'
import { kindOf } from './kinds/kinds.ts'
import type { ResultRecord } from './records.ts'
import { boxRoot, type Tally } from './tally.ts'

/** Whether so few ballots were cast that nothing may be decrypted. */
export function isWithheld (definition: Definition, tally: Tally): boolean {
  return tally.frontier.size < definition.minBallots
}

/** `messages` are at least `threshold` checked partial decryptions in the order of their trustees; the first ones are combined. */
export function computeResult (definition: Definition, tally: Tally, messages: readonly DecryptionMessage[]): ResultRecord {
  const head = { boxRoot: boxRoot(tally), ballots: tally.frontier.size }
  if (isWithheld(definition, tally)) return { ...head, trustees: [], withheld: true, questions: [] }
  const used = messages.slice(0, definition.threshold)
  if (used.length < definition.threshold) throw new Error('too few partial decryptions')
  const totals = combineDecryptions(slotRules(definition), tally, used)
  const questions = definition.questions.map((question, q) => kindOf(question).result(question, totals[0]![q]!, tally.frontier.size))
  return { ...head, trustees: used.map(({ trustee }) => trustee), withheld: false, questions }
}
