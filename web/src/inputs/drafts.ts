/**
 * Answers while they are being made, and what is still wrong with them in the voter's words. Whether a question
 * allows an answer is decided by its kind in `protocol/`, in the worker; this is to help before.
 */
import type { Answer, Question } from '../../../protocol/src/kinds/kinds.ts'
import type { noOpinionId as NoOpinionId } from '../../../protocol/src/kinds/majority-judgment.ts'
import type { Localized } from '../../../protocol/src/question-schema.ts'
import type { Texts } from '../texts/texts.ts'

/** An answer, which may not be allowed yet; undefined before anything was answered. */
export type Draft = Answer | undefined
export type Label = (texts: Localized) => string

/** Its type holds it to the protocol's without taking the protocol along. */
export const noOpinionId: typeof NoOpinionId = 'no-opinion'

export type NumbersQuestion = Extract<Question, { kind: 'score' | 'cumulative' | 'quadratic' }>

/** Votes for an option cost their square in a quadratic question, points are what they are. */
export function spent (question: NumbersQuestion, draft: Draft): number {
  return Object.values(numbersOf(draft)).reduce((sum, number) => sum + (question.kind === 'quadratic' ? number ** 2 : number), 0)
}

/** What a voter can spend in all; scores are not taken from anything. */
export function allowance (question: NumbersQuestion): number | undefined {
  switch (question.kind) {
    case 'score': return undefined
    case 'cumulative': return question.points
    case 'quadratic': return question.credits
  }
}

export function mostEach (question: NumbersQuestion): number {
  return question.kind === 'score' ? question.max : question.perOption
}

export function numbersOf (draft: Draft): Readonly<Record<string, number>> {
  if (typeof draft !== 'object') return {}
  if ('score' in draft) return draft.score
  if ('points' in draft) return draft.points
  return 'votes' in draft ? draft.votes : {}
}

export function numbersDraft (question: NumbersQuestion, numbers: Readonly<Record<string, number>>): Answer {
  switch (question.kind) {
    case 'score': return { score: numbers }
    case 'cumulative': return { points: numbers }
    case 'quadratic': return { votes: numbers }
  }
}

export function chosenOf (draft: Draft): readonly string[] {
  return typeof draft === 'object' && 'choose' in draft ? draft.choose : []
}

export function gradesOf (draft: Draft): Readonly<Record<string, string>> {
  return typeof draft === 'object' && 'grades' in draft ? draft.grades : {}
}

/** The answer that a draft is when nothing was touched, where the question allows it. */
export function answerOf (question: Question, draft: Draft): Draft {
  if (draft !== undefined) return draft
  switch (question.kind) {
    case 'choose': return question.min === 0 ? { choose: [] } : undefined
    case 'score': case 'cumulative': case 'quadratic': return numbersDraft(question, {})
    case 'yes-no': case 'majority-judgment': return undefined
  }
}

/** What the voter still has to do; undefined when the answer can be encrypted. */
export function problemOf (question: Question, draft: Draft, texts: Texts): string | undefined {
  if (draft === 'blank') return undefined
  switch (question.kind) {
    case 'yes-no': return draft === undefined ? texts.problemAnswer : undefined
    case 'choose': {
      const { length } = chosenOf(draft)
      return length < question.min || length > question.max ? texts.problemChoose(question.min, question.max) : undefined
    }
    case 'score': return undefined
    case 'cumulative': case 'quadratic': {
      const over = spent(question, draft) - allowance(question)!
      if (over <= 0) return undefined
      return question.kind === 'cumulative' ? texts.problemPoints(over) : texts.problemCredits(over)
    }
    case 'majority-judgment': {
      const missing = question.options.length - Object.keys(gradesOf(draft)).length
      return missing > 0 ? texts.problemGrades(missing) : undefined
    }
  }
}

export interface ChoiceLine { readonly option: string | undefined, readonly value: string }

/** The answer in the voter's words, line by line. */
export function describeDraft (question: Question, draft: Draft, texts: Texts, label: Label): ChoiceLine[] {
  if (draft === 'blank') return [{ option: undefined, value: texts.blank }]
  switch (question.kind) {
    case 'yes-no': return [{ option: undefined, value: draft === 'yes' ? texts.yes : texts.no }]
    case 'choose': {
      const chosen = question.options.filter(({ id }) => chosenOf(draft).includes(id))
      return chosen.length === 0 ? [{ option: undefined, value: texts.nothing }] : chosen.map((option) => ({ option: undefined, value: label(option.label) }))
    }
    case 'score': case 'cumulative': case 'quadratic': {
      const numbers = numbersOf(draft)
      return question.options.map((option) => ({ option: label(option.label), value: String(numbers[option.id] ?? 0) }))
    }
    case 'majority-judgment': {
      const grades = gradesOf(draft)
      return question.options.map((option) => {
        const grade = question.grades.find(({ id }) => id === grades[option.id])?.label ?? question.noOpinion?.label
        return { option: label(option.label), value: grade === undefined ? '' : label(grade) }
      })
    }
  }
}
