/** What the contract answers and the API passes on: one schema for checking, types and OpenAPI. */
import Type, { type Static } from 'typebox'
import { Definition, Hash, MspId, PublicKey } from '../../protocol/src/definition-schema.ts'
import { errorCatalogue } from '../../protocol/src/errors.ts'
import { QuestionCounts, QuestionResult } from '../../protocol/src/kinds/question-kind.ts'
import type { Inclusion, InclusionStatement } from '../../protocol/src/receipt.ts'
import { BoothApproval } from '../../protocol/src/booth-release.ts'
import { directoryKinds, electionStatuses } from '../../protocol/src/records.ts'
import { VoterCheck } from '../../protocol/src/voter-check.ts'

const closed = { additionalProperties: false } as const
const Base64url = Type.String({ pattern: '^[A-Za-z0-9_-]*$' })
const Signature = Type.String({ pattern: '^[0-9a-f]{128}$' })
const Count = Type.Integer({ minimum: 0 })
const nullable = <Schema extends Type.TSchema>(schema: Schema): Type.TUnion<[Schema, Type.TNull]> => Type.Union([schema, Type.Null()])
/** Where to go on reading; null at the end. */
const NextCursor = nullable(Type.String())

export const TransactionId = Type.String({ pattern: '^[0-9a-f]{64}$' })

export const State = Type.Object({
  status: Type.Enum([...electionStatuses]),
  at: Type.String({ description: 'Time of the transaction, RFC 3339 with milliseconds' }),
  by: MspId,
  reason: Type.Optional(Type.String()),
}, closed)

export const Keys = Type.Object({
  electionKeys: Type.Array(PublicKey),
  verificationKeys: Type.Array(Type.Array(PublicKey), { description: 'verificationKeys[trustee][slot]; of a disqualified trustee none' }),
  qualified: Type.Array(Count, { description: 'The trustees whose contributions make the keys, and who decrypt' }),
  transcript: Hash,
}, closed)

export const RegistrarKeys = Type.Object({
  registrar: Count,
  rollRoot: Hash,
  moduli: Type.Array(Base64url, { description: 'RSA modulus per class; e = 65537' }),
  proofs: Type.Array(Type.Array(Base64url), { description: 'per class, that the key is a permutation' }),
}, closed)

export const Opening = Type.Object({
  electionKeys: Type.Array(PublicKey),
  moduli: Type.Array(Type.Array(Base64url), { description: 'moduli[registrar][class]' }),
}, closed)

export const CountProgress = Type.Object({
  frontier: Type.Object({ size: Count, roots: Type.Array(Hash) }, closed),
  sums: Type.Array(Type.Array(Type.Array(Type.Object({ ballots: Count, alpha: Hash, betas: Type.Array(Hash) }, closed))), { description: 'sums[class][question][group of slots]' }),
  ballotsPerClass: Type.Array(Count),
  cursor: Type.String(),
  complete: Type.Boolean(),
}, closed)

export const Result = Type.Object({
  boxRoot: Hash,
  ballots: Count,
  roll: Type.Integer({ minimum: 0, description: 'People on the roll: with `ballots` the turnout' }),
  classes: Type.Array(Type.Object({ id: Type.String(), ballots: Count, roll: Count }, closed), { description: 'The turnout by class' }),
  pools: Type.Array(Type.Object({
    classes: Type.Array(Type.String()),
    weight: Type.Integer({ minimum: 1 }),
    ballots: Count,
    withheld: Type.Boolean({ description: 'Too few ballots: they were not decrypted, and are not counted' }),
    questions: Type.Array(QuestionCounts, { description: 'Without the weight; empty when withheld' }),
  }, closed), { description: 'Classes that were decrypted together, or not at all' }),
  trustees: Type.Array(Count, { description: 'Those whose partial decryptions were combined' }),
  withheld: Type.Boolean({ description: 'Too few ballots were cast in every pool: nothing was decrypted' }),
  questions: Type.Array(QuestionResult, { description: 'By the weights of the pools' }),
}, closed)

export const Election = Type.Object({
  electionId: Hash,
  definition: Definition,
  state: State,
  keys: nullable(Keys),
  registrars: Type.Array(nullable(RegistrarKeys)),
  opening: nullable(Opening),
  count: nullable(CountProgress),
  result: nullable(Result),
  ceremony: Type.Object({ commit: Type.Array(Count), deal: Type.Array(Count), confirm: Type.Array(Count), complaint: Type.Array(Count) }, { ...closed, description: 'Which trustees have posted, by round' }),
  trials: Type.Array(Count, { description: 'The trustees who have decrypted on trial' }),
  rootStatements: Type.Array(Count, { description: 'The trustees who have signed the root of the box' }),
  decryptions: Type.Array(Count, { description: 'The trustees who posted a partial decryption' }),
}, closed)
export type Election = Static<typeof Election>

export const ElectionPage = Type.Object({
  elections: Type.Array(Type.Object({ electionId: Hash, announcedAt: Type.String() }, closed)),
  cursor: NextCursor,
}, closed)

