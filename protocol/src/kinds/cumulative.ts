/** The kind `cumulative`: up to P points in all, up to M of them for one option, or blank if offered. */
import Type, { type Static } from 'typebox'
import { closed, Name, Options, questionHead } from '../question-schema.ts'
import { Budget, budgetProblem } from './budget.ts'
import { describeNumbers, type Numbers, type NumbersRule, numbersResult, numbersRules, numbersSlots, parseNumbers } from './numbers-per-option.ts'
import type { QuestionKind } from './question-kind.ts'

const CumulativeQuestion = Type.Object({
  ...questionHead,
  kind: Type.Literal('cumulative'),
  options: Options,
  /** P, what a voter can give in all. */
  points: Type.Integer({ minimum: 1, maximum: 10_000 }),
  /** M, the most that one option can get of it. */
  perOption: Type.Integer({ minimum: 1, maximum: 1000 }),
  /** Whether a blank answer, counted as such, is offered. */
  blank: Type.Boolean(),
  /** What options cost, if they are to be funded. */
  budget: Type.Optional(Budget),
}, closed)
export type CumulativeQuestion = Static<typeof CumulativeQuestion>

/** The points by option id, 0 for options that are not named; or blank. */
export type CumulativeAnswer = { readonly points: Numbers } | 'blank'

export const cumulative = {
  name: 'cumulative',
  question: CumulativeQuestion,
  answer: Type.Union([Type.Literal('blank'), Type.Object({ points: Type.Record(Name, Type.Integer({ minimum: 0, maximum: 1000 })) }, closed)]),

  problem ({ options, points, perOption, budget }) {
    if (perOption > points) return 'perOption is more than there are points'
    if (points > options.length * perOption) return 'points are more than all options can get'
    return budget === undefined ? undefined : budgetProblem(budget, options)
  },

  rules (question) {
    return numbersRules(ruleOf(question))
  },

  slots (question, answer) {
    return numbersSlots(ruleOf(question), answer === 'blank' ? answer : answer.points)
  },

  result (question, totals) {
    return numbersResult(ruleOf(question), totals)
  },

  hint ({ points, perOption, blank }) {
    return `Give up to ${points} points, up to ${perOption} to each (1=${perOption} and so on${blank ? ', or "blank"' : ''})`
  },

  parse (text) {
    return text === 'blank' ? 'blank' : { points: parseNumbers(text) }
  },

  describe (question, answer, label) {
    return answer === 'blank' ? 'blank' : describeNumbers(question, answer.points, label)
  },
} satisfies QuestionKind<CumulativeQuestion, CumulativeAnswer>

function ruleOf ({ id, options, points, perOption, blank, budget }: CumulativeQuestion): NumbersRule {
  return { id, options, each: perOption, all: points, blank, budget }
}
