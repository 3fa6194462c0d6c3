import { proofSizes } from '../../src/ballot-encoding.ts'
import type { SlotRules } from '../../src/kinds/question-kind.ts'

/** Where each point and scalar of a ballot stands, for tests that put something else there. */
export interface Place { readonly name: string, readonly kind: 'point' | 'scalar', readonly offset: number }

export interface BallotLayout {
  readonly places: readonly Place[]
  readonly bodyLength: number
  readonly length: number
  /** Start of each question in the body, and its end. */
  readonly questions: readonly { readonly start: number, readonly ciphertextsEnd: number, readonly end: number }[]
  /** Start of each registrar's signature. */
  readonly signatures: readonly number[]
}

export function ballotLayout (rules: readonly SlotRules[], registrarCount: number): BallotLayout {
  const places: Place[] = []
  const questions: { start: number, ciphertextsEnd: number, end: number }[] = []
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
    const ciphertextsEnd = offset
    proofSizes(question).forEach((count, p) => {
      for (let i = 0; i < count; i++) {
        put(`question ${q}: proof ${p}: a ${i}`, 'point')
        put(`question ${q}: proof ${p}: b ${i}`, 'point')
      }
      for (let i = 0; i < count - 1; i++) put(`question ${q}: proof ${p}: challenge ${i}`, 'scalar')
      for (let i = 0; i < count; i++) put(`question ${q}: proof ${p}: response ${i}`, 'scalar')
    })
    questions.push({ start, ciphertextsEnd, end: offset })
  })
  const bodyLength = offset
  const signatures = Array.from({ length: registrarCount }, (_, i) => bodyLength + 256 * i)
  offset += 256 * registrarCount
  put('cast signature: R', 'point')
  put('cast signature: s', 'scalar')
  return { places, bodyLength, length: offset, questions, signatures }
}

export function replaced (bytes: Uint8Array, offset: number, part: Uint8Array): Uint8Array {
  const copy = Uint8Array.from(bytes)
  copy.set(part, offset)
  return copy
}
