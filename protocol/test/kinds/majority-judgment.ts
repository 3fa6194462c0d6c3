import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import t from 'tap'
import { answerSlots } from '../../src/kinds/kinds.ts'
import { majorityJudgment, noOpinionId, type MajorityQuestion } from '../../src/kinds/majority-judgment.ts'
import { boxTotals, everyRecord, isProvable, provesExactly, totalsOf } from '../support/kind-properties.ts'
import { refuses } from '../support/refuses.ts'
import { majorityQuestion } from '../support/sample-definition.ts'

const question = majorityQuestion('q', 2, 3)
const rules = majorityJudgment.rules(question)

t.test('exactly one grade for every candidate can be proven', async (t) => {
  const names = ['option-1', 'option-2']
  const grades = ['grade-1', 'grade-2', 'grade-3']
  provesExactly(t, question, everyRecord(names, grades).map((given) => ({ grades: given })))
  provesExactly(t, majorityQuestion('q', 2, 3, 'worst'), everyRecord(names, [...grades, noOpinionId]).map((given) => ({ grades: given })))
})

t.test('a slot of 2 or -1, two grades for one candidate and one grade too few cannot be proven', async (t) => {
  for (const first of [[2n, 0n, 0n], [2n, -1n, 0n], [1n, 1n, -1n], [1n, 1n, 0n], [0n, 0n, 0n]]) t.notOk(isProvable(rules, [...first, 0n, 1n, 0n]), first.join())
  t.notOk(isProvable(rules, [1n, 1n, 0n, 0n, 0n, 0n]), 'two for one candidate, none for the other')
})

t.test('answers with a grade too few, too many or unknown are refused', async (t) => {
  const wrong = [
    { grades: { 'option-1': 'grade-1' } }, { grades: {} }, { grades: { 'option-1': 'grade-1', 'option-2': 'grade-4' } }, { grades: { 'option-1': 'grade-1', 'option-2': noOpinionId } },
    { grades: { 'option-1': 'grade-1', 'option-2': 'grade-1', 'option-3': 'grade-1' } }, { grades: { 'option-1': ['grade-1', 'grade-2'], 'option-2': 'grade-1' } }, 'blank', { grades: undefined },
  ]
  for (const answer of wrong) refuses(t, 'input.malformed', () => answerSlots(question, answer))
})

t.test('no opinion is counted by itself, and ranked as the definition says', async (t) => {
  const totals = [2, 0, 1, 0, 0, 2, 0, 1]
  const asWorst = majorityJudgment.result(majorityQuestion('q', 2, 3, 'worst'), totals)
  t.strictSame(asWorst.counts, { 'option-1': { 'grade-1': 2, 'grade-2': 0, 'grade-3': 1, 'no-opinion': 0 }, 'option-2': { 'grade-1': 0, 'grade-2': 2, 'grade-3': 0, 'no-opinion': 1 } })
  t.match(asWorst, { ranking: [['option-1'], ['option-2']], medians: { 'option-1': 'grade-1', 'option-2': 'grade-2' }, winners: ['option-1'] })
  const indifferent = [1, 0, 1, 1, 0, 1, 0, 2]
  t.match(majorityJudgment.result(majorityQuestion('q', 2, 3, 'worst'), indifferent), { ranking: [['option-1'], ['option-2']], medians: { 'option-1': 'grade-3', 'option-2': 'grade-3' } })
  t.match(majorityJudgment.result(majorityQuestion('q', 2, 3, 'left-out'), indifferent), { ranking: [['option-2'], ['option-1']], medians: { 'option-1': 'grade-3', 'option-2': 'grade-2' } })
  t.match(majorityJudgment.result(majorityQuestion('q', 2, 3, 'left-out'), [0, 0, 0, 3, 0, 0, 0, 3]), { winners: [], medians: { 'option-1': null } })
})

