/**
 * The kind `choose`: between min and max of K options, or blank if offered.
 * Slots: one per option, 0 or 1; then one for blank, 0 or 1. The sum of the
 * options plus max times blank lies in [min, max]: a blank answer chooses
 * nothing else. The sum's proof is left out when it follows from the slots'.
 */
import type { Question } from '../definition-schema.ts'
import { ScrutinError } from '../errors.ts'
import type { Answer, QuestionKind, QuestionResult, SlotRules } from './question-kind.ts'

const bit = [0n, 1n] as const

export const choose: QuestionKind = {
  problem (question: Question): string | undefined {
    if (question.max > question.options.length) return 'max is more than there are options'
    if (question.min > question.max) return 'min is more than max'
    return undefined
  },

  rules (question: Question): SlotRules {
    const slotValues = question.options.map(() => bit)
    const weights = question.options.map(() => 1n)
    if (question.blank) {
      slotValues.push(bit)
      weights.push(BigInt(question.max))
    }
    const follows = !question.blank && question.min === 0 && question.max === question.options.length
    const allowed = Array.from({ length: question.max - question.min + 1 }, (_, i) => BigInt(question.min + i))
    return { slotValues, sums: follows ? [] : [{ weights, allowed }] }
  },

  slots (question: Question, answer: Answer): bigint[] {
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

  result (question: Question, sums: readonly number[]): QuestionResult {
    const counts = Object.fromEntries(question.options.map((option, slot) => [option.id, sums[slot]!]))
    return { id: question.id, counts, blank: question.blank ? sums[question.options.length]! : null }
  },
}
