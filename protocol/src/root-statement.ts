/**
 * What a trustee signs before it decrypts: the root of the ballot box that it
 * recomputed itself from the blocks of several members. A partial decryption
 * needs t of them, all of one root, so a peer that shows one trustee another
 * box gets nothing decrypted. A trustee signs one root in its life.
 */
import Type, { type Static } from 'typebox'
import { Value } from 'typebox/value'
import { Hash } from './definition-schema.ts'
import { ScrutinError } from './errors.ts'
import type { KeysRecord } from './records.ts'
import { boxRoot, type Tally } from './tally.ts'

export const RootStatement = Type.Object({
  trustee: Type.Integer({ minimum: 0, maximum: 63 }),
  boxRoot: Hash,
  /** How many ballots are in the box. */
  ballots: Type.Integer({ minimum: 0, maximum: 100_000_000 }),
}, { additionalProperties: false })
export type RootStatement = Static<typeof RootStatement>

export function parseRootStatement (value: unknown): RootStatement {
  if (!Value.Check(RootStatement, value)) throw new ScrutinError('input.malformed', 'not the statement of a root')
  return value
}

/** Throws `trustee.disqualified`, or `decryption.root` unless root and number are those of the count. */
export function checkRootStatement (statement: RootStatement, keys: KeysRecord, tally: Tally): void {
  if (!keys.qualified.includes(statement.trustee)) throw new ScrutinError('trustee.disqualified')
  if (statement.boxRoot !== boxRoot(tally) || statement.ballots !== tally.frontier.size) throw new ScrutinError('decryption.root')
}

/** Throws `root.too-few` unless `threshold` trustees have signed the root, this one among them. `signed` are those whose statements hold. */
export function requireRootStatements (signed: readonly number[], trustee: number, threshold: number): void {
  if (!signed.includes(trustee)) throw new ScrutinError('root.too-few', `trustee ${trustee + 1} has not signed the root`)
  if (signed.length < threshold) throw new ScrutinError('root.too-few', `${signed.length} of ${threshold}`)
}
