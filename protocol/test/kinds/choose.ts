import fc from 'fast-check'
import t from 'tap'
import { allows } from '../../src/allowed-values.ts'
import { choose } from '../../src/kinds/choose.ts'
import { findKind } from '../../src/kinds/kinds.ts'
import { refuses } from '../support/refuses.ts'
import { sampleQuestion } from '../support/sample-definition.ts'

t.test('is found by its name', async (t) => {
  t.equal(findKind('choose'), choose)
  t.equal(findKind('toString'), undefined)
})

t.test('slots are one per option and one for blank', async (t) => {
  const question = sampleQuestion('q', 3, { min: 1, max: 2, blank: true })
  t.same(choose.slots(question, { choose: ['option-3', 'option-1'] }), [1n, 0n, 1n, 0n])
  t.same(choose.slots(question, 'blank'), [0n, 0n, 0n, 1n])
  t.same(choose.slots({ ...question, blank: false }, { choose: ['option-2'] }), [0n, 1n, 0n])
})

t.test('answers that the question does not allow are refused', async (t) => {
  const question = sampleQuestion('q', 3, { min: 1, max: 2, blank: false })
  const answers = ['blank', { choose: [] }, { choose: ['option-1', 'option-2', 'option-3'] }, { choose: ['option-1', 'option-1'] }, { choose: ['option-4'] }] as const
  for (const answer of answers) refuses(t, 'input.malformed', () => choose.slots(question, answer))
})

t.test('the sum is not proven when it follows from the slots', async (t) => {
  t.same(choose.rules(sampleQuestion('q', 3, { min: 0, max: 3, blank: false })).sums, [])
  t.same(choose.rules(sampleQuestion('q', 3, { min: 0, max: 3, blank: true })).sums, [{ weights: [1n, 1n, 1n, 3n], allowed: { least: 0n, most: 3n } }])
  t.same(choose.rules(sampleQuestion('q', 3, { min: 2, max: 2, blank: false })).sums, [{ weights: [1n, 1n, 1n], allowed: { least: 2n, most: 2n } }])
})

const anyQuestion = fc.record({ options: fc.integer({ min: 1, max: 6 }), a: fc.nat(), b: fc.nat(), blank: fc.boolean() }).map(({ options, a, b, blank }) => {
  const max = 1 + a % options
  return sampleQuestion('q', options, { min: b % (max + 1), max, blank })
})

t.test('slots satisfy the proven rules exactly when the answer is allowed', async () => {
  // Every assignment of bits to slots: the rules accept it if and only if some allowed answer has these slots.
  fc.assert(fc.property(anyQuestion, (question) => {
    const { slotValues, sums } = choose.rules(question)
    for (let bits = 0; bits < 2 ** slotValues.length; bits++) {
      const slots = slotValues.map((_, slot) => BigInt((bits >>> slot) & 1))
      const provable = sums.every(({ weights, allowed }) => allows(allowed, weights.reduce((sum, weight, slot) => sum + weight * slots[slot]!, 0n)))
      const chosen = question.options.filter((_, slot) => slots[slot] === 1n).length
      const blank = question.blank && slots.at(-1) === 1n
      const allowed = blank ? chosen === 0 : chosen >= question.min && chosen <= question.max
      if (provable !== allowed) return false
    }
    return true
  }))
})

t.test('slots of the sums become counts by option, and blank answers', async (t) => {
  const question = sampleQuestion('q', 2, { min: 1, max: 1, blank: true })
  t.same(choose.result(question, [3, 4, 5]), { id: 'q', counts: { 'option-1': 3, 'option-2': 4 }, blank: 5, ranking: [['option-2'], ['option-1']], winners: ['option-2'] })
  t.same(choose.result({ ...question, blank: false }, [3, 4]), { id: 'q', counts: { 'option-1': 3, 'option-2': 4 }, blank: null, ranking: [['option-2'], ['option-1']], winners: ['option-2'] })
})

t.test('who got the same stands together, in the order of the definition', async (t) => {
  const question = sampleQuestion('q', 3, { min: 0, max: 3, blank: false })
  // names that look like numbers are what objects put first
  const numbered = { ...question, options: ['30', '4', '10'].map((id, i) => ({ ...question.options[i]!, id })) }
  t.match(choose.result(numbered, [2, 5, 2]), { ranking: [['4'], ['30', '10']], winners: ['4'] })
  t.match(choose.result(numbered, [0, 0, 0]), { ranking: [['30', '4', '10']], winners: [] })
})

t.test('a question that cannot be answered is a problem', async (t) => {
  t.equal(choose.problem(sampleQuestion('q', 3, { min: 0, max: 3, blank: false })), undefined)
  t.match(choose.problem(sampleQuestion('q', 3, { min: 0, max: 4, blank: false })), /more than there are/)
  t.match(choose.problem(sampleQuestion('q', 3, { min: 3, max: 2, blank: false })), /more than max/)
})
