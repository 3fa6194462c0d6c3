/** The whole way of a voter, from codes to a receipt. */
import { askedAnswer } from '../../protocol/src/asked-question.ts'
import type { Question } from '../../protocol/src/definition.ts'
import type { Answer } from '../../protocol/src/kinds/kinds.ts'
import { ScrutinError } from '../../protocol/src/errors.ts'
import type { FilledBallot } from '../../protocol/src/fill-ballot.ts'
import { type CheckFile, checkFileOf } from '../../protocol/src/opened-ballot.ts'
import { type Receipt, statementsNeeded } from '../../protocol/src/receipt.ts'
import { askedQuestions, assertAllowed, castBallot, castingOrder, type CastOptions, fillIn, seal } from './cast-ballot.ts'
import { type Directory, readDirectory } from './directory.ts'
import type { GatewayClient } from './gateway-client.ts'
import { type Credential, obtainCredential, type ObtainOptions } from './obtain-credential.ts'
import { readVerifiedElection, type VerifiedElection } from './verified-election.ts'

/** An election as a voter meets it: what it is, and where its registrars and gateways are. */
export interface ElectionAtHand {
  readonly election: VerifiedElection
  readonly directory: Directory
}

export interface MeetOptions {
  /** Gateways of other members that are known beforehand: asked too whose keys are whose. */
  readonly others?: readonly GatewayClient[]
  readonly signal?: AbortSignal
}

/**
 * Reads both and checks them. The election proves itself, whichever gateway shows it: the first that does. The directory does
 * not, so it is held together from all; which gateways to ask can't come from itself.
 */
export async function meetElection (gateway: GatewayClient, electionId: string, { others = [], signal }: MeetOptions = {}): Promise<ElectionAtHand> {
  const election = await readFromAny([gateway, ...others], electionId, signal)
  const directory = await readDirectory([gateway, ...others], statementsNeeded(election.definition.members.length), signal)
  return { election, directory }
}

async function readFromAny (gateways: readonly GatewayClient[], electionId: string, signal: AbortSignal | undefined): Promise<VerifiedElection> {
  let first: unknown
  for (const gateway of gateways) {
    try {
      return await readVerifiedElection(gateway, electionId, signal)
    } catch (error) {
      signal?.throwIfAborted()
      first ??= error
    }
  }
  throw first
}

export interface VoteOptions extends ObtainOptions, CastOptions {
  /** Tried in this order; without it, those of the directory. */
  readonly gateways?: readonly GatewayClient[]
  /** Shown the tracker before it is decided what happens to the ballot. */
  readonly onFilled?: (tracker: string) => void
  /** By default the ballot is cast. What it throws, because the voter leaves for example, ends all before anything is signed. */
  readonly decide?: (tracker: string) => Promise<Decision>
  /** Given the ballot that was opened for a check; another one is filled in then. */
  readonly onOpened?: (file: CheckFile) => Promise<void>
  /** Given the ballot as it will be sent: whoever keeps it can cast it again if no receipt comes. */
  readonly onSealed?: (bytes: Uint8Array) => void
}

export type Decision = 'check' | 'cast'

export interface Vote {
  readonly receipt: Receipt
  readonly gateway: GatewayClient
  readonly credential: Credential
}

/** Asks the voter, once it is known what: where options are drawn, with the credential and not before. */
export type AskVoter = (asked: readonly Question[]) => Promise<readonly Answer[]>

/**
 * Obtains a credential, fills in, checks as often as the voter wants, casts.
 *
 * @param codes one of each registrar, in the definition's order
 * @param answers one per question, about all its options: of those not drawn nothing is cast; or who is to be asked for them
 */
export async function vote ({ election, directory }: ElectionAtHand, codes: readonly string[], answers: readonly Answer[] | AskVoter, options: VoteOptions = {}): Promise<Vote> {
  // before anything that can't be taken back
  if (typeof answers !== 'function') assertAllowed(election, answers)
  assertOpened(election)
  const credential = await obtainCredential(election, directory.registrars(election.definition), codes, options)
  const asked = askedQuestions(election, credential)
  const given = typeof answers === 'function' ? await answers(asked) : asked.map((question, q) => askedAnswer(answers[q]!, question))
  const filled = await fillUntilCast(election, credential, given, options)
  const bytes = seal(election, credential, filled)
  options.onSealed?.(bytes)
  const gateways = options.gateways ?? castingOrder(election, directory)
  return { ...await castBallot(election, directory, gateways, bytes, filled.tracker, options), credential }
}

/** Each time another encryption with another tracker: one that was opened is never cast. */
async function fillUntilCast (election: VerifiedElection, credential: Credential, answers: readonly Answer[], { onFilled, decide, onOpened }: VoteOptions): Promise<FilledBallot> {
  for (;;) {
    const filled = fillIn(election, credential, answers)
    onFilled?.(filled.tracker)
    if (await decide?.(filled.tracker) !== 'check') return filled
    await onOpened?.(checkFileOf(election.id, filled.open()))
  }
}

function assertOpened ({ isOpened }: VerifiedElection): void {
  if (!isOpened) throw new ScrutinError('election.not-ready', 'it is not open yet; a credential can be obtained already')
}
