/** What a kind of question is: from a filled-in answer to slots, what is proven of them, and from sums to a result. */
import type { Question } from '../definition-schema.ts'
import type { Combination } from '../membership-proof.ts'

/** What is proven about the slots of a question. */
export interface SlotRules {
  /** Per slot, the values it may hold. */
  readonly slotValues: readonly (readonly bigint[])[]
  /** Linear combinations of the slots, each with its allowed values. */
  readonly sums: readonly Combination[]
}

/** A filled-in answer: the ids of the options chosen, or blank. */
export type Answer = { readonly choose: readonly string[] } | 'blank'

export interface QuestionResult {
  readonly id: string
  /** Votes by option id. */
  readonly counts: Readonly<Record<string, number>>
  /** Blank answers; null when the question offers none. */
  readonly blank: number | null
}

export interface QuestionKind {
  /** What is wrong with a question of this kind, in words; undefined when nothing is. */
  problem (question: Question): string | undefined
  rules (question: Question): SlotRules
  /** Slot values of an answer; throws `input.malformed` for an answer that is not allowed. */
  slots (question: Question, answer: Answer): bigint[]
  /** From the sums of all slots to the result. */
  result (question: Question, sums: readonly number[]): QuestionResult
}
