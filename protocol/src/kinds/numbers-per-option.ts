/**
 * What `score` and `cumulative` share: a number from 0 to `each` for every
 * option, `all` together at most, and blank if offered, which weighs as much as
 * all together: a blank answer gives nothing else.
 *
 * Slots: the numbers, option by option; blank.
 */
import { numbersFrom } from '../allowed-values.ts'
import { ScrutinError } from '../errors.ts'
import type { Localized, Option } from '../question-schema.ts'
import { type Budget, fundGreedily } from './budget.ts'
import type { QuestionResult, SlotRules } from './question-kind.ts'
import { rankByNumber, winnersOf } from './rank-by-number.ts'
import { SlotPlan } from './slot-plan.ts'

export interface NumbersRule {
  readonly id: string
  readonly options: readonly Option[]
  readonly each: number
  readonly all: number
  readonly blank: boolean
  readonly budget?: Budget | undefined
}

/** Numbers by option id; options that are not named get 0. */
export type Numbers = Readonly<Record<string, number>>

export function numbersRules (rule: NumbersRule): SlotRules {
  const plan = new SlotPlan()
  const terms = rule.options.map(() => ({ slot: plan.countedNumber(rule.each), weight: 1n }))
  if (rule.blank) terms.push({ slot: plan.countedBit(), weight: BigInt(rule.all) })
  if (isBounded(rule)) plan.sum(terms, numbersFrom(0, rule.all))
  return plan.rules()
}

export function numbersSlots (rule: NumbersRule, answer: Numbers | 'blank'): bigint[] {
  const { id, each, all, blank } = rule
  if (answer === 'blank' && !blank) throw new ScrutinError('input.malformed', `question ${id} offers no blank answer`)
  const numbers = numbersByOption(rule, answer === 'blank' ? {} : answer)
  if (numbers.some((number) => !(Number.isInteger(number) && number >= 0 && number <= each))) throw new ScrutinError('input.malformed', `question ${id}: an option gets 0 to ${each}`)
  const sum = numbers.reduce((whole, number) => whole + number, 0)
  if (sum > all) throw new ScrutinError('input.malformed', `question ${id}: all options together get at most ${all}`)
  const slots = numbers.map(BigInt)
  if (blank) slots.push(answer === 'blank' ? 1n : 0n)
  return slots
}

export function numbersResult ({ id, options, blank, budget }: Pick<NumbersRule, 'id' | 'options' | 'blank' | 'budget'>, totals: readonly number[]): QuestionResult {
  const counts = Object.fromEntries(options.map((option, i) => [option.id, totals[i]!]))
  const ranking = rankByNumber(options.map((option) => option.id), counts)
  return { id, counts, blank: blank ? totals[options.length]! : null, ranking, winners: winnersOf(ranking, counts), ...(budget === undefined ? {} : { funded: fundGreedily(budget, ranking, counts) }) }
}

/** One number for each option, 0 where none is given; refuses options that do not exist. */
export function numbersByOption ({ id, options }: Pick<NumbersRule, 'id' | 'options'>, numbers: Numbers): number[] {
  const unknown = Object.keys(numbers).find((name) => !options.some((option) => option.id === name))
  if (unknown !== undefined) throw new ScrutinError('input.malformed', `question ${id} has no option ${unknown}`)
  return options.map((option) => Object.hasOwn(numbers, option.id) ? numbers[option.id]! : 0)
}

/** `option=number` as often as one likes, with commas or spaces between; undefined when something else was typed, or an option twice. */
export function parseNumbers (text: string): Record<string, number> | undefined {
  const pairs = text.split(/[\s,]+/).filter(Boolean).map((part) => /^([^=]+)=(\d{1,9})$/.exec(part))
  if (pairs.some((pair) => pair === null)) return undefined
  const numbers = new Map(pairs.map((pair) => [pair![1]!, Number(pair![2])]))
  return numbers.size === pairs.length ? Object.fromEntries(numbers) : undefined
}

export function describeNumbers ({ options }: Pick<NumbersRule, 'options'>, numbers: Numbers, label: (texts: Localized) => string): string {
  const given = options.filter(({ id }) => (numbers[id] ?? 0) > 0).map((option) => `${label(option.label)}: ${numbers[option.id]!}`)
  return given.length === 0 ? 'nothing' : given.join(', ')
}

/** Without blank, the bound follows when it lets every option get the most. */
function isBounded ({ options, each, all, blank }: NumbersRule): boolean {
  return blank || all < options.length * each
}
