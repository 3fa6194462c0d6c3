/**
 * What an audit that passed still leaves open: an answer to a question that
 * nobody asked, or to half of one. Then the exit code is not 0.
 */
import type { Anchor } from '../../chain/src/anchor.ts'
import type { AuditReport } from './audit.ts'

/** After these nothing changes any more. */
export const finalStatuses: readonly (string | null)[] = ['published', 'cancelled', 'void']

export interface Asked {
  readonly anchor?: Anchor
  /** The election that was asked for, by whoever started the audit or by the address. */
  readonly expectElection?: string
  readonly minHeight?: number
}

/** Sentences; none when the audit says all that it was asked. Of a report that is not `ok` nothing is said. */
export function whatStaysOpen ({ ok, anchored, electionId, status, chain }: Pick<AuditReport, 'ok' | 'anchored' | 'electionId' | 'status' | 'chain'>, asked: Asked): string[] {
  if (!ok || !anchored || chain === null) return []
  if (electionId === null) return ['No election was named: only the chain was verified. Name it with --election.']
  const open: string[] = []
  if (asked.expectElection === undefined && (asked.anchor?.electionId ?? null) === null) {
    open.push(`Which election this is was said by the bundle alone: is ${electionId} yours? Name it with --election, or in the anchor.`)
  }
  const isBounded = asked.minHeight !== undefined || asked.anchor?.latest !== undefined
  if (!finalStatuses.includes(status) && !isBounded) {
    open.push(`The election is ${status ?? 'in no state'} where these blocks end, and nothing says that they are all there are. Say how far they must reach: --min-height, or \`latest\` in the anchor.`)
  }
  return open
}

/** The election that an address names, as gateways do: `…/v1/elections/ID/bundle`. */
export function electionOfAddress (source: string): string | undefined {
  return /^https?:\/\/[^?#]*\/v1\/elections\/([0-9a-f]{64})\/bundle$/.exec(source)?.[1]
}
