import fc from 'fast-check'
import t from 'tap'
import { answerSlots } from '../../src/kinds/kinds.ts'
import { rankByShare } from '../../src/kinds/rank-by-number.ts'
import { score } from '../../src/kinds/score.ts'
import { addsUp, boxTotals, everyRecord, isProvable, provesExactly } from '../support/kind-properties.ts'
import { refuses } from '../support/refuses.ts'
import { scoreQuestion } from '../support/sample-definition.ts'

const upTo = (most: number): number[] => Array.from({ length: most + 1 }, (_, n) => n)

t.test('exactly the scores from 0 to S can be proven', async (t) => {
  for (const [options, max] of [[1, 1], [2, 3], [1, 6], [2, 6], [1, 7], [1, 8], [1, 100]] as const) {
    const names = Array.from({ length: options }, (_, i) => `option-${i + 1}`)
    const answers = everyRecord(names, upTo(max)).map((numbers) => ({ score: numbers }))
    provesExactly(t, scoreQuestion('q', options, max), answers)
    if (max <= 8) provesExactly(t, scoreQuestion('q', options, max, true), [...answers, 'blank'])
  }
})

t.test('a score above S, below 0 or of an unknown option is refused', async (t) => {
  const question = scoreQuestion('q', 2, 5)
  const wrong = ['blank', { score: { 'option-1': 6 } }, { score: { 'option-1': -1 } }, { score: { 'option-1': 1.5 } }, { score: { 'option-3': 1 } }, { score: { 'option-1': '3' } }, { score: undefined }, { score: JSON.parse('{"__proto__":3}') }, {}, 'yes']
  for (const answer of wrong) refuses(t, 'input.malformed', () => answerSlots(question, answer))
})

t.test('slots of 2 or -1, a score above S and blank beside a score cannot be proven', async (t) => {
  const rules = score.rules(scoreQuestion('q', 2, 3, true))
  t.ok(isProvable(rules, [3n, 3n, 0n]))
  t.ok(isProvable(rules, [0n, 0n, 1n]))
  for (const slots of [[4n, 0n, 0n], [-1n, 0n, 0n], [1n, 0n, 1n], [0n, 0n, 2n], [0n, 0n, -1n], [6n, 0n, 0n]]) t.notOk(isProvable(rules, slots), slots.join())
})

t.test('an option is one slot, however many points it can get', async (t) => {
  const { slotValues, totals } = score.rules(scoreQuestion('q', 2, 1000, true))
  t.equal(slotValues.length, 2 + 1)
  t.same(totals.map(({ terms, most }) => [terms.map(({ slot }) => slot), most]), [[[0], 1000], [[1], 1000], [[2], 1]])
})

t.test('sums of parts, the order of ballots and more points for one option', async () => {
  const question = scoreQuestion('q', 3, 10)
  const answer = fc.record({ score: fc.record({ 'option-1': fc.nat(10), 'option-2': fc.nat(10), 'option-3': fc.nat(10) }) })
  addsUp(question, answer)
  fc.assert(fc.property(fc.array(answer), (given) => {
    const whole = boxTotals(question, given)
    const result = score.result(question, whole, [given.length])
    const more = score.result(question, whole.map((sum, i) => i === 0 ? sum + 1 : sum), [given.length])
    const place = ({ ranking }: typeof result): number => ranking.findIndex((together) => together.includes('option-1'))
    return place(more) <= place(result)
  }), { numRuns: 50 })
})

t.test('is typed as option=number and said in words', async (t) => {
  const question = scoreQuestion('q', 2, 5, true)
  t.same(score.parse('option-1=5, option-2=0'), { score: { 'option-1': 5, 'option-2': 0 } })
  t.equal(score.parse('blank'), 'blank')
  for (const text of ['option-1', 'option-1=x', 'option-1=1,option-1=2', 'option-1=-1']) refuses(t, 'input.malformed', () => answerSlots(question, score.parse(text)))
  t.equal(score.describe(question, { score: { 'option-2': 4 } }, ({ en }) => en!), 'option 2: 4')
  t.equal(score.describe(question, { score: {} }, ({ en }) => en!), 'nothing')
})

t.test('where options are drawn, shares of those asked are compared, not sums', async (t) => {
  const question = scoreQuestion('score', 4, 10)
  // 9 of 3, 8 of 2, 12 of 3, 0 of 1: 3, 4, 4 and 0 on average
  const { counts, ranking, winners } = score.result(question, [9, 8, 12, 0], [3, 2, 3, 1])
  t.strictSame(counts, { 'option-1': 9, 'option-2': 8, 'option-3': 12, 'option-4': 0 })
  t.strictSame(ranking, [['option-2', 'option-3'], ['option-1'], ['option-4']])
  t.strictSame(winners, ['option-2', 'option-3'])
  t.strictSame(score.result(question, [9, 8, 12, 0], [3]).ranking, [['option-3'], ['option-1'], ['option-2'], ['option-4']], 'all were asked alike')
  // exactly, where floating numbers would call both the same
  t.strictSame(rankByShare(['a', 'b'], [2 ** 52, 2 ** 52 + 1], [2 ** 52 + 1, 2 ** 52 + 2]), [['b'], ['a']])
})
