/**
 * The kind `majority-judgment`: one of G grades for every candidate. Slots:
 * candidate by candidate one per grade, best first, and one for "no opinion" if
 * offered; 0 or 1, and exactly one of a candidate's is 1. The sums are the
 * histogram of grades by candidate; single ballots stay secret.
 */
import Type, { type Static } from 'typebox'
import { ScrutinError } from '../errors.ts'
import { closed, Draw, Localized, Name, Option, Options, questionHead } from '../question-schema.ts'
import { rankByMajority } from './majority-ranking.ts'
import type { QuestionKind } from './question-kind.ts'
import { SlotPlan } from './slot-plan.ts'

/** How "no opinion" stands in answers and counts. */
export const noOpinionId = 'no-opinion'

const MajorityQuestion = Type.Object({
  ...questionHead,
  kind: Type.Literal('majority-judgment'),
  /** The candidates. */
  options: Options,
  draw: Type.Optional(Draw),
  /** Best first. */
  grades: Type.Array(Option, { minItems: 2, maxItems: 20 }),
  /** How "no opinion" is called, and whether the ranking takes it as the worst grade or leaves it out; null: it is not offered. */
  noOpinion: Type.Union([Type.Object({ label: Localized, ranking: Type.Union([Type.Literal('worst'), Type.Literal('left-out')]) }, closed), Type.Null()]),
}, closed)
export type MajorityQuestion = Static<typeof MajorityQuestion>

/** The grade's id by candidate id, for every candidate. */
export interface MajorityAnswer { readonly grades: Readonly<Record<string, string>> }

export const majorityJudgment = {
  name: 'majority-judgment',
  question: MajorityQuestion,
  answer: Type.Object({ grades: Type.Record(Name, Name) }, closed),

  problem ({ grades, noOpinion }) {
    if (noOpinion !== null && grades.some(({ id }) => id === noOpinionId)) return `${noOpinionId} is the name of no opinion, not of a grade`
    return undefined
  },

  rules (question) {
    const plan = new SlotPlan()
    const choices = choicesOf(question)
    question.options.forEach(() => { plan.sum(choices.map(() => ({ slot: plan.countedBit(), weight: 1n })), [1n]) })
    return plan.rules()
  },

  slots (question, { grades }) {
    const { id, options } = question
    const choices = choicesOf(question)
    const unknown = Object.keys(grades).find((name) => !options.some((option) => option.id === name))
    if (unknown !== undefined) throw new ScrutinError('input.malformed', `question ${id} has no candidate ${unknown}`)
    return options.flatMap((option) => {
      if (!Object.hasOwn(grades, option.id)) throw new ScrutinError('input.malformed', `question ${id}: ${option.id} got no grade`)
      const grade = grades[option.id]!
      if (!choices.includes(grade)) throw new ScrutinError('input.malformed', `question ${id} has no grade ${grade}`)
      return choices.map((choice) => choice === grade ? 1n : 0n)
    })
  },

  result (question, totals) {
    const { id, options, grades, noOpinion } = question
    const choices = choicesOf(question)
    const rows = options.map((_, candidate) => totals.slice(candidate * choices.length, (candidate + 1) * choices.length))
    const counts = Object.fromEntries(options.map((option, candidate) => [option.id, Object.fromEntries(choices.map((choice, i) => [choice, rows[candidate]![i]!]))]))
    const histograms = rows.map((row) => {
      const histogram = row.slice(0, grades.length)
      if (noOpinion?.ranking === 'worst') histogram[grades.length - 1]! += row[grades.length]!
      return histogram
    })
    const { places, medians, steps } = rankByMajority(histograms)
    const name = (candidate: number): string => options[candidate]!.id
    const gradeName = (grade: number): string => grades[grade]!.id
    return {
      id,
      counts,
      blank: null,
      ranking: places.map((together) => together.map(name)),
      winners: places[0]!.filter((candidate) => medians[candidate] !== undefined).map(name),
      medians: Object.fromEntries(options.map((option, candidate) => [option.id, medians[candidate] === undefined ? null : gradeName(medians[candidate])])),
      steps: steps.map(({ better, worse, removed, of, grades: [a, b] }) => ({ better: name(better), worse: name(worse), removed, of, grades: [gradeName(a), gradeName(b)] })),
    }
  },

  among ({ grades }, options) {
    return { grades: Object.fromEntries(options.flatMap(({ id }) => Object.hasOwn(grades, id) ? [[id, grades[id]!]] : [])) }
  },

  hint ({ grades, noOpinion }) {
    const words = [...grades.map(({ id }) => id), ...(noOpinion === null ? [] : [noOpinionId])]
    return `Grade each (1=${words[0]!},2=${words[1]!} and so on; the grades are ${words.join(', ')})`
  },

  parse (text) {
    const pairs = text.split(/[\s,]+/).filter(Boolean).map((part) => /^([^=]+)=([^=]+)$/.exec(part))
    const grades = new Map(pairs.flatMap((pair): [string, string][] => pair === null ? [] : [[pair[1]!, pair[2]!]]))
    // who grades a candidate twice has not graded
    return { grades: grades.size === pairs.length ? Object.fromEntries(grades) : undefined }
  },

  describe ({ options, grades, noOpinion }, answer, label) {
    return options.map((option) => {
      const grade = grades.find(({ id }) => id === answer.grades[option.id])?.label ?? noOpinion!.label
      return `${label(option.label)}: ${label(grade)}`
    }).join(', ')
  },
} satisfies QuestionKind<MajorityQuestion, MajorityAnswer>

/** What can be said of a candidate, in the order of its slots. */
function choicesOf ({ grades, noOpinion }: MajorityQuestion): string[] {
  return [...grades.map(({ id }) => id), ...(noOpinion === null ? [] : [noOpinionId])]
}
