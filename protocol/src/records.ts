/**
 * What stands in world state, key by key: the public encoding that auditors
 * read. All values are canonical JSON but ballots, which are their own bytes.
 * Keys are ASCII; ids and keys in them are lower-case hex, so byte order is
 * the order of the hashed trees.
 */
import { canonicalBytes } from './canonical-json.ts'
import type { CeremonyMessage, CeremonyRound } from './ceremony.ts'
import type { DecryptionMessage } from './decryption.ts'
import type { QuestionCounts, QuestionResult } from './kinds/question-kind.ts'
import type { RollPlace } from './roll.ts'
import type { RootStatement } from './root-statement.ts'
import type { Signed } from './signed-message.ts'
import type { TallyJson } from './tally.ts'
import type { TrialMessage } from './trial.ts'

export const electionStatuses = ['announced', 'keyed', 'open', 'closed', 'tallied', 'published', 'cancelled', 'void'] as const
export type ElectionStatus = typeof electionStatuses[number]

/** `election/<id>/state`: its history is the history of the election. */
export interface StateRecord {
  readonly status: ElectionStatus
  /** Time of the transaction, RFC 3339 with milliseconds. */
  readonly at: string
  /** MSP id of the member whose identity submitted it. */
  readonly by: string
  readonly reason?: string
}

/** `election/<id>/keys`: written when the last qualified trustee confirmed. */
export interface KeysRecord {
  /** Points in hex, one per slot of the largest question. */
  readonly electionKeys: readonly string[]
  /** `verificationKeys[trustee][slot]`; of a disqualified trustee none. */
  readonly verificationKeys: readonly (readonly string[])[]
  /** The trustees whose contributions make the keys, and who decrypt, by index. */
  readonly qualified: readonly number[]
  readonly transcript: string
}

/** What a registrar posts before opening, signed by its key of the definition. */
export interface RegistrarMessage {
  readonly registrar: number
  /** Root of the copy of the roll it imported. */
  readonly rollRoot: string
  /** RSA modulus per class, base64url; e = 65537. */
  readonly moduli: readonly string[]
  /** Per class the proof that the key is a permutation: `m2` values of 256 bytes, base64url. */
  readonly proofs: readonly (readonly string[])[]
}

/** `election/<id>/opening`: what a cast is checked against, fixed at opening. */
export interface OpeningRecord {
  readonly electionKeys: readonly string[]
  /** `moduli[registrar][class]` */
  readonly moduli: readonly (readonly string[])[]
}

/** `election/<id>/issuance/<registrar>/<leaf>`, signed by the registrar's key of the definition. */
export interface IssuanceRecord {
  readonly registrar: number
  readonly place: RollPlace
  /** Hash of the blinded message, hex. */
  readonly blinded: string
}

/** `election/<id>/count`: rewritten by each page. */
export interface CountRecord extends TallyJson {
  /** The last credential key counted; empty before the first. */
  readonly cursor: string
  readonly complete: boolean
}

/** Classes that were decrypted together, or not at all. */
export interface PoolResult {
  /** Ids, in the order of the definition. */
  readonly classes: readonly string[]
  readonly weight: number
  readonly ballots: number
  /** Fewer than `minBallots`: these ballots are not counted. */
  readonly withheld: boolean
  /** What the ballots of the pool come to, without its weight; empty when withheld. */
  readonly questions: readonly QuestionCounts[]
}

/** `election/<id>/result` */
export interface ResultRecord {
  readonly boxRoot: string
  readonly ballots: number
  /** People on the roll: with `ballots` the turnout. */
  readonly roll: number
  /** The same by class, in the order of the definition. */
  readonly classes: readonly { readonly id: string, readonly ballots: number, readonly roll: number }[]
  readonly pools: readonly PoolResult[]
  /** The trustees whose partial decryptions were combined. */
  readonly trustees: readonly number[]
  /** Fewer than `minBallots` in every pool: nothing was decrypted. */
  readonly withheld: boolean
  /** By the pools' weights. */
  readonly questions: readonly QuestionResult[]
}

/** `election/<id>/void-vote/<msp>` */
export interface VoidVoteRecord {
  readonly mspId: string
  readonly reason: string
}

export const directoryKinds = ['gateway', 'registrar', 'trustee'] as const
export type DirectoryKind = typeof directoryKinds[number]