export const RecordedBallot = Type.Object({
  tracker: Hash,
  credentialKey: PublicKey,
  ballot: Base64url,
  transactionId: TransactionId,
}, closed)
export type RecordedBallot = Static<typeof RecordedBallot>

export const BallotPage = Type.Object({
  ballots: Type.Array(Type.Object({ tracker: Hash, credentialKey: PublicKey, ballot: Base64url }, closed)),
  cursor: NextCursor,
}, closed)

export const TrackerPage = Type.Object({
  trackers: Type.Array(Type.Object({ tracker: Hash, credentialKey: PublicKey }, closed)),
  cursor: NextCursor,
}, closed)

export const Turnout = Type.Object({
  ballots: Type.Integer({ minimum: 0, description: 'In the box of this member\'s peer' }),
  roll: Type.Integer({ minimum: 1, description: 'People on the roll' }),
}, closed)

export const VoterCheckPage = Type.Object({
  checks: Type.Array(VoterCheck),
  cursor: NextCursor,
}, closed)

export const VoterCheckCount = Type.Object({
  voters: Type.Integer({ minimum: 0, description: 'Who said that they found their ballots, each counted once' }),
}, closed)

export const BoothRelease = Type.Object({
  hash: Hash,
  approvals: Type.Record(MspId, BoothApproval),
}, { ...closed, description: 'A release of the booth by the SHA-256 of the single file, and what members say of it' })

export const BoothReleases = Type.Object({ booths: Type.Array(BoothRelease) }, closed)

export const RootStatements = Type.Object({
  statements: Type.Array(Type.Object({
    message: Type.Object({ trustee: Count, boxRoot: Hash, ballots: Count }, closed),
    signature: Signature,
  }, closed), { description: 'By their trustees' }),
}, closed)

export const RecordPage = Type.Object({
  records: Type.Array(Type.Object({ key: Type.String(), value: Base64url }, closed)),
  cursor: NextCursor,
}, closed)

export const History = Type.Object({
  history: Type.Array(Type.Object({ transactionId: TransactionId, timestamp: Type.String(), state: State }, closed)),
}, closed)

export const Issuance = Type.Object({
  message: Type.Object({
    registrar: Count,
    place: Type.Object({ classIndex: Count, commitment: Hash, index: Count, path: Type.Array(Hash) }, closed),
    blinded: Hash,
  }, closed),
  signature: Signature,
}, closed)

export const Directory = Type.Object({
  entries: Type.Array(Type.Object({
    message: Type.Object({
      kind: Type.Enum([...directoryKinds]),
      key: PublicKey,
      mspId: MspId,
      sequence: Type.Integer({ minimum: 1, description: 'counts the entries of this key' }),
      url: Type.String(),
    }, closed),
    signature: Signature,
  }, closed)),
}, closed)

export const BlockNumber = Type.String({ pattern: '^(0|[1-9][0-9]{0,17})$' })
const signedInclusions = { mspId: MspId, key: PublicKey, signature: Signature }
const StatementSchema = Type.Object({
  ...signedInclusions,
  size: Type.Integer({ minimum: 1, maximum: 2 ** 32, description: 'Leaves of the Merkle tree whose root is signed' }),
  index: Count,
  path: Type.Array(Hash, { maxItems: 32, description: 'From the leaf up to the root' }),
}, closed)

export const Stated = Type.Object({
  electionId: Hash,
  tracker: Hash,
  transactionId: TransactionId,
  blockNumber: BlockNumber,
  statement: StatementSchema,
}, { ...closed, description: 'That a ballot stands in the box, as this member saw on its own peer' })
export type Stated = Inclusion & { readonly statement: InclusionStatement }

export const StatedList = Type.Object({
  inclusions: Type.Array(nullable(Type.Object({ transactionId: TransactionId, blockNumber: BlockNumber }, closed)), {
    description: 'In the order of the trackers; null where the own peer has no such ballot yet',
  }),
  signed: nullable(Type.Object(signedInclusions, { ...closed, description: 'Over the Merkle root of those that are there, in this order; null when none is' })),
}, closed)
export type StatedList = Static<typeof StatedList>

export const Receipt = Type.Object({
  electionId: Hash,
  tracker: Hash,
  transactionId: TransactionId,
  blockNumber: BlockNumber,
  statements: Type.Array(StatementSchema, { description: 'Of f + 1 different members' }),
}, closed)

export const castStatuses = ['queued', 'recorded', 'refused', 'not-cast'] as const
export const CastStatus = Type.Object({
  electionId: Hash,
  tracker: Hash,
  status: Type.Enum([...castStatuses], { description: 'Only `recorded`, with its receipt, acknowledges. `queued`: on its way, and safe on disk; `not-cast`: it missed the close' }),
  receipt: nullable(Receipt),
  problem: nullable(Type.Object({
    code: Type.Enum(Object.keys(errorCatalogue)),
    detail: Type.Optional(Type.String()),
  }, { ...closed, description: 'Why it is not in the box' })),
}, closed)
export type CastStatus = Static<typeof CastStatus>
