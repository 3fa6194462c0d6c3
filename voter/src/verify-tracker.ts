/**
 * Looking one's ballot up in the box, at any member: the bytes are checked, not the gateway believed; and it is asked
 * for all ballots whose trackers begin alike, so that it does not learn which of them is the asker's.
 */
import { checkBallots } from '../../protocol/src/check-ballots.ts'
import { ScrutinError } from '../../protocol/src/errors.ts'
import { inclusionsHold } from '../../protocol/src/receipt.ts'
import type { ElectionStatus } from '../../protocol/src/records.ts'
import { mostBallotsAtOnce } from '../../protocol/src/transaction-size.ts'
import { signedBoxRoot } from './box-root.ts'
import type { GatewayClient } from './gateway-client.ts'
import type { VerifiedElection } from './verified-election.ts'

export interface TrackedBallot {
  /**
   * `counted`: t trustees signed the root of a box that holds it; `recorded`: it stands in this member's box and its
   * proofs hold; `absent`: this member's box has no such ballot.
   */
  readonly standing: 'counted' | 'recorded' | 'absent'
  readonly status: ElectionStatus
  /** How many ballots were asked for, this one among them: so many could be the asker's. */
  readonly among: number
  /** The transaction that wrote it. */
  readonly transactionId?: string
  /** The block it stands in, decimal. */
  readonly blockNumber?: string
}

/** At least so many ballots begin alike, on average, where the box has them. */
const fewestAlike = 16
const mostDigits = 8

/** Throws `service.answer` when the gateway shows bytes that are not the ballot of this tracker, or that do not hold, or a box that the trustees did not sign. */
export async function verifyTracker (gateway: GatewayClient, election: VerifiedElection, tracker: string, signal?: AbortSignal): Promise<TrackedBallot> {
  const { ballots } = await gateway.readTurnout(election.id, signal)
  const start = tracker.slice(0, digitsToTell(ballots))
  const alike: string[] = []
  let bytes: Uint8Array | undefined
  for await (const found of gateway.ballots(election.id, start, signal)) {
    if (!found.tracker.startsWith(start)) throw new ScrutinError('service.answer', 'it shows ballots that were not asked for')
    alike.push(found.tracker)
    if (found.tracker === tracker) bytes = found.bytes
  }
  // read after the ballots: what is missing from a box that was closed before is missing
  const status = await gateway.readStatus(election.id, signal)
  if (bytes === undefined) return { standing: 'absent', status, among: alike.length }
  const [verdict] = checkBallots(election.rules, [bytes])
  if (verdict?.accepted !== true) throw new ScrutinError('service.answer', `the ballot shown does not hold (${verdict?.code ?? 'unchecked'})`)
  if (verdict.tracker !== tracker) throw new ScrutinError('service.answer', 'the ballot shown has another tracker')
  const place = await placeOf(gateway, election.id, alike, tracker, signal)
  const isCounted = (status === 'tallied' || status === 'published') && await isUnderSignedRoot(gateway, election, verdict, signal)
  return { standing: isCounted ? 'counted' : 'recorded', status, among: alike.length, ...place }
}

/** As many digits as leave `fewestAlike` ballots or more, on average. */
export function digitsToTell (ballots: number): number {
  let digits = 0
  while (digits < mostDigits && ballots / 16 ** (digits + 1) >= fewestAlike) digits++
  return digits
}

async function placeOf (gateway: GatewayClient, electionId: string, alike: readonly string[], tracker: string, signal?: AbortSignal): Promise<{ transactionId: string, blockNumber: string }> {
  const group = groupOf(alike, tracker)
  const { inclusions, signed } = await gateway.readStatements(electionId, group, signal)
  const found = inclusions.flatMap((place, i) => place === null || group[i] === undefined ? [] : [{ electionId, tracker: group[i], ...place }])
  const own = found.find((inclusion) => inclusion.tracker === tracker)
  if (own === undefined || signed === null || !inclusionsHold(found, signed)) throw new ScrutinError('service.answer', 'it shows the ballot, but does not state where it stands')
  return { transactionId: own.transactionId, blockNumber: own.blockNumber }
}

/** The part of the list, as much as one question may hold, that this tracker is in. */
function groupOf (alike: readonly string[], tracker: string): string[] {
  const from = Math.floor(alike.indexOf(tracker) / mostBallotsAtOnce) * mostBallotsAtOnce
  return alike.slice(from, from + mostBallotsAtOnce)
}

async function isUnderSignedRoot (gateway: GatewayClient, election: VerifiedElection, { tracker, credentialKey }: { tracker: string, credentialKey: string }, signal?: AbortSignal): Promise<boolean> {
  const box: { tracker: string, credentialKey: string }[] = []
  for await (const entry of gateway.trackers(election.id, signal)) box.push(entry)
  const root = signedBoxRoot(election, await gateway.readRootStatements(election.id, signal))
  if (root === undefined) return false
  if (!root.isOver(box)) throw new ScrutinError('service.answer', 'the box it shows is not the one that the trustees signed')
  return box.some((entry) => entry.tracker === tracker && entry.credentialKey === credentialKey)
}
