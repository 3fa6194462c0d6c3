/**
 * The kind `yes-no`: yes, no, or blank if offered. One slot each, 0 or 1, of
 * which exactly one holds 1.
 */
import Type, { type Static } from 'typebox'
import { ScrutinError } from '../errors.ts'
import { closed, questionHead } from '../question-schema.ts'
import type { QuestionKind } from './question-kind.ts'
import { rankByNumber, winnersOf } from './rank-by-number.ts'
import { SlotPlan } from './slot-plan.ts'

const YesNoQuestion = Type.Object({
  ...questionHead,
  kind: Type.Literal('yes-no'),
  /** Whether a blank answer, counted as such, is offered. */
  blank: Type.Boolean(),
}, closed)
export type YesNoQuestion = Static<typeof YesNoQuestion>

export type YesNoAnswer = 'yes' | 'no' | 'blank'

export const yesNo = {
  name: 'yes-no',
  question: YesNoQuestion,
  answer: Type.Union([Type.Literal('yes'), Type.Literal('no'), Type.Literal('blank')]),

  problem () {
    return undefined
  },

  rules (question) {
    const plan = new SlotPlan()
    plan.sum(answersTo(question).map(() => ({ slot: plan.countedBit(), weight: 1n })), [1n])
    return plan.rules()
  },

  slots (question, answer) {
    if (answer === 'blank' && !question.blank) throw new ScrutinError('input.malformed', `question ${question.id} offers no blank answer`)
    return answersTo(question).map((offered) => offered === answer ? 1n : 0n)
  },

  result ({ id, blank }, totals) {
    const counts = { yes: totals[0]!, no: totals[1]! }
    const ranking = rankByNumber(['yes', 'no'], counts)
    return { id, counts, blank: blank ? totals[2]! : null, ranking, winners: winnersOf(ranking, counts) }
  },

  hint (question) {
    return `Answer ${answersTo(question).map((answer) => `"${answer}"`).join(' or ')}`
  },

  parse (text) {
    return text.toLowerCase()
  },

  describe (_question, answer) {
    return answer
  },
} satisfies QuestionKind<YesNoQuestion, YesNoAnswer>

function answersTo ({ blank }: YesNoQuestion): YesNoAnswer[] {
  return blank ? ['yes', 'no', 'blank'] : ['yes', 'no']
}
