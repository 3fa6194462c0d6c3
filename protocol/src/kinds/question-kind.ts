/**
 * What a kind of question is: what its definition and a filled-in answer look
 * like, how the answer becomes slots, what is proven about slots, which sums
 * are decrypted, and how they become a result.
 */
import Type, { type Static, type TSchema } from 'typebox'
import type { AllowedValues } from '../allowed-values.ts'
import type { Combination } from '../membership-proof.ts'
import { closed, type Localized, type Option } from '../question-schema.ts'
import { Funded } from './budget.ts'

/** What is decrypted of a question: Σ weight·slot over all ballots, and nothing else about the slots. */
export interface Total {
  readonly terms: readonly SlotTerm[]
  /** The most that one ballot adds. */
  readonly most: number
}

export interface SlotTerm {
  readonly slot: number
  /** At least 1. */
  readonly weight: bigint
}

/** What is proven about the slots of a question, and decrypted of their sums. */
export interface SlotRules {
  /** Per slot, the values it may hold. */
  readonly slotValues: readonly AllowedValues[]
  /** Linear combinations of the slots, each with its allowed values. */
  readonly sums: readonly Combination[]
  readonly totals: readonly Total[]
}

const Count = Type.Integer({ minimum: 0 })

const counted = {
  id: Type.String(),
  counts: Type.Record(Type.String(), Type.Union([Count, Type.Record(Type.String(), Count)]), { description: 'By option; by candidate and grade for majority judgment' }),
  blank: Type.Union([Count, Type.Null()], { description: 'Blank answers; null when the question offers none' }),
}

/** What some of the ballots come to. */
export const QuestionCounts = Type.Object(counted, closed)
export type QuestionCounts = Static<typeof QuestionCounts>

/** One shape for all kinds, so that whoever shows results can show those of any kind. */
export const QuestionResult = Type.Object({
  ...counted,
  ranking: Type.Array(Type.Array(Type.String()), { description: 'Best first; those that stand together are exactly equal' }),
  winners: Type.Array(Type.String(), { description: 'Those first in the ranking; nobody when nobody got anything' }),
  drawn: Type.Optional(Type.Record(Type.String(), Count, { description: 'Where options are drawn: the ballots that were asked about each. One that too few were asked about stands in nothing else' })),
  funded: Type.Optional(Funded),
  quorum: Type.Optional(Type.Object({ needed: Count, reached: Type.Boolean() }, { ...closed, description: 'The ballots that the question needs to be decided' })),
  medians: Type.Optional(Type.Record(Type.String(), Type.Union([Type.String(), Type.Null()]), { description: 'Majority judgment: the majority grade by candidate; null without any grade' })),
  steps: Type.Optional(Type.Array(Type.Object({
    better: Type.String(),
    worse: Type.String(),
    removed: Count,
    of: Count,
    grades: Type.Array(Type.String(), { minItems: 2, maxItems: 2 }),
  }, closed), {
    description: 'Majority judgment: how neighbours in the ranking that share the majority grade were told apart: with `removed` of `of` grades taken away around the median, these are the medians',
  })),
}, closed)
export type QuestionResult = Static<typeof QuestionResult>

/** `Question` and `Answer` are the kind's own. */
export interface QuestionKind<Question, Answer> {
  readonly name: string
  /** Closed, with `questionHead` and the kind's name. */
  readonly question: TSchema
  /** The form of an answer; whether the question allows it, `slots` says. */
  readonly answer: TSchema
  /** What is wrong with a question of this kind, in words; undefined when nothing is. */
  problem (question: Question): string | undefined
  rules (question: Question): SlotRules
  /** Slot values of an answer that has its form; throws `input.malformed` when the question does not allow it. */
  slots (question: Question, answer: Answer): bigint[]
  /**
   * From the totals to the result; `votes` are those of each group of slots: one of all slots, or, where options are drawn, of
   * each option, none of them 0. A ballot of weight w is w votes, in the totals too.
   */
  result (question: Question, totals: readonly number[], votes: readonly number[]): QuestionResult
  /** What an answer says about these options: for kinds whose options may be drawn. */
  among? (answer: Answer, options: readonly Option[]): Answer
  /** Says in English how an answer is typed. */
  hint (question: Question): string
  /** An answer as it is typed, by ids; it may not be of the form at all. */
  parse (text: string): unknown
  /** The answer in words. */
  describe (question: Question, answer: Answer, label: (texts: Localized) => string): string
}
