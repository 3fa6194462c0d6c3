/** The kinds of question. A kind is one file; this list is the only other place that names it. */
import { choose } from './choose.ts'
import type { QuestionKind } from './question-kind.ts'

const kinds: Readonly<Record<string, QuestionKind>> = { choose }

export function findKind (name: string): QuestionKind | undefined {
  return Object.hasOwn(kinds, name) ? kinds[name] : undefined
}
