/**
 * The kind `quadratic`: v votes for an option cost v² of a voter's credits
 * (Lalley and Weyl, "Quadratic Voting", 2018). A square is not linear in the
 * votes, but it is in levels: for each option a slot per number of votes from 1
 * on, of which at most one is 1. Votes are Σ v·slot_v and cost Σ v²·slot_v.
 *
 * Slots: option by option the levels 1, 2, …; blank. Decrypted are the votes
 * and blank: neither how many gave how many to an option nor what was left over.
 */
import Type, { type Static } from 'typebox'
import { numbersFrom } from '../allowed-values.ts'
import { ScrutinError } from '../errors.ts'
import { closed, Name, Options, questionHead } from '../question-schema.ts'
import { describeNumbers, type Numbers, numbersByOption, numbersResult, parseNumbers } from './numbers-per-option.ts'
import type { QuestionKind, SlotTerm } from './question-kind.ts'
import { SlotPlan } from './slot-plan.ts'

const QuadraticQuestion = Type.Object({
  ...questionHead,
  kind: Type.Literal('quadratic'),
  options: Options,
  /** What a voter can spend in all. */
  credits: Type.Integer({ minimum: 1, maximum: 10_000 }),
  /** The most votes for one option. */
  perOption: Type.Integer({ minimum: 1, maximum: 100 }),
  /** Whether a blank answer, counted as such, is offered. */
  blank: Type.Boolean(),
}, closed)
export type QuadraticQuestion = Static<typeof QuadraticQuestion>

/** The votes by option id, 0 for options that are not named; or blank. */
export type QuadraticAnswer = { readonly votes: Numbers } | 'blank'

export const quadratic = {
  name: 'quadratic',
  question: QuadraticQuestion,
  answer: Type.Union([Type.Literal('blank'), Type.Object({ votes: Type.Record(Name, Type.Integer({ minimum: 0, maximum: 100 })) }, closed)]),

  problem ({ options, credits, perOption }) {
    if (perOption ** 2 > credits) return 'perOption votes cost more than there are credits'
    if (credits > options.length * perOption ** 2) return 'credits are more than all options can cost'
    return undefined
  },

  rules (question) {
    const plan = new SlotPlan()
    const { options, credits, perOption, blank } = question
    const costs = options.flatMap(() => {
      const levels = levelsOf(perOption).map((votes) => ({ slot: plan.bit(), votes }))
      plan.total(levels.map(({ slot, votes }) => ({ slot, weight: BigInt(votes) })), perOption)
      // a single level is at most one anyway
      if (levels.length > 1) plan.sum(levels.map(({ slot }) => ({ slot, weight: 1n })), numbersFrom(0, 1))
      return levels.map(({ slot, votes }): SlotTerm => ({ slot, weight: BigInt(votes ** 2) }))
    })
    if (blank) costs.push({ slot: plan.countedBit(), weight: BigInt(credits) })
    if (isBounded(question)) plan.sum(costs, numbersFrom(0, credits))
    return plan.rules()
  },

  slots (question, answer) {
    const { id, credits, perOption, blank } = question
    if (answer === 'blank' && !blank) throw new ScrutinError('input.malformed', `question ${id} offers no blank answer`)
    const votes = numbersByOption(question, answer === 'blank' ? {} : answer.votes)
    if (votes.some((number) => !(Number.isInteger(number) && number >= 0 && number <= perOption))) throw new ScrutinError('input.malformed', `question ${id}: an option gets 0 to ${perOption} votes`)
    const cost = votes.reduce((sum, number) => sum + number ** 2, 0)
    if (cost > credits) throw new ScrutinError('input.malformed', `question ${id}: these votes cost ${cost}, there are ${credits} credits`)
    const slots: bigint[] = votes.flatMap((number) => levelsOf(perOption).map((level) => level === number ? 1n : 0n))
    if (blank) slots.push(answer === 'blank' ? 1n : 0n)
    return slots
  },

  result (question, totals) {
    return numbersResult(question, totals)
  },

  hint ({ credits, perOption, blank }) {
    return `Vote up to ${perOption} times for each: 1, 2, 3 votes cost 1, 4, 9 and so on of ${credits} credits (1=${perOption} and so on${blank ? ', or "blank"' : ''})`
  },

  parse (text) {
    return text === 'blank' ? 'blank' : { votes: parseNumbers(text) }
  },

  describe (question, answer, label) {
    return answer === 'blank' ? 'blank' : describeNumbers(question, answer.votes, label)
  },
} satisfies QuestionKind<QuadraticQuestion, QuadraticAnswer>

function levelsOf (perOption: number): number[] {
  return Array.from({ length: perOption }, (_, i) => i + 1)
}

/** Without blank, the bound follows when the credits pay for everything. */
function isBounded ({ options, credits, perOption, blank }: QuadraticQuestion): boolean {
  return blank || credits < options.length * perOption ** 2
}
