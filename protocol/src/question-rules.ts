/** How a question stands in ballots and in their sums, from what its kind says of it. */
import { askedQuestion, drawOf, optionCount } from './asked-question.ts'
import { kindOf, type Question } from './kinds/kinds.ts'
import type { SlotRules, Total } from './kinds/question-kind.ts'
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
  /** One of all slots; where options are drawn, one of each option's. */
  readonly groups: readonly SlotGroup[]
  /** The slots of so many groups make a ballot. Fewer than there are: those are drawn for it. */
  readonly held: number
}

export function questionRules (question: Question): QuestionRules {
  const draw = drawOf(question)
  // where options are drawn the kind asks about each by itself, about all of them alike: the first ones stand for any
  const { slotValues, sums, totals } = rulesOf(question, draw ?? 0)
  if (draw === undefined) return { slotValues, sums, groups: [{ firstKey: 0, slotCount: slotValues.length, totals }], held: 1 }
  const { slotValues: { length: slotCount }, totals: totalsOfOne } = rulesOf(question, 1)
  const groups = Array.from({ length: optionCount(question) }, (_, option) => ({ firstKey: option * slotCount, slotCount, totals: totalsOfOne }))
  return { slotValues, sums, groups, held: draw }
}

/** The rules with the first options alone, where options are drawn. */
function rulesOf (question: Question, options: number): SlotRules {
  const asked = askedQuestion(question, Array.from({ length: options }, (_, option) => option))
  return kindOf(asked).rules(asked)
}

/** How many election keys these questions need: slots of one question have independent ones, other questions use the same. */
export function keyCount (rules: readonly QuestionRules[]): number {
  return Math.max(...rules.flatMap(({ groups }) => groups.map(({ firstKey, slotCount }) => firstKey + slotCount)))
}

/** Of what there is for each election key, what belongs to the slots of these groups, in their order. */
export function ofSlots<T> ({ groups }: Pick<QuestionRules, 'groups'>, held: readonly number[], perKey: readonly T[]): T[] {
  return held.flatMap((group) => perKey.slice(groups[group]!.firstKey, groups[group]!.firstKey + groups[group]!.slotCount))
}
