import type { QuestionRules } from '../../src/question-rules.ts'
import { bitLayout } from '../../src/slot-bits.ts'

/** Where each point and scalar of a ballot stands, for tests that put something else there. */
export interface Place { readonly name: string, readonly kind: 'point' | 'scalar', readonly offset: number }

export interface BallotLayout {
  readonly places: readonly Place[]
  readonly bodyLength: number
  readonly length: number
  /** Start of each question's ciphertexts in the body, and their end. */
  readonly questions: readonly { readonly start: number, readonly end: number }[]
  readonly proofStart: number
  /** Start of each registrar's signature. */
  readonly signatures: readonly number[]
}

export function ballotLayout (rules: readonly QuestionRules[], registrarCount: number): BallotLayout {
  const places: Place[] = []
  const questions: { start: number, end: number }[] = []
  let offset = 34
  const put = (name: string, kind: Place['kind']): void => {
    places.push({ name, kind, offset })
    offset += 32
  }
  put('credential key', 'point')
  rules.forEach((question, q) => {
    const start = offset
    put(`question ${q}: alpha`, 'point')
    question.slotValues.forEach((_, slot) => { put(`question ${q}: beta ${slot}`, 'point') })
    questions.push({ start, end: offset })
  })
  const proofStart = offset
  put('proof: B', 'point')
  put('proof: A', 'point')
  rules.forEach((_, q) => { put(`proof: R ${q}`, 'point') })
  put('proof: T', 'point')
  for (const bit of bitLayout(rules).freeBits) put(`proof: f ${bit}`, 'scalar')
  put('proof: z', 'scalar')
  rules.forEach((_, q) => { put(`proof: s ${q}`, 'scalar') })
  const bodyLength = offset
  const signatures = Array.from({ length: registrarCount }, (_, i) => bodyLength + 256 * i)
  offset += 256 * registrarCount
  put('cast signature: R', 'point')
  put('cast signature: s', 'scalar')
  return { places, bodyLength, length: offset, questions, proofStart, signatures }
}

export function replaced (bytes: Uint8Array, offset: number, part: Uint8Array): Uint8Array {
  const copy = Uint8Array.from(bytes)
  copy.set(part, offset)
  return copy
}