/** What a service says of itself in the directory, signed by the key it names. */
export interface DirectoryEntry {
  readonly kind: DirectoryKind
  /** ristretto255 key in hex. */
  readonly key: string
  readonly mspId: string
  /** Counts the entries of this key from 1: an older one, seen by everybody, must not come back. */
  readonly sequence: number
  /** Base URL of its REST API; empty for trustees, which have none. */
  readonly url: string
}

/** A member has so many entries of each kind at most: nobody can fill the directory, which everybody reads. */
export const mostDirectoryEntries = 8

/** The keys of a member's entries of one kind: from `start`, before `end`. */
export function directoryRange (kind: DirectoryKind, mspId: string): { start: string, end: string } {
  return { start: `directory/${kind}/${mspId}/`, end: `directory/${kind}/${mspId}0` }
}

export type SignedDirectoryEntry = Signed<DirectoryEntry>
export type SignedCeremonyMessage = Signed<CeremonyMessage>
export type SignedRegistrarMessage = Signed<RegistrarMessage>
export type SignedIssuance = Signed<IssuanceRecord>
export type SignedTrial = Signed<TrialMessage>
export type SignedRootStatement = Signed<RootStatement>
export type SignedDecryption = Signed<DecryptionMessage>

const number2 = (value: number): string => value.toString().padStart(2, '0')

/** Every key of world state. */
export const recordKeys = {
  announced: (at: string, electionId: string) => `announced/${at}/${electionId}`,
  directory: (kind: DirectoryKind, mspId: string, key: string) => `directory/${kind}/${mspId}/${key}`,
  booth: (hash: string, mspId: string) => `booth/${hash}/${mspId}`,
  modulus: (hash: string) => `modulus/${hash}`,
  definition: (electionId: string) => `election/${electionId}/definition`,
  state: (electionId: string) => `election/${electionId}/state`,
  ceremony: (electionId: string, round: CeremonyRound, trustee: number) => `election/${electionId}/ceremony/${round}/${number2(trustee)}`,
  keys: (electionId: string) => `election/${electionId}/keys`,
  trial: (electionId: string, trustee: number) => `election/${electionId}/trial/${number2(trustee)}`,
  registrar: (electionId: string, registrar: number) => `election/${electionId}/registrar/${number2(registrar)}`,
  opening: (electionId: string) => `election/${electionId}/opening`,
  issuance: (electionId: string, registrar: number, leaf: string) => `election/${electionId}/issuance/${number2(registrar)}/${leaf}`,
  ballot: (electionId: string, credentialKey: string) => `election/${electionId}/ballot/${credentialKey}`,
  tracker: (electionId: string, tracker: string) => `election/${electionId}/tracker/${tracker}`,
  count: (electionId: string) => `election/${electionId}/count`,
  boxRoot: (electionId: string, trustee: number) => `election/${electionId}/box-root/${number2(trustee)}`,
  decryption: (electionId: string, trustee: number) => `election/${electionId}/decryption/${number2(trustee)}`,
  result: (electionId: string) => `election/${electionId}/result`,
  voidVote: (electionId: string, mspId: string) => `election/${electionId}/void-vote/${mspId}`,
  // outside the election's own records: they go on when it has ended
  voterCheck: (electionId: string, tracker: string) => `voter-check/${electionId}/${tracker}`,
} as const

/**
 * The records of an election in the order in which a verifier needs them. A
 * section is one key, or all keys that begin with it and a slash.
 */
export const recordSections = [
  'definition', 'state', 'ceremony', 'keys', 'trial', 'registrar', 'opening', 'issuance', 'ballot', 'tracker', 'count', 'box-root', 'decryption', 'result', 'void-vote',
] as const
export type RecordSection = typeof recordSections[number]

export function isRecordSection (value: string): value is RecordSection {
  return (recordSections as readonly string[]).includes(value)
}

/** First key of a section and the first key after it. */
export function sectionRange (electionId: string, section: RecordSection): { start: string, end: string } {
  const prefix = `election/${electionId}/${section}`
  // '0' follows '/' in ASCII: everything that begins with "prefix/" lies before "prefix0".
  return { start: prefix, end: `${prefix}0` }
}

/** One record as it travels in pages and bundles. */
export interface ExportedRecord {
  readonly key: string
  /** The value's bytes, base64url. */
  readonly value: string
}

export function encodeRecord (value: unknown): Uint8Array {
  return canonicalBytes(value)
}
