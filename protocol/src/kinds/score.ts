/** The kind `score`: 0 to S for every option, or blank if offered. The options' sums are compared. */
import Type, { type Static } from 'typebox'
import { closed, Draw, Name, Options, questionHead } from '../question-schema.ts'
import { describeNumbers, type Numbers, type NumbersRule, numbersResult, numbersRules, numbersSlots, parseNumbers } from './numbers-per-option.ts'
import type { QuestionKind } from './question-kind.ts'
import { rankByShare, winnersOf } from './rank-by-number.ts'

const ScoreQuestion = Type.Object({
  ...questionHead,
  kind: Type.Literal('score'),
  options: Options,
  draw: Type.Optional(Draw),
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

  problem ({ draw, blank }) {
    // blank is about all options together, and a draw asks about each by itself
    return draw !== undefined && blank ? 'a question whose options are drawn offers no blank' : undefined
  },

  rules (question) {
    return numbersRules(ruleOf(question))
  },

  slots (question, answer) {
    return numbersSlots(ruleOf(question), answer === 'blank' ? answer : answer.score)
  },

  /** Where options are drawn, by what each got of the votes that were asked about it. */
  result (question, totals, votes) {
    const result = numbersResult(ruleOf(question), totals)
    if (votes.length < question.options.length) return result
    const ranking = rankByShare(question.options.map(({ id }) => id), totals, votes)
    return { ...result, ranking, winners: winnersOf(ranking, result.counts as Numbers) }
  },

  among (answer, options) {
    if (answer === 'blank') return answer
    return { score: Object.fromEntries(options.flatMap(({ id }) => Object.hasOwn(answer.score, id) ? [[id, answer.score[id]!]] : [])) }
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
