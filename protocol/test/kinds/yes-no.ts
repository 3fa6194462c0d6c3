import t from 'tap'
import { answerSlots, kindOf } from '../../src/kinds/kinds.ts'
import { yesNo } from '../../src/kinds/yes-no.ts'
import { isProvable, provesExactly } from '../support/kind-properties.ts'
import { refuses } from '../support/refuses.ts'
import { yesNoQuestion } from '../support/sample-definition.ts'

const withBlank = yesNoQuestion('q', true)
const without = yesNoQuestion('q', false)

t.test('exactly yes, no and blank can be proven', async (t) => {
  provesExactly(t, withBlank, ['yes', 'no', 'blank'])
  provesExactly(t, without, ['yes', 'no'])
})

t.test('other answers are refused', async (t) => {
  refuses(t, 'input.malformed', () => answerSlots(without, 'blank'))
  for (const answer of ['maybe', 'YES', '', null, ['yes'], { choose: ['yes'] }]) refuses(t, 'input.malformed', () => answerSlots(withBlank, answer))
})

t.test('a slot of 2 or -1, two answers and none cannot be proven', async (t) => {
  for (const slots of [[2n, 0n, 0n], [2n, 0n, -1n], [1n, 1n, -1n], [1n, 1n, 0n], [0n, 0n, 0n]]) t.notOk(isProvable(yesNo.rules(withBlank), slots), slots.join())
})

t.test('the result says which has more, and that neither wins a tie', async (t) => {
  t.strictSame(yesNo.result(withBlank, [3, 4, 5]), { id: 'q', counts: { yes: 3, no: 4 }, blank: 5, ranking: [['no'], ['yes']], winners: ['no'] })
  t.match(yesNo.result(without, [4, 4]), { blank: null, ranking: [['yes', 'no']], winners: ['yes', 'no'] })
  t.match(yesNo.result(without, [0, 0]), { winners: [] })
})

t.test('is typed as a word', async (t) => {
  t.equal(kindOf(withBlank).parse('Yes'), 'yes')
  t.match(yesNo.hint(withBlank), /"yes" or "no" or "blank"/)
  t.equal(yesNo.describe(withBlank, 'no'), 'no')
})
