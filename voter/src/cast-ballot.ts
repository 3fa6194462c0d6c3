/** Filling a ballot in, and casting it until there is a receipt: only a receipt acknowledges. */
import { checkBallots } from '../../protocol/src/check-ballots.ts'
import { ScrutinError } from '../../protocol/src/errors.ts'
import { fillBallot, type FilledBallot } from '../../protocol/src/fill-ballot.ts'
import { findKind } from '../../protocol/src/kinds/kinds.ts'
import type { Answer } from '../../protocol/src/kinds/question-kind.ts'
import { assertReceipt, type Receipt } from '../../protocol/src/receipt.ts'
import type { Directory } from './directory.ts'
import { GatewayClient } from './gateway-client.ts'
import type { Credential } from './obtain-credential.ts'
import type { VerifiedElection } from './verified-election.ts'

/** After so long without a receipt, the same bytes go through another member. */
export const receiptTimeoutMs = 30_000

/** Throws `input.malformed` for answers that the questions do not allow. */
export function assertAllowed ({ definition: { questions } }: VerifiedElection, answers: readonly Answer[]): void {
  if (answers.length !== questions.length) throw new ScrutinError('input.malformed', 'one answer per question is needed')
  questions.forEach((question, q) => findKind(question.kind)!.slots(question, answers[q]!))
}

/** Encrypts and proves. The tracker is to be shown before the voter decides to cast; `input.malformed` for answers that are not allowed. */
export function fillIn (election: VerifiedElection, credential: Credential, answers: readonly Answer[]): FilledBallot {
  const { electionId, electionKeys } = election.rules
  return fillBallot({ electionId, electionKeys, classIndex: credential.classIndex }, election.definition.questions, answers, credential.keys.publicKey)
}

/** Signs the ballot and checks it as every endorser will: what is sent can only be refused for its time or its credential. */
export function seal (election: VerifiedElection, credential: Credential, filled: FilledBallot): Uint8Array {
  const bytes = filled.seal(credential.keys, credential.signatures)
  const [verdict] = checkBallots(election.rules, [bytes])
  if (verdict?.accepted !== true || verdict.tracker !== filled.tracker) throw new Error('this device made a ballot that does not hold')
  return bytes
}

/** Gateways in the order in which they are to be tried: those first whose member is no registrar of the election. */
export function castingOrder (election: VerifiedElection, directory: Directory): GatewayClient[] {
  const registrars = new Set(election.definition.registrars.map(({ mspId }) => mspId))
  const entries = directory.of('gateway').filter(({ mspId }) => election.definition.members.includes(mspId))
  return [...entries.filter(({ mspId }) => !registrars.has(mspId)), ...entries.filter(({ mspId }) => registrars.has(mspId))].map(({ url }) => new GatewayClient(url))
}

export interface CastOptions {
  readonly timeoutMs?: number
  /** Called before each gateway that is tried. */
  readonly onAttempt?: (gateway: GatewayClient) => void
  readonly signal?: AbortSignal
}

export interface CastBallot {
  readonly receipt: Receipt
  readonly gateway: GatewayClient
}

/**
 * Sends the ballot through the gateways one after the other until one answers with a receipt that holds.
 *
 * @param tracker of these bytes
 * @throws ScrutinError what the ballot was refused for, or `receipt.missing` when no gateway gave a receipt
 */
export async function castBallot (
  election: VerifiedElection, directory: Directory, gateways: readonly GatewayClient[], bytes: Uint8Array, tracker: string, options: CastOptions = {}
): Promise<CastBallot> {
  let last: unknown
  for (const gateway of gateways) {
    options.onAttempt?.(gateway)
    const timeout = AbortSignal.timeout(options.timeoutMs ?? receiptTimeoutMs)
    try {
      const receipt = await gateway.cast(election.id, bytes, options.signal === undefined ? timeout : AbortSignal.any([timeout, options.signal]))
      checkReceipt(election, directory, receipt, tracker)
      return { receipt, gateway }
    } catch (error) {
      options.signal?.throwIfAborted()
      if (!timeout.aborted && !mayHelpElsewhere(error)) throw error
      last = error
    }
  }
  throw new ScrutinError('receipt.missing', last instanceof ScrutinError ? last.message : undefined, { cause: last })
}

/**
 * Throws `receipt.signature` or `receipt.statements` unless the receipt names this ballot and gateways of enough
 * different members signed it, with their keys of the directory.
 */
export function checkReceipt (election: VerifiedElection, directory: Directory, receipt: Receipt, tracker: string): void {
  const { id, definition: { members } } = election
  assertReceipt({ electionId: id, members, gatewayMember: (key) => directory.find('gateway', key)?.mspId }, receipt, tracker)
}

/** A refusal of the ballot itself is the same everywhere; what is wrong with one gateway is not. */
function mayHelpElsewhere (error: unknown): boolean {
  if (!(error instanceof ScrutinError)) return false
  const [area] = error.code.split('.')
  return area === 'ledger' || area === 'service' || area === 'receipt' || error.code === 'access.rate' || error.code === 'clock.skew'
}
