/** Releases of the booth by their hash, and which members stand for them: so that a voter can hold the booth in hand against what the consortium has looked at. */
import Type, { type Static } from 'typebox'
import { Value } from 'typebox/value'
import { ScrutinError } from './errors.ts'

/** `booth/<hash>/<mspId>`: one member's word on the single-file booth with this SHA-256; a later one replaces it. */
export const BoothApproval = Type.Object({
  version: Type.String({ pattern: '^[0-9A-Za-z][0-9A-Za-z.+-]{0,39}$' }),
  /** False when the member no longer stands for it. */
  approved: Type.Boolean(),
  /** Time of the transaction, RFC 3339 with milliseconds. */
  at: Type.String({ pattern: '^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\\.[0-9]{3}Z$' }),
}, { additionalProperties: false })
export type BoothApproval = Static<typeof BoothApproval>

export function parseBoothApproval (value: unknown): BoothApproval {
  if (!Value.Check(BoothApproval, value)) throw new ScrutinError('input.malformed', 'not the approval of a booth')
  return value
}

export interface BoothRelease {
  /** SHA-256 of the file, hex. */
  readonly hash: string
  /** By MSP id. */
  readonly approvals: Readonly<Record<string, BoothApproval>>
}

/** Whether more than half of these members stand for a release. */
export function isApproved ({ approvals }: Pick<BoothRelease, 'approvals'>, members: readonly string[]): boolean {
  return 2 * members.filter((mspId) => Object.hasOwn(approvals, mspId) && approvals[mspId]!.approved).length > members.length
}
