/** The kinds of question. A kind is one file; this list is the only other place that names it. */
import Type from 'typebox'
import { Value } from 'typebox/value'
import { ScrutinError } from '../errors.ts'
import { choose } from './choose.ts'
import { cumulative } from './cumulative.ts'
import { majorityJudgment } from './majority-judgment.ts'
import type { QuestionKind } from './question-kind.ts'
import { quadratic } from './quadratic.ts'
import { score } from './score.ts'
import { yesNo } from './yes-no.ts'

const list = [choose, yesNo, score, cumulative, quadratic, majorityJudgment] as const
type Listed = typeof list[number]

export type Question = Parameters<Listed['rules']>[0]
export type Answer = Parameters<Listed['slots']>[1]

export const Question = Type.Unsafe<Question>(Type.Union(list.map((kind) => kind.question)))
/** A filled-in answer to a question of some kind. */
export const Answer = Type.Unsafe<Answer>(Type.Union(list.map((kind) => kind.answer)))

export type Kind = QuestionKind<Question, Answer>
const kinds: ReadonlyMap<string, Kind> = new Map(list.map((kind): [string, Kind] => [kind.name, kind]))
export const kindNames: readonly string[] = [...kinds.keys()]

export function findKind (name: string): Kind | undefined {
  return kinds.get(name)
}

export function kindOf (question: Question): Kind {
  const kind = findKind(question.kind)
  if (kind === undefined) throw new Error(`a definition was let through with a question of the kind ${question.kind}`)
  return kind
}

/** Slot values of an answer, whatever was given as one; throws `input.malformed` unless the question allows it. */
export function answerSlots (question: Question, answer: unknown): bigint[] {
  const kind = kindOf(question)
  if (!Value.Check(kind.answer, answer)) throw new ScrutinError('input.malformed', `question ${question.id}: not an answer to a question of the kind ${kind.name}`)
  return kind.slots(question, answer as Answer)
}
