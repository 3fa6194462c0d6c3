import fc from 'fast-check'
import t from 'tap'
import { answerSlots } from '../../src/kinds/kinds.ts'
import { quadratic } from '../../src/kinds/quadratic.ts'
import { addsUp, everyRecord, isProvable, provesExactly } from '../support/kind-properties.ts'
import { refuses } from '../support/refuses.ts'
import { quadraticQuestion } from '../support/sample-definition.ts'

const upTo = (most: number): number[] => Array.from({ length: most + 1 }, (_, n) => n)

t.test('exactly the votes that the credits pay for can be proven', async (t) => {
  for (const [options, credits, perOption] of [[2, 5, 2], [2, 9, 3], [2, 8, 2], [3, 2, 1], [1, 4, 2]] as const) {
    const answers = everyRecord(Array.from({ length: options }, (_, i) => `option-${i + 1}`), upTo(perOption))
      .filter((votes) => Object.values(votes).reduce((sum, number) => sum + number ** 2, 0) <= credits).map((votes) => ({ votes }))
    provesExactly(t, quadraticQuestion('q', options, credits, perOption), answers)
    provesExactly(t, quadraticQuestion('q', options, credits, perOption, true), [...answers, 'blank'])
  }
})

t.test('over budget, too many votes, below 0 or for nobody: refused', async (t) => {
  const question = quadraticQuestion('q', 2, 5, 2)
  const wrong = ['blank', { votes: { 'option-1': 2, 'option-2': 2 } }, { votes: { 'option-1': 3 } }, { votes: { 'option-1': -1 } }, { votes: { 'option-3': 1 } }, { votes: undefined }, { points: {} }]
  for (const answer of wrong) refuses(t, 'input.malformed', () => answerSlots(question, answer))
})

t.test('two levels for one option, over budget, a slot of 2 or -1 and votes beside blank cannot be proven', async (t) => {
  // levels 1 and 2 of two options; blank
  const rules = quadratic.rules(quadraticQuestion('q', 2, 5, 2, true))
  t.equal(rules.slotValues.length, 5)
  for (const slots of [[1n, 1n, 0n, 0n, 0n], [0n, 1n, 0n, 1n, 0n], [2n, 0n, 0n, 0n, 0n], [-1n, 1n, 0n, 1n, 0n], [0n, 1n, 1n, 0n, 1n], [0n, 0n, 0n, 0n, 2n]]) t.notOk(isProvable(rules, slots), slots.join())
})

t.test('only votes and blank are decrypted', async (t) => {
  const { slotValues, totals } = quadratic.rules(quadraticQuestion('q', 2, 17, 4, true))
  t.equal(slotValues.length, 4 + 4 + 1)
  t.same(totals.map(({ terms, most }) => [terms.map(({ slot, weight }) => [slot, Number(weight)]), most]), [
    [[[0, 1], [1, 2], [2, 3], [3, 4]], 4], [[[4, 1], [5, 2], [6, 3], [7, 4]], 4], [[[8, 1]], 1],
  ])
})

t.test('sums of parts, and the order of ballots', async () => {
  const answer = fc.record({ votes: fc.record({ 'option-1': fc.nat(2), 'option-2': fc.nat(2), 'option-3': fc.nat(3) }) })
  addsUp(quadraticQuestion('q', 3, 18, 3), answer)
})

t.test('limits that limit nothing, or contradict each other, are a problem', async (t) => {
  t.equal(quadratic.problem(quadraticQuestion('q', 2, 8, 2)), undefined)
  t.match(quadratic.problem(quadraticQuestion('q', 2, 9, 2)), /more than all options/)
  t.match(quadratic.problem(quadraticQuestion('q', 2, 3, 2)), /perOption/)
})

t.test('is typed as option=number and its result is in votes', async (t) => {
  const question = quadraticQuestion('q', 2, 5, 2, true)
  t.same(quadratic.parse('option-1=2'), { votes: { 'option-1': 2 } })
  t.match(quadratic.hint(question), /5 credits/)
  t.strictSame(quadratic.result(question, [3, 7, 1]), { id: 'q', counts: { 'option-1': 3, 'option-2': 7 }, blank: 1, ranking: [['option-2'], ['option-1']], winners: ['option-2'] })
})
