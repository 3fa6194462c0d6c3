import fc from 'fast-check'
import t from 'tap'
import { cumulative } from '../../src/kinds/cumulative.ts'
import { answerSlots } from '../../src/kinds/kinds.ts'
import { addsUp, everyRecord, isProvable, provesExactly } from '../support/kind-properties.ts'
import { refuses } from '../support/refuses.ts'
import { cumulativeQuestion } from '../support/sample-definition.ts'

const upTo = (most: number): number[] => Array.from({ length: most + 1 }, (_, n) => n)

t.test('exactly the points within both limits can be proven', async (t) => {
  for (const [options, points, perOption] of [[2, 3, 2], [3, 3, 1], [2, 7, 4], [2, 9, 6], [1, 2, 2], [3, 6, 2]] as const) {
    const answers = everyRecord(Array.from({ length: options }, (_, i) => `option-${i + 1}`), upTo(perOption))
      .filter((numbers) => Object.values(numbers).reduce((sum, number) => sum + number, 0) <= points).map((numbers) => ({ points: numbers }))
    provesExactly(t, cumulativeQuestion('q', options, points, perOption), answers)
    provesExactly(t, cumulativeQuestion('q', options, points, perOption, true), [...answers, 'blank'])
  }
})

t.test('over budget, too much for one option, below 0 or for nobody: refused', async (t) => {
  const question = cumulativeQuestion('q', 2, 3, 2)
  const wrong = ['blank', { points: { 'option-1': 2, 'option-2': 2 } }, { points: { 'option-1': 3 } }, { points: { 'option-1': -1 } }, { points: { 'option-3': 1 } }, { points: undefined }, { score: {} }]
  for (const answer of wrong) refuses(t, 'input.malformed', () => answerSlots(question, answer))
})

t.test('over budget, a slot of 2 or -1 and points beside blank cannot be proven', async (t) => {
  const rules = cumulative.rules(cumulativeQuestion('q', 2, 3, 2, true))
  for (const slots of [[2n, 2n, 0n], [3n, 0n, 0n], [0n, 3n, 0n], [2n, -1n, 0n], [4n, -1n, 0n], [1n, 0n, 1n], [0n, 0n, 2n], [0n, 0n, -1n]]) t.notOk(isProvable(rules, slots), slots.join())
})

t.test('what is left over is not decrypted', async (t) => {
  const { slotValues, totals } = cumulative.rules(cumulativeQuestion('q', 2, 70, 60))
  t.equal(slotValues.length, 2)
  t.same(totals.map(({ terms }) => terms.map(({ slot }) => slot)), [[0], [1]])
})

t.test('sums of parts, and the order of ballots', async () => {
  const answer = fc.record({ points: fc.record({ 'option-1': fc.nat(2), 'option-2': fc.nat(2), 'option-3': fc.nat(3) }) })
  addsUp(cumulativeQuestion('q', 3, 7, 3), answer)
})

t.test('limits that limit nothing, or contradict each other, are a problem', async (t) => {
  t.equal(cumulative.problem(cumulativeQuestion('q', 2, 4, 2)), undefined)
  t.match(cumulative.problem(cumulativeQuestion('q', 2, 5, 2)), /more than all options/)
  t.match(cumulative.problem(cumulativeQuestion('q', 2, 1, 2)), /perOption/)
})

t.test('is typed as option=number', async (t) => {
  t.same(cumulative.parse('option-1=2'), { points: { 'option-1': 2 } })
  t.match(cumulative.hint(cumulativeQuestion('q', 2, 3, 2, true)), /up to 3 points/)
})
