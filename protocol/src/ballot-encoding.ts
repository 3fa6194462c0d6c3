/**
 * A ballot in bytes. The body is what the tracker names; the envelope around it
 * says who may cast it. Both have exactly one encoding.
 *
 * body: version (1 byte, 1) ‖ election id (32) ‖ class index (1) ‖ credential key (32)
 *   ‖ per question: the options drawn (1 each, if any are) ‖ alpha (32) ‖ beta per slot (32 each)
 *   ‖ one proof for all of them
 * ballot: body ‖ a credential signature per registrar (256 each) ‖ cast signature (64)
 */
import { ByteReader, toHex } from './bytes.ts'
import { credentialSignatureLength } from './credential.ts'
import { type HeldGroups, isDrawn } from './draw.ts'
import { ElementReader } from './element-reader.ts'
import { ScrutinError } from './errors.ts'
import { pointLength } from './group.ts'
import { bitCommitmentsLength, linkCommitmentsLength, type MembershipProof, membershipProofLength, readMembershipProof } from './membership-proof.ts'
import { PublicPoint } from './public-point.ts'
import type { QuestionRules } from './question-rules.ts'
import { readSignature, type Signature, signatureLength } from './schnorr.ts'
import { bitLayout } from './slot-bits.ts'
import { taggedHashHex, tags } from './tagged-hash.ts'

export const ballotVersion = 1
const headerLength = 1 + 32 + 1 + pointLength

export interface EncryptedQuestion {
  /** Whose slots these are: of groups of the question, ascending. */
  readonly groups: readonly number[]
  readonly alpha: PublicPoint
  readonly betas: readonly PublicPoint[]
  /** All this as it stands in the body. */
  readonly bytes: Uint8Array
}

export interface BallotBody {
  readonly electionId: Uint8Array
  readonly classIndex: number
  readonly credentialKeyBytes: Uint8Array
  readonly credentialKey: PublicPoint
  readonly questions: readonly EncryptedQuestion[]
  readonly proof: MembershipProof
  /** The proof's commitments as they stand in the body: what its weight depends on, and what only its challenge does. */
  readonly bitCommitments: Uint8Array
  readonly linkCommitments: Uint8Array
}

export interface Ballot extends BallotBody {
  readonly body: Uint8Array
  readonly credentialSignatures: readonly Uint8Array[]
  readonly castSignature: Signature
}

/** Where the proof begins: after header and questions. */
function proofStart (rules: readonly QuestionRules[]): number {
  return rules.reduce((length, question) => length + drawnLength(question) + ciphertextsLength(question), headerLength)
}

function drawnLength (question: QuestionRules): number {
  return isDrawn(question) ? question.held : 0
}

function ciphertextsLength ({ slotValues }: QuestionRules): number {
  return pointLength * (1 + slotValues.length)
}

export function bodyLength (rules: readonly QuestionRules[]): number {
  return proofStart(rules) + membershipProofLength(bitLayout(rules))
}

export function ballotLength (rules: readonly QuestionRules[], registrarCount: number): number {
  return bodyLength(rules) + registrarCount * credentialSignatureLength + signatureLength
}

/** The name of a ballot, shown before it is cast: 32 bytes in hex. */
export function trackerOf (body: Uint8Array): string {
  return taggedHashHex(tags.tracker, body)
}

/** The fixed front of a ballot, readable without its election; throws `ballot.malformed`. */
export function peekBallot (bytes: Uint8Array): { electionId: string, classIndex: number, credentialKey: string } {
  return asBallotError(() => {
    const reader = new ByteReader(bytes)
    if (reader.takeByte() !== ballotVersion) throw new ScrutinError('ballot.malformed', 'unknown version')
    const electionId = toHex(reader.take(32))
    const classIndex = reader.takeByte()
    return { electionId, classIndex, credentialKey: toHex(reader.take(pointLength)) }
  })
}

/** The tracker of a whole ballot, for those who know the election's rules. */
export function ballotTracker (bytes: Uint8Array, rules: readonly QuestionRules[]): string {
  return trackerOf(bytes.subarray(0, bodyLength(rules)))
}

