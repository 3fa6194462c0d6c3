import Type, { type Static } from 'typebox'
import { mostBallotBytesAtOnce, mostBallotsAtOnce } from '../../../protocol/src/transaction-size.ts'
import type { StoreLimits } from './ballot-store.ts'
import type { BatchRules } from './batches.ts'

const closed = { additionalProperties: false } as const

/** How the gateway casts: the section `casting` of gateway.json, every setting optional. */
export const CastingConfig = Type.Object({
  batch: Type.Optional(Type.Object({
    /** Ballots of one transaction, at most what the contract takes; 1: one ballot, one transaction. */
    maxBallots: Type.Optional(Type.Integer({ minimum: 1, maximum: mostBallotsAtOnce })),
    /** Bytes of the ballots of one transaction, at most what the contract takes. */
    maxBytes: Type.Optional(Type.Integer({ minimum: 1, maximum: mostBallotBytesAtOnce })),
    /** How long a ballot waits for others, milliseconds; 0: not at all when nothing else is under way. */
    windowMs: Type.Optional(Type.Integer({ minimum: 0, maximum: 10_000 })),
    /** Transactions under way at the same time. */
    transactionsAtOnce: Type.Optional(Type.Integer({ minimum: 1, maximum: 64 })),
  }, closed)),
  /** Ballots that wait on disk and in memory; one more is answered with 503. */
  queue: Type.Optional(Type.Object({
    maxBallots: Type.Optional(Type.Integer({ minimum: 1 })),
    maxBytes: Type.Optional(Type.Integer({ minimum: 1 })),
  }, closed)),
  /** How long a cast waits for its receipt when the client does not say (`Prefer: wait`), seconds. */
  waitSeconds: Type.Optional(Type.Integer({ minimum: 0, maximum: 25 })),
}, closed)
export type CastingConfig = Static<typeof CastingConfig>

const defaultBatch: BatchRules = { maxBallots: mostBallotsAtOnce, maxBytes: mostBallotBytesAtOnce, windowMs: 0, transactionsAtOnce: 4 }
const defaultQueue: StoreLimits = { maxBallots: 50_000, maxBytes: 256 * 1024 * 1024 }
const defaultWaitSeconds = 10

export function castingSettings ({ batch, queue, waitSeconds }: CastingConfig = {}): { batch: BatchRules, queue: StoreLimits, waitSeconds: number } {
  return { batch: { ...defaultBatch, ...batch }, queue: { ...defaultQueue, ...queue }, waitSeconds: waitSeconds ?? defaultWaitSeconds }
}
