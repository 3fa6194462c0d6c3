/** How a question stands in ballots and in their sums, from what its kind says of it. */
import { kindOf, type Question } from './kinds/kinds.ts'
import type { Total } from './kinds/question-kind.ts'
import type { ProvenRules } from './slot-bits.ts'

/** Slots that are summed together: a ballot that has one of them has all of them, under one alpha. */
export interface SlotGroup {
  /** Index of the first slot's election key; the other slots' follow. */
  readonly firstKey: number
  readonly slotCount: number
  /** What is decrypted of their sums; slots are counted within the group. */
  readonly totals: readonly Total[]
}

/** The slots of a question in one ballot, what is proven about them, and which of them are summed together. */
export interface QuestionRules extends ProvenRules {
  readonly groups: readonly SlotGroup[]
}

export function questionRules (question: Question): QuestionRules {
  const { slotValues, sums, totals } = kindOf(question).rules(question)
  return { slotValues, sums, groups: [{ firstKey: 0, slotCount: slotValues.length, totals }] }
}

/** How many election keys these questions need: slots of one question have independent ones, other questions use the same. */
export function keyCount (rules: readonly QuestionRules[]): number {
  return Math.max(...rules.flatMap(({ groups }) => groups.map(({ firstKey, slotCount }) => firstKey + slotCount)))
}
