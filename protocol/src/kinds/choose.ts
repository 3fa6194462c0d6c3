/**
 * The kind `choose`: between min and max of K options, or blank if offered.
 * Slots: one per option, 0 or 1; then one for blank, 0 or 1. The sum of the
 * options plus max times blank lies in [min, max]: a blank answer chooses
 * nothing else. The sum's proof is left out when it follows from the slots'.
 */
import Type, { type Static } from 'typebox'
import { numbersFrom } from '../allowed-values.ts'
import { ScrutinError } from '../errors.ts'
import { closed, Name, Options, questionHead } from '../question-schema.ts'
import { Budget, budgetProblem, fundGreedily } from './budget.ts'
import type { QuestionKind } from './question-kind.ts'
import { rankByNumber, winnersOf } from './rank-by-number.ts'
import { SlotPlan } from './slot-plan.ts'

const ChooseQuestion = Type.Object({
  ...questionHead,
  kind: Type.Literal('choose'),
  options: Options,
  /** Fewest and most options a ballot that is not blank chooses. */
  min: Type.Integer({ minimum: 0, maximum: 100 }),
  max: Type.Integer({ minimum: 1, maximum: 100 }),
  /** Whether a blank answer, counted as such, is offered. */
  blank: Type.Boolean(),
  /** What options cost, if they are to be funded. */
  budget: Type.Optional(Budget),
}, closed)
export type ChooseQuestion = Static<typeof ChooseQuestion>

/** The ids of the options chosen, or blank. */
export type ChooseAnswer = { readonly choose: readonly string[] } | 'blank'

export const choose = {
  name: 'choose',
  question: ChooseQuestion,
  answer: Type.Union([Type.Literal('blank'), Type.Object({ choose: Type.Array(Name, { maxItems: 100 }) }, closed)]),

  problem (question) {
    if (question.max > question.options.length) return 'max is more than there are options'
    if (question.min > question.max) return 'min is more than max'
    return question.budget === undefined ? undefined : budgetProblem(question.budget, question.options)
  },

  rules (question) {
    const plan = new SlotPlan()
    const terms = question.options.map(() => ({ slot: plan.countedBit(), weight: 1n }))
    if (question.blank) terms.push({ slot: plan.countedBit(), weight: BigInt(question.max) })
    const follows = !question.blank && question.min === 0 && question.max === question.options.length
    if (!follows) plan.sum(terms, numbersFrom(question.min, question.max))
    return plan.rules()
  },

  slots (question, answer) {
    const chosen = new Set(answer === 'blank' ? [] : answer.choose)
    if (answer === 'blank') {
      if (!question.blank) throw new ScrutinError('input.malformed', `question ${question.id} offers no blank answer`)
    } else {
      if (chosen.size !== answer.choose.length) throw new ScrutinError('input.malformed', `question ${question.id}: an option is chosen twice`)
      if (chosen.size < question.min || chosen.size > question.max) {
        throw new ScrutinError('input.malformed', `question ${question.id}: choose between ${question.min} and ${question.max} options`)
      }
      for (const id of chosen) {
        if (!question.options.some((option) => option.id === id)) throw new ScrutinError('input.malformed', `question ${question.id} has no option ${id}`)
      }
    }
    const slots = question.options.map((option) => chosen.has(option.id) ? 1n : 0n)
    if (question.blank) slots.push(answer === 'blank' ? 1n : 0n)
    return slots
  },

  result ({ id, options, blank, budget }, totals) {
    const counts = Object.fromEntries(options.map((option, slot) => [option.id, totals[slot]!]))
    const ranking = rankByNumber(options.map((option) => option.id), counts)
    return { id, counts, blank: blank ? totals[options.length]! : null, ranking, winners: winnersOf(ranking, counts), ...(budget === undefined ? {} : { funded: fundGreedily(budget, ranking, counts) }) }
  },

  hint ({ min, max, blank }) {
    return `Choose ${min === max ? `${min}` : `${min} to ${max}`} (numbers${blank ? ', or "blank"' : ''})`
  },

  /** An option of its own may be called `blank`: then it is written with a comma after it. */
  parse (text) {
    if (text === 'blank') return 'blank'
    return { choose: text.split(/[\s,]+/).filter((option) => option !== '') }
  },

  describe ({ options }, answer, label) {
    if (answer === 'blank') return 'blank'
    const labels = options.filter(({ id }) => answer.choose.includes(id)).map((option) => label(option.label))
    return labels.length === 0 ? 'nothing' : labels.join(', ')
  },
} satisfies QuestionKind<ChooseQuestion, ChooseAnswer>