/** Decodes every point and scalar; throws `ballot.malformed` for anything but the canonical encoding. */
export function decodeBallot (bytes: Uint8Array, rules: readonly QuestionRules[], registrarCount: number): Ballot {
  return asBallotError(() => {
    const reader = new ElementReader(bytes)
    const read = readBody(reader, bytes, rules)
    const body = bytes.subarray(0, reader.position)
    const credentialSignatures = Array.from({ length: registrarCount }, () => reader.take(credentialSignatureLength))
    const castSignature = readSignature(reader)
    reader.finish()
    return { ...read, body, credentialSignatures, castSignature }
  })
}

/** The same for a body without its envelope. */
export function decodeBody (bytes: Uint8Array, rules: readonly QuestionRules[]): BallotBody {
  return asBallotError(() => {
    const reader = new ElementReader(bytes)
    const read = readBody(reader, bytes, rules)
    reader.finish()
    return read
  })
}

/** `reader` reads `bytes` from their beginning. */
function readBody (reader: ElementReader, bytes: Uint8Array, rules: readonly QuestionRules[]): BallotBody {
  if (reader.takeByte() !== ballotVersion) throw new ScrutinError('ballot.malformed', 'unknown version')
  const electionId = reader.take(32)
  const classIndex = reader.takeByte()
  const credentialKey = reader.takePoint()
  const questions = rules.map((question) => readQuestion(reader, bytes, question))
  const layout = bitLayout(rules)
  const linksAt = reader.position + bitCommitmentsLength
  const bitCommitments = bytes.subarray(reader.position, linksAt)
  const linkCommitments = bytes.subarray(linksAt, linksAt + linkCommitmentsLength(layout))
  const proof = readMembershipProof(reader, layout)
  return { electionId, classIndex, credentialKeyBytes: credentialKey.bytes, credentialKey, questions, proof, bitCommitments, linkCommitments }
}

function readQuestion (reader: ElementReader, bytes: Uint8Array, question: QuestionRules): EncryptedQuestion {
  const start = reader.position
  const groups = readGroups(reader, question)
  const alpha = reader.takePoint()
  const betas = question.slotValues.map(() => reader.takePoint())
  return { groups, alpha, betas, bytes: bytes.subarray(start, reader.position) }
}

/** Drawn ones stand there, the others go without saying. */
function readGroups (reader: ByteReader, question: QuestionRules): number[] {
  if (!isDrawn(question)) return [...question.groups.keys()]
  const drawn = Array.from(reader.take(question.held))
  if (drawn.some((group, i) => group >= question.groups.length || (i > 0 && group <= drawn[i - 1]!))) {
    throw new ScrutinError('ballot.malformed', 'the options drawn are some of the question, in ascending order')
  }
  return drawn
}

/** A byte for each option drawn. */
export function encodeGroups (question: QuestionRules, groups: readonly number[]): Uint8Array {
  return Uint8Array.from(isDrawn(question) ? groups : [])
}

/** Only what each question holds, of a ballot with the length of its election's; throws `ballot.malformed`. */
export function peekGroups (bytes: Uint8Array, rules: readonly QuestionRules[]): HeldGroups {
  return asBallotError(() => {
    const reader = new ByteReader(bytes)
    reader.take(headerLength)
    return rules.map((question) => {
      const groups = readGroups(reader, question)
      reader.take(ciphertextsLength(question))
      return groups
    })
  })
}

/** Only groups, alphas and betas, for sums over ballots that were checked before; points are decoded at their first use, best many together. */
export function decodeCiphertexts (bytes: Uint8Array, rules: readonly QuestionRules[]): { classIndex: number, questions: { groups: number[], alpha: PublicPoint, betas: PublicPoint[] }[] } {
  const reader = new ByteReader(bytes)
  reader.take(33)
  const classIndex = reader.takeByte()
  reader.take(pointLength)
  const questions = rules.map((question) => {
    const groups = readGroups(reader, question)
    const alpha = PublicPoint.undecoded(reader.take(pointLength))
    const betas = question.slotValues.map(() => PublicPoint.undecoded(reader.take(pointLength)))
    return { groups, alpha, betas }
  })
  return { classIndex, questions }
}

function asBallotError<T> (decode: () => T): T {
  try {
    return decode()
  } catch (error) {
    if (error instanceof ScrutinError && error.code === 'input.not-canonical') throw new ScrutinError('ballot.malformed', error.detail)
    throw error
  }
}
