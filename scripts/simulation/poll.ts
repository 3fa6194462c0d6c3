/** A table of ballots put to vote as one kind of question: the question, every voter's answer, and what the count must come to. */
import type { Answer, Question } from '../../protocol/src/kinds/kinds.ts'
import type { Budget } from '../../protocol/src/kinds/budget.ts'
import { noOpinionId } from '../../protocol/src/kinds/majority-judgment.ts'
import type { QuestionResult } from '../../protocol/src/kinds/question-kind.ts'
import { everywhere, optionId } from '../staging/draft-definition.ts'
import type { BallotTable } from './read-ballots.ts'

export type Counts = QuestionResult['counts']

/** Whether this row's voter was asked about this option, both by index. */
export type IsAsked = (row: number, option: number) => boolean

export interface Poll {
  readonly question: Question
  readonly answers: readonly Answer[]
  /** The counts by the names of the file, from the table alone: of what was asked, where options are drawn. */
  expected (isAsked: IsAsked): Counts
  /** What the file calls an option, or a grade. */
  readonly nameOf: (id: string) => string
}

const pollers: Readonly<Record<Question['kind'], (table: BallotTable) => Poll>> = { choose, 'yes-no': yesNo, score, cumulative, quadratic, 'majority-judgment': majorityJudgment }

export function isKind (name: string): name is Question['kind'] {
  return Object.hasOwn(pollers, name)
}

export const kindsOfPolls: readonly string[] = Object.keys(pollers)

/** Throws in words when these ballots are none of this kind. */
export function pollOf (kind: Question['kind'], table: BallotTable): Poll {
  return pollers[kind](table)
}

/** The same, with so many options drawn for each voter. */
export function drawnPoll (poll: Poll, draw: number): Poll {
  const { question } = poll
  if (question.kind !== 'majority-judgment' && question.kind !== 'score') throw new Error('options are drawn for majority-judgment and score only')
  if (draw >= question.options.length) throw new Error(`there are ${question.options.length} options: draw fewer`)
  return { ...poll, question: { ...question, draw } }
}

/** Grades read as approval from one of them on. */
export function approvedFrom (table: BallotTable, grade: number): BallotTable {
  const rows = table.rows.map((row) => row.map((number) => number >= grade ? 1 : 0))
  return { options: table.options, rows, ...(table.budget === undefined ? {} : { budget: table.budget }) }
}

const head = { id: 'poll', title: everywhere('Poll'), context: null, image: null }

function choose (given: BallotTable): Poll {
  // who gives a project points supports it: that is what the budgets' own column of votes counts
  const table = given.limits?.each === undefined ? given : approvedFrom(given, 1)
  const { limits = {} } = table
  refuseAbove(table, 1, 'a ballot chooses or does not: say with --approve-from from which grade on it approves, or ask another --kind')
  return numbersPoll(table, { ...head, kind: 'choose', options: optionsOf(table), min: limits.min ?? 0, max: limits.all ?? table.options.length, blank: false, ...budgetOf(table) },
    (numbers) => ({ choose: Object.keys(numbers) }))
}

function score (table: BallotTable): Poll {
  return numbersPoll(table, { ...head, kind: 'score', options: optionsOf(table), max: highestIn(table), blank: false }, (numbers) => ({ score: numbers }))
}

function cumulative (table: BallotTable): Poll {
  const { limits = {}, options } = table
  const perOption = limits.each ?? highestIn(table)
  const points = Math.min(options.length * perOption, Math.max(perOption, limits.all ?? 0, mostOf(table, sum)))
  return numbersPoll(table, { ...head, kind: 'cumulative', options: optionsOf(table), points, perOption, blank: false, ...budgetOf(table) }, (numbers) => ({ points: numbers }))
}

function quadratic (table: BallotTable): Poll {
  const perOption = highestIn(table)
  const credits = Math.max(perOption ** 2, mostOf(table, (row) => sum(row.map((number) => number ** 2))))
  return numbersPoll(table, { ...head, kind: 'quadratic', options: optionsOf(table), credits, perOption, blank: false }, (votes) => ({ votes }))
}

