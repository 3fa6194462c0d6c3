/** The kind `score`: 0 to S for every option, or blank if offered. The options' sums are compared. */
import Type, { type Static } from 'typebox'
import { closed, Name, Options, questionHead } from '../question-schema.ts'
import { describeNumbers, type Numbers, type NumbersRule, numbersResult, numbersRules, numbersSlots, parseNumbers } from './numbers-per-option.ts'
import type { QuestionKind } from './question-kind.ts'

const ScoreQuestion = Type.Object({
  ...questionHead,
  kind: Type.Literal('score'),
  options: Options,
  /** S, the most that an option can get. */
  max: Type.Integer({ minimum: 1, maximum: 1000 }),
  /** Whether a blank answer, counted as such, is offered. */
  blank: Type.Boolean(),
}, closed)
export type ScoreQuestion = Static<typeof ScoreQuestion>

/** The scores by option id, 0 for options that are not named; or blank. */
export type ScoreAnswer = { readonly score: Numbers } | 'blank'

export const score = {
  name: 'score',
  question: ScoreQuestion,
  answer: Type.Union([Type.Literal('blank'), Type.Object({ score: Type.Record(Name, Type.Integer({ minimum: 0, maximum: 1000 })) }, closed)]),

  problem () {
    return undefined
  },

  rules (question) {
    return numbersRules(ruleOf(question))
  },

  slots (question, answer) {
    return numbersSlots(ruleOf(question), answer === 'blank' ? answer : answer.score)
  },

  result (question, totals) {
    return numbersResult(ruleOf(question), totals)
  },

  hint ({ max, blank }) {
    return `Score each from 0 to ${max} (1=${max},2=0 and so on${blank ? ', or "blank"' : ''})`
  },

  parse (text) {
    return text === 'blank' ? 'blank' : { score: parseNumbers(text) }
  },

  describe (question, answer, label) {
    return answer === 'blank' ? 'blank' : describeNumbers(question, answer.score, label)
  },
} satisfies QuestionKind<ScoreQuestion, ScoreAnswer>

function ruleOf ({ id, options, max, blank }: ScoreQuestion): NumbersRule {
  return { id, options, each: max, all: options.length * max, blank }
}