t.test('a grade may not take the name of no opinion', async (t) => {
  const named: MajorityQuestion = { ...question, grades: [...question.grades, { id: noOpinionId, label: { fr: 'x' } }] }
  t.equal(majorityJudgment.problem(named), undefined)
  t.match(majorityJudgment.problem({ ...named, noOpinion: majorityQuestion('q', 1, 2, 'worst').noOpinion }), /no-opinion/)
})

t.test('Orsay 2007, station 1: 559 ballots, no opinion as the worst grade', async (t) => {
  const [header, ...lines] = readFileSync(new URL('../../../examples/orsay-2007/bureau_01.csv', import.meta.url), 'utf8').trim().split(/\r?\n/).map((line) => line.split(','))
  const names = header!.slice(1)
  const sample = majorityQuestion('orsay', names.length, 6, 'worst')
  const choices = [...sample.grades.map(({ id }) => id), noOpinionId]
  const slots = lines.map((line) => totalsOf(majorityJudgment.rules(sample), majorityJudgment.slots(sample, {
    grades: Object.fromEntries(line.slice(1).map((cell, i) => [sample.options[i]!.id, choices[6 - Number(cell)]!]))
  })))
  const totals = slots.reduce((sums, ballot) => sums.map((sum, i) => sum + ballot[i]!))
  const { ranking, medians, steps, winners } = majorityJudgment.result(sample, totals)
  const nameOf = (id: string): string => names[sample.options.findIndex((option) => option.id === id)]!
  t.same(ranking.map((together) => together.map(nameOf)), [
    ['Bayrou'], ['Sarkozy'], ['Royal'], ['Voynet'], ['Besancenot'], ['Buffet'], ['Laguiller'], ['Bové'], ['de Villiers'], ['Nihous'], ['Schivardi'], ['Le Pen'],
  ])
  t.same(winners.map(nameOf), ['Bayrou'])
  t.same(ranking.slice(0, 4).map(([id]) => medians[id!]), ['grade-3', 'grade-3', 'grade-3', 'grade-5'])
  t.match(steps[0], { of: 559, grades: ['grade-2', 'grade-3'] })
})

t.test('sums of parts, the order of ballots and of candidates', async () => {
  const three = majorityQuestion('q', 3, 3, 'left-out')
  const choices = ['grade-1', 'grade-2', 'grade-3', noOpinionId]
  const ballots = fc.array(fc.tuple(fc.nat(3), fc.nat(3), fc.nat(3)), { minLength: 1, maxLength: 12 })
  const totalled = (of: MajorityQuestion, given: readonly (readonly number[])[]): number[] =>
    boxTotals(of, given.map((ballot) => ({ grades: Object.fromEntries(ballot.map((grade, i) => [`option-${i + 1}`, choices[grade]!])) })))
  fc.assert(fc.property(ballots, ballots, (a, b) => {
    const whole = totalled(three, [...a, ...b])
    const parts = totalled(three, a).map((sum, i) => sum + totalled(three, b)[i]!)
    const turned: MajorityQuestion = { ...three, options: three.options.toReversed() }
    const sorted = ({ ranking }: { ranking: string[][] }): string => JSON.stringify(ranking.map((together) => together.toSorted()))
    return JSON.stringify(whole) === JSON.stringify(parts) && JSON.stringify(whole) === JSON.stringify(totalled(three, [...b, ...a].toReversed())) &&
      sorted(majorityJudgment.result(three, whole)) === sorted(majorityJudgment.result(turned, totalled(turned, [...a, ...b])))
  }), { numRuns: 50 })
})

t.test('is typed as candidate=grade and said in words', async (t) => {
  t.same(majorityJudgment.parse('option-1=grade-1, option-2=grade-3'), { grades: { 'option-1': 'grade-1', 'option-2': 'grade-3' } })
  for (const text of ['option-1=grade-1', 'option-1=grade-1,option-1=grade-2', 'option-1', '']) refuses(t, 'input.malformed', () => answerSlots(question, majorityJudgment.parse(text)))
  t.equal(majorityJudgment.describe(question, { grades: { 'option-1': 'grade-1', 'option-2': 'grade-3' } }, ({ en }) => en!), 'option 1: grade 1, option 2: grade 3')
})
