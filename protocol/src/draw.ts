/**
 * Options drawn for each ballot: a question may ask each voter about c of its
 * options only. Which ones follows from the credential: from its key, which the
 * voter chose, and from the registrars' signatures, of which each is the only
 * one there is (RFC 9474, deterministic) and unknown before it is given. So
 * nobody chooses a draw as long as one registrar is honest, every endorser and
 * auditor draws the same, and a person has one draw.
 */
import { uint32 } from './bytes.ts'
import { ScrutinError } from './errors.ts'
import type { QuestionRules } from './question-rules.ts'
import { taggedHash, tags } from './tagged-hash.ts'

/** What draws follow from: a credential with all its signatures, in the definition's order of registrars. */
export interface DrawingCredential {
  /** 32 bytes */
  readonly electionId: Uint8Array
  readonly classIndex: number
  /** 32 bytes */
  readonly credentialKey: Uint8Array
  readonly signatures: readonly Uint8Array[]
}

/** `held[question]`: the groups of slots that a ballot holds of each question, ascending. */
export type HeldGroups = readonly (readonly number[])[]

export function isDrawn ({ groups, held }: QuestionRules): boolean {
  return held < groups.length
}

/** All groups of each question; those drawn for this credential where a ballot holds only some. */
export function heldGroups (rules: readonly QuestionRules[], credential: DrawingCredential): number[][] {
  return rules.map((its, question) => isDrawn(its) ? drawOptions(credential, question, its.held, its.groups.length) : [...its.groups.keys()])
}

/** Throws `ballot.draw` unless the groups held are those drawn for this credential. */
export function assertDraw (rules: readonly QuestionRules[], credential: DrawingCredential, held: HeldGroups): void {
  rules.forEach((its, question) => {
    if (isDrawn(its) && drawOptions(credential, question, its.held, its.groups.length).join() !== held[question]!.join()) {
      throw new ScrutinError('ballot.draw', `question ${question + 1}`)
    }
  })
}

/**
 * `count` different numbers below `of` (2 to 256), ascending; every set of so
 * many is equally likely. A byte of the stream gives a number modulo `of`;
 * bytes beyond the last multiple of `of` would favour the small ones and are
 * passed over, as is what was drawn already.
 */
export function drawOptions ({ electionId, classIndex, credentialKey, signatures }: DrawingCredential, question: number, count: number, of: number): number[] {
  const seed = taggedHash(tags.draw, electionId, uint32(question), Uint8Array.of(classIndex), credentialKey, ...signatures)
  const drawn = new Set<number>()
  for (let block = 0; drawn.size < count; block++) {
    for (const byte of taggedHash(tags.drawBlock, seed, uint32(block))) {
      if (byte < 256 - 256 % of && drawn.size < count) drawn.add(byte % of)
    }
  }
  return [...drawn].sort((a, b) => a - b)
}
