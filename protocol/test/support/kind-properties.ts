/** What must hold of every kind of question: exactly the allowed answers can be proven. */
import fc from 'fast-check'
import type { Test } from 'tap'
import { type AllowedValues, allows, isRange } from '../../src/allowed-values.ts'
import { answerSlots, kindOf, type Question } from '../../src/kinds/kinds.ts'
import type { SlotRules } from '../../src/kinds/question-kind.ts'

/** Whether slots could be proven, supposing that proofs prove what they say. */
export function isProvable ({ slotValues, sums }: SlotRules, slots: readonly bigint[]): boolean {
  return slotValues.length === slots.length && slotValues.every((allowed, slot) => allows(allowed, slots[slot]!)) &&
    sums.every(({ weights, allowed }) => allows(allowed, weights.reduce((sum, weight, slot) => sum + weight * slots[slot]!, 0n)))
}

/** What one ballot adds to each total. */
export function totalsOf ({ totals }: SlotRules, slots: readonly bigint[]): number[] {
  return totals.map(({ terms }) => Number(terms.reduce((sum, { slot, weight }) => sum + weight * slots[slot]!, 0n)))
}

/** What a box with these answers comes to. */
export function boxTotals (question: Question, answers: readonly unknown[]): number[] {
  const rules = kindOf(question).rules(question)
  return answers.map((answer) => totalsOf(rules, answerSlots(question, answer)))
    .reduce((sums, totals) => sums.map((sum, i) => sum + totals[i]!), rules.totals.map(() => 0))
}

/** Two boxes together come to the sum of both, in whatever order their ballots stand. */
export function addsUp (question: Question, answer: fc.Arbitrary<unknown>): void {
  fc.assert(fc.property(fc.array(answer), fc.array(answer), (a, b) => {
    const whole = boxTotals(question, [...a, ...b]).join()
    const ofB = boxTotals(question, b)
    return boxTotals(question, a).map((sum, i) => sum + ofB[i]!).join() === whole && boxTotals(question, [...b, ...a].toReversed()).join() === whole
  }), { numRuns: 30 })
}

/**
 * Goes through every assignment of allowed values to slots. Those that can be proven come to the totals of an allowed
 * answer, and every allowed answer can be proven: nothing else can be added to the box, and nothing less.
 */
export function provesExactly (t: Test, question: Question, answers: readonly unknown[]): void {
  const rules = kindOf(question).rules(question)
  const allowed = new Set<string>()
  for (const answer of answers) {
    const slots = answerSlots(question, answer)
    if (!isProvable(rules, slots)) t.fail(`${JSON.stringify(answer)} is allowed, but cannot be proven`)
    const totals = totalsOf(rules, slots)
    if (totals.some((value, i) => value > rules.totals[i]!.most)) t.fail(`${JSON.stringify(answer)} adds more than the most`)
    allowed.add(totals.join())
  }
  const provable = new Set<string>()
  const assign = (slots: bigint[]): void => {
    const values = rules.slotValues[slots.length]
    if (values === undefined) {
      if (isProvable(rules, slots)) provable.add(totalsOf(rules, slots).join())
    } else {
      for (const value of valuesOf(values)) assign([...slots, value])
    }
  }
  assign([])
  t.strictSame([...provable].sort(), [...allowed].sort(), `exactly ${answers.length} answers can be proven`)
}

/** One by one. */
export function valuesOf (allowed: AllowedValues): readonly bigint[] {
  return isRange(allowed) ? Array.from({ length: Number(allowed.most - allowed.least) + 1 }, (_, i) => allowed.least + BigInt(i)) : allowed
}

/** Every combination of one value a name. */
export function everyRecord<Value> (names: readonly string[], values: readonly Value[]): Record<string, Value>[] {
  return names.reduce<Record<string, Value>[]>((records, name) => records.flatMap((record) => values.map((value) => ({ ...record, [name]: value }))), [{}])
}