function yesNo (table: BallotTable): Poll {
  if (table.options.length !== 1) throw new Error('yes-no takes a single column: 1 for yes, 0 for no')
  refuseAbove(table, 1, '1 is yes, 0 is no')
  const yes = sum(table.rows.map((row) => row[0]!))
  return {
    question: { ...head, kind: 'yes-no', blank: false },
    answers: table.rows.map((row) => row[0] === 1 ? 'yes' : 'no'),
    expected: () => ({ yes, no: table.rows.length - yes }),
    nameOf: (id) => id,
  }
}

/** The best grade is the highest number. Where the file names no grades, their names are their numbers, and 0 is no opinion, which ranks as the worst. */
function majorityJudgment (table: BallotTable): Poll {
  const highest = highestIn(table)
  const names = table.grades ?? Array.from({ length: highest + 1 }, (_, number) => String(number))
  const noOpinion = table.grades === undefined ? 0 : table.noOpinion
  const idOf = (number: number): string => number === noOpinion ? noOpinionId : `grade-${number}`
  const numbers = [...names.keys()]
  const nameOfGrade = new Map(numbers.map((number) => [idOf(number), names[number]!]))
  return {
    question: {
      ...head,
      kind: 'majority-judgment',
      options: optionsOf(table),
      grades: numbers.filter((number) => number !== noOpinion).reverse().map((number) => ({ id: idOf(number), label: everywhere(names[number]!) })),
      noOpinion: noOpinion === undefined ? null : { label: everywhere(names[noOpinion]!), ranking: 'worst' },
    },
    answers: table.rows.map((row) => ({ grades: Object.fromEntries(row.map((number, option) => [optionId(option), idOf(number)])) })),
    expected: (isAsked) => Object.fromEntries(table.options.map((name, option) =>
      [name, Object.fromEntries(numbers.map((number) => [names[number]!, table.rows.filter((row, voter) => row[option] === number && isAsked(voter, option)).length]))])),
    nameOf: (id) => nameOfGrade.get(id) ?? nameOfOption(table, id),
  }
}

/** `answerOf` gets the numbers above 0 by option id. */
function numbersPoll (table: BallotTable, question: Question, answerOf: (numbers: Record<string, number>) => Answer): Poll {
  return {
    question,
    answers: table.rows.map((row) => answerOf(Object.fromEntries(row.flatMap((number, option) => number > 0 ? [[optionId(option), number]] : [])))),
    expected: (isAsked) => Object.fromEntries(table.options.map((name, option) => [name, sum(table.rows.map((row, voter) => isAsked(voter, option) ? row[option]! : 0))])),
    nameOf: (id) => nameOfOption(table, id),
  }
}

function optionsOf ({ options }: BallotTable): { id: string, label: Record<string, string> }[] {
  return options.map((name, i) => ({ id: optionId(i), label: everywhere(name) }))
}

function budgetOf ({ budget }: BallotTable): { budget?: Budget } {
  return budget === undefined ? {} : { budget: { amount: budget.amount, costs: Object.fromEntries(budget.costs.map((cost, option) => [optionId(option), cost])) } }
}

function nameOfOption ({ options }: BallotTable, id: string): string {
  return options.find((_, i) => optionId(i) === id) ?? id
}

function refuseAbove ({ rows }: BallotTable, most: number, why: string): void {
  const at = rows.findIndex((row) => row.some((number) => number > most))
  if (at >= 0) throw new Error(`ballot ${at + 1} holds ${Math.max(...rows[at]!)}: ${why}`)
}

/** At least 1. */
function highestIn (table: BallotTable): number {
  return Math.max(1, mostOf(table, (row) => Math.max(...row)))
}

/** Row by row: there may be more rows than arguments. */
function mostOf ({ rows }: BallotTable, numberOf: (row: readonly number[]) => number): number {
  return rows.reduce((most, row) => Math.max(most, numberOf(row)), 0)
}

function sum (numbers: readonly number[]): number {
  return numbers.reduce((whole, number) => whole + number, 0)
}
