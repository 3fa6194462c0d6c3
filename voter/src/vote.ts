/** The whole way of a voter, from codes to a receipt. */
import type { Answer } from '../../protocol/src/kinds/question-kind.ts'
import type { Receipt } from '../../protocol/src/receipt.ts'
import { assertAllowed, castBallot, castingOrder, type CastOptions, fillIn, seal } from './cast-ballot.ts'
import { type Directory, readDirectory } from './directory.ts'
import type { GatewayClient } from './gateway-client.ts'
import { type Credential, obtainCredential, type ObtainOptions } from './obtain-credential.ts'
import { readVerifiedElection, type VerifiedElection } from './verified-election.ts'

/** An election as a voter meets it: what it is, and where its registrars and gateways are. */
export interface ElectionAtHand {
  readonly election: VerifiedElection
  readonly directory: Directory
}

/** Reads both from one gateway and checks them. */
export async function meetElection (gateway: GatewayClient, electionId: string, signal?: AbortSignal): Promise<ElectionAtHand> {
  const [election, directory] = await Promise.all([readVerifiedElection(gateway, electionId, signal), readDirectory(gateway, signal)])
  return { election, directory }
}

export interface VoteOptions extends ObtainOptions, CastOptions {
  /** Tried in this order; without it, those of the directory. */
  readonly gateways?: readonly GatewayClient[]
  /** Shown the tracker before the ballot is cast. */
  readonly onFilled?: (tracker: string) => void
  /** Given the ballot as it will be sent: whoever keeps it can cast it again if no receipt comes. */
  readonly onSealed?: (bytes: Uint8Array) => void
}

export interface Vote {
  readonly receipt: Receipt
  readonly gateway: GatewayClient
  readonly credential: Credential
}

/**
 * Obtains a credential, fills in, checks, casts.
 *
 * @param codes one of each registrar, in the definition's order
 * @param answers one per question
 */
export async function vote ({ election, directory }: ElectionAtHand, codes: readonly string[], answers: readonly Answer[], options: VoteOptions = {}): Promise<Vote> {
  // before anything that can't be taken back
  assertAllowed(election, answers)
  const credential = await obtainCredential(election, directory.registrars(election.definition), codes, options)
  const filled = fillIn(election, credential, answers)
  options.onFilled?.(filled.tracker)
  const bytes = seal(election, credential, filled)
  options.onSealed?.(bytes)
  const gateways = options.gateways ?? castingOrder(election, directory)
  return { ...await castBallot(election, directory, gateways, bytes, filled.tracker, options), credential }
}
