import type { ErrorCode } from '../../../protocol/src/errors.ts'

/** A ballot that the gateway has taken on; its envelope was checked, so the tracker names it. */
export interface QueuedBallot {
  readonly electionId: string
  readonly tracker: string
  readonly credentialKey: string
  readonly bytes: Uint8Array
}

/** Why a ballot that was taken on is not in the box: `ballot.not-cast` when it missed the close. */
export interface Refusal {
  readonly code: ErrorCode
  readonly detail?: string | undefined
}

/** What the gateway calls a ballot: a tracker is bound to its election. */
export function ballotName ({ electionId, tracker }: Pick<QueuedBallot, 'electionId' | 'tracker'>): string {
  return `${electionId}/${tracker}`
}
