/** Looking one's ballot up in the box, from any member: the bytes are checked, not the gateway believed. */
import { checkBallots } from '../../protocol/src/check-ballots.ts'
import { ScrutinError } from '../../protocol/src/errors.ts'
import type { ElectionStatus } from '../../protocol/src/records.ts'
import type { GatewayClient } from './gateway-client.ts'
import type { VerifiedElection } from './verified-election.ts'

export interface TrackedBallot {
  /** `counted`: the count has gone over the box that holds it; `recorded`: it stands in the box; `absent`: this member's box has no such ballot. */
  readonly standing: 'counted' | 'recorded' | 'absent'
  readonly status: ElectionStatus
  /** The transaction that wrote it. */
  readonly transactionId?: string
}

/** Throws `service.answer` when the gateway shows bytes that are not the ballot of this tracker, or that do not hold. */
export async function verifyTracker (gateway: GatewayClient, election: VerifiedElection, tracker: string, signal?: AbortSignal): Promise<TrackedBallot> {
  const status = await gateway.readStatus(election.id, signal)
  let found: Awaited<ReturnType<GatewayClient['readBallot']>>
  try {
    found = await gateway.readBallot(election.id, tracker, signal)
  } catch (error) {
    if (error instanceof ScrutinError && error.code === 'ballot.unknown') return { standing: 'absent', status }
    throw error
  }
  const [verdict] = checkBallots(election.rules, [found.bytes])
  if (verdict?.accepted !== true) throw new ScrutinError('service.answer', `the ballot shown does not hold (${verdict?.code ?? 'unchecked'})`)
  if (verdict.tracker !== tracker) throw new ScrutinError('service.answer', 'the ballot shown has another tracker')
  const isCounted = status === 'tallied' || status === 'published'
  return { standing: isCounted ? 'counted' : 'recorded', status, transactionId: found.transactionId }
}
