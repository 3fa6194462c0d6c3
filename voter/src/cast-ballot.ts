/** Filling a ballot in, and casting it until there is a receipt: only a receipt acknowledges. */
import { checkBallots } from '../../protocol/src/check-ballots.ts'
import { askedQuestion } from '../../protocol/src/asked-question.ts'
import type { Question } from '../../protocol/src/definition.ts'
import { type HeldGroups, heldGroups } from '../../protocol/src/draw.ts'
import { type ErrorCode, ScrutinError } from '../../protocol/src/errors.ts'
import { fillBallot, type FilledBallot } from '../../protocol/src/fill-ballot.ts'
import { type Answer, answerSlots } from '../../protocol/src/kinds/kinds.ts'
import { assertReceipt, type Receipt, statementsNeeded } from '../../protocol/src/receipt.ts'
import type { Directory } from './directory.ts'
import { GatewayClient } from './gateway-client.ts'
import type { Credential } from './obtain-credential.ts'
import type { VerifiedElection } from './verified-election.ts'

/** After so long without a receipt, the same bytes go through another member. */
export const receiptTimeoutMs = 30_000

/** Throws `input.malformed` for answers that the questions do not allow; where options are drawn, they are about all of them. */
export function assertAllowed ({ definition: { questions } }: VerifiedElection, answers: readonly Answer[]): void {
  if (answers.length !== questions.length) throw new ScrutinError('input.malformed', 'one answer per question is needed')
  questions.forEach((question, q) => answerSlots(question, answers[q]!))
}

/** The questions as the holder of this credential answers them: where options are drawn, with those drawn for it. */
export function askedQuestions (election: VerifiedElection, credential: Credential): Question[] {
  const held = heldFor(election, credential)
  return election.definition.questions.map((question, q) => askedQuestion(question, held[q]!))
}

function heldFor ({ rules: { electionId, questions } }: VerifiedElection, { classIndex, keys, signatures }: Credential): HeldGroups {
  return heldGroups(questions, { electionId, classIndex, credentialKey: keys.publicKey.toBytes(), signatures })
}

/** Encrypts and proves answers to what this credential is asked. The tracker is to be shown before the voter decides to cast; `input.malformed` for answers that are not allowed. */
export function fillIn (election: VerifiedElection, credential: Credential, answers: readonly Answer[]): FilledBallot {
  const { electionId, electionKeys } = election.rules
  return fillBallot({ electionId, electionKeys, classIndex: credential.classIndex }, election.definition.questions, answers, credential.keys.publicKey, heldFor(election, credential))
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
 * Sends the ballot through the gateways one after the other until one answers with a receipt that holds. A gateway that
 * refuses the ballot may lie, or its peer be behind: it is believed when gateways of f + 1 different members say the same,
 * or all of them when fewer are given, and the error then says how few.
 *
 * @param tracker of these bytes
 * @throws ScrutinError what the ballot was refused for, or `receipt.missing` when no gateway gave a receipt and too few
 * refused the ballot alike: whether it is in the box is not known then, and the same bytes may be sent again
 */
export async function castBallot (
  election: VerifiedElection, directory: Directory, gateways: readonly GatewayClient[], bytes: Uint8Array, tracker: string, options: CastOptions = {}
): Promise<CastBallot> {
  const failures: GatewayFailure[] = []
  const { members } = election.definition
  for (const gateway of distinct(gateways)) {
    options.onAttempt?.(gateway)
    const timeout = AbortSignal.timeout(options.timeoutMs ?? receiptTimeoutMs)
    try {
      const receipt = await gateway.cast(election.id, bytes, options.signal === undefined ? timeout : AbortSignal.any([timeout, options.signal]))
      checkReceipt(election, directory, receipt, tracker)
      return { receipt, gateway }
    } catch (error) {
      options.signal?.throwIfAborted()
      if (!timeout.aborted && !(error instanceof ScrutinError)) throw error
      const mspId = directory.memberAt(gateway.url)
      failures.push({ url: gateway.url, member: mspId !== undefined && members.includes(mspId) ? mspId : undefined, error })
      const refusal = believedRefusal(failures, statementsNeeded(members.length))
      if (refusal !== undefined) throw refusal
    }
  }
  throw withoutReceipt(failures, statementsNeeded(members.length))
}

interface GatewayFailure {
  readonly url: string
  /** Unknown for an address that the directory does not name. */
  readonly member: string | undefined
  readonly error: unknown
}

function distinct (gateways: readonly GatewayClient[]): GatewayClient[] {
  return gateways.filter(({ url }, i) => gateways.findIndex((other) => other.url === url) === i)
}

/** What gateways of enough different members refuse the ballot for; several of one member are one voice, and who is no member's by the directory has none. */
function believedRefusal (failures: readonly GatewayFailure[], needed: number): ScrutinError | undefined {
  for (const alike of Map.groupBy(refusalsIn(failures), ({ refusal }) => reasonOf(refusal)).values()) {
    if (voices(alike) >= needed) return alike[0]!.refusal
  }
  return undefined
}

function withoutReceipt (failures: readonly GatewayFailure[], needed: number): ScrutinError {
  const refusals = refusalsIn(failures)
  const [first] = refusals
  const members = Math.max(voices(failures), 1)
  if (first !== undefined && members < needed && refusals.length === failures.length && refusals.every(({ refusal }) => reasonOf(refusal) === reasonOf(first.refusal))) {
    const { code, detail } = first.refusal
    const word = `the word of ${members} member's gateway only, where ${needed} would be needed to be sure: try those of other members`
    return new ScrutinError(code, detail === undefined ? word : `${detail}; ${word}`)
  }
  const said = failures.map(({ url, error }) => `${url}: ${error instanceof ScrutinError ? error.message : 'no answer in time'}`).join('; ')
  const last = failures.at(-1)?.error
  return new ScrutinError('receipt.missing', said === '' ? undefined : refusals.length === 0 ? said : `${said}; too few members refuse it alike to be believed: try again, or other members`, { cause: last })
}

function voices (of: readonly { readonly member: string | undefined }[]): number {
  return new Set(of.flatMap(({ member }) => member ?? [])).size
}

function refusalsIn (failures: readonly GatewayFailure[]): { readonly member: string | undefined, readonly refusal: ScrutinError }[] {
  return failures.flatMap(({ member, error }) => error instanceof ScrutinError && !isOfThisGateway(error) ? [{ member, refusal: error }] : [])
}

/** That the voting is over has three names, for when and by whom it is said. */
const isOver: ReadonlySet<ErrorCode> = new Set(['election.state', 'election.too-late', 'ballot.not-cast'] as const)

function reasonOf ({ code }: ScrutinError): string {
  return isOver.has(code) ? 'over' : code
}

/**
 * Throws `receipt.signature` or `receipt.statements` unless the receipt names this ballot and gateways of enough
 * different members signed it, with their keys of the directory.
 */
export function checkReceipt (election: VerifiedElection, directory: Directory, receipt: Receipt, tracker: string): void {
  const { id, definition: { members } } = election
  assertReceipt({ electionId: id, members, gatewayMember: (key) => directory.find('gateway', key)?.mspId }, receipt, tracker)
}

/** What is wrong with one gateway, not with the ballot. */
function isOfThisGateway ({ code }: ScrutinError): boolean {
  const [area] = code.split('.')
  return area === 'ledger' || area === 'service' || area === 'receipt' || area === 'access' || area === 'clock'
}
