/** One transaction with the ballots of a batch, and what became of each of them: the box is asked whenever that is not plain. */
import { randomInt } from 'node:crypto'
import Type, { type Static } from 'typebox'
import { Compile } from 'typebox/compile'
import { joinFrames } from '../../../protocol/src/bytes.ts'
import { Hash, PublicKey } from '../../../protocol/src/definition-schema.ts'
import { type ErrorCode, isErrorCode, ScrutinError } from '../../../protocol/src/errors.ts'
import type { Ledger } from '../../../ledger/src/port.ts'
import { TransactionId } from '../answers.ts'
import { readState, statusOf } from '../election-status.ts'
import { fixedBoxStatuses } from '../elections.ts'
import { parseAnswer, readContract } from '../read-contract.ts'
import type { QueuedBallot, Refusal } from './queued-ballot.ts'

export type BallotOutcome =
  /** `isNew`: by this very transaction. */
  | { readonly kind: 'recorded', readonly transactionId: string, readonly blockNumber: bigint, readonly isNew: boolean }
  | { readonly kind: 'refused', readonly refusal: Refusal }

export interface BatchOutcome {
  readonly settled: ReadonlyMap<QueuedBallot, BallotOutcome>
  /** Not in the box and not refused: groups to be cast again. */
  readonly again: readonly (readonly QueuedBallot[])[]
  /**
   * `outage`: nothing is wrong with the ballots; `failed`: there may be, with one of them; `undecided`: other members know
   * of a ballot or of the end of the voting, and the own peer does not yet.
   */
  readonly trouble?: { readonly kind: 'outage' | 'failed' | 'undecided', readonly error: unknown }
}

const closed = { additionalProperties: false } as const
const Verdict = Type.Union([
  Type.Object({ accepted: Type.Literal(true), tracker: Hash, credentialKey: PublicKey, recorded: Type.Boolean() }, closed),
  Type.Object({ accepted: Type.Literal(false), code: Type.String(), detail: Type.Optional(Type.String()) }, closed),
])
type Verdict = Static<typeof Verdict>
const Verdicts = Type.Array(Verdict)
const verdicts = Compile(Verdicts)
const CastAnswer = Type.Object({ verdicts: Verdicts }, closed)
const FoundBallots = Type.Object({ found: Type.Array(Type.Union([Type.Object({ tracker: Hash, transactionId: TransactionId }, closed), Type.Null()])) }, closed)

/** The ledger is out of reach, or its clocks are: the same batch may do better later. */
const outages: ReadonlySet<ErrorCode> = new Set(['ledger.unavailable', 'ledger.timeout', 'clock.skew', 'access.role'] as const)
/** The voting is over, the endorsing members say. */
const endings: ReadonlySet<ErrorCode> = new Set(['election.state', 'election.too-late'] as const)

/**
 * Casts a batch: ballots of one election, one of each credential. They are shuffled, so that their order in the
 * transaction says nothing of the order in which they came. Never throws.
 */
export async function castBatch (ledger: Ledger, batch: readonly QueuedBallot[]): Promise<BatchOutcome> {
  const ballots = shuffled(batch)
  const { electionId } = ballots[0]!
  try {
    const { transactionId, blockNumber, result } = await ledger.submit('castBallots', [electionId], { ballots: joinFrames(ballots.map(({ bytes }) => bytes)) })
    return await settle(ledger, ballots, parseAnswer(CastAnswer, 'castBallots', result).verdicts, { transactionId, blockNumber })
  } catch (error) {
    try {
      return await afterFailure(ledger, ballots, error)
    } catch (cause) {
      return { settled: new Map(), again: [ballots], trouble: { kind: 'outage', error: cause } }
    }
  }
}

/** In halves: one bad ballot among many stands alone after a few transactions. */
export function halves (ballots: readonly QueuedBallot[]): QueuedBallot[][] {
  const middle = (ballots.length + 1) >>> 1
  return [ballots.slice(0, middle), ballots.slice(middle)].filter(({ length }) => length > 0)
}

async function afterFailure (ledger: Ledger, ballots: readonly QueuedBallot[], error: unknown): Promise<BatchOutcome> {
  const code = error instanceof ScrutinError ? error.code : undefined
  if (code === undefined) return { settled: new Map(), again: halves(ballots), trouble: { kind: 'failed', error } }
  if (code === 'ballot.none-accepted') {
    const found: unknown = JSON.parse((error as ScrutinError).detail ?? 'null')
    if (verdicts.Check(found)) return await settle(ledger, ballots, found, undefined)
  }
  if (endings.has(code)) return await afterTheEnd(ledger, ballots, error)
  if (code === 'ledger.conflict' || code === 'ballot.recorded') {
    const { settled, absent, unplaced } = await lookUp(ledger, ballots)
    const missing = [...absent, ...unplaced]
    // found none: it was no duplicate that did it
    const trouble = missing.length === ballots.length ? { kind: 'failed', error } as const : undefined
    return { settled, again: halves(missing), ...(trouble === undefined ? {} : { trouble }) }
  }
  if (outages.has(code)) return { settled: new Map(), again: [ballots], trouble: { kind: 'outage', error } }
  if (ballots.length === 1 && code.startsWith('ballot.') && code !== 'ballot.none-accepted') {
    return { settled: new Map([[ballots[0]!, refused(code, (error as ScrutinError).detail)]]), again: [] }
  }
  return { settled: new Map(), again: halves(ballots), trouble: { kind: 'failed', error } }
}

/**
 * What is not in the box when it is closed will never be; but that it is closed, this gateway believes its own peer alone:
 * the state is read first, so the box that is looked into afterwards holds all that was ordered before the close.
 */
async function afterTheEnd (ledger: Ledger, ballots: readonly QueuedBallot[], error: unknown): Promise<BatchOutcome> {
  const { electionId } = ballots[0]!
  const isOver = fixedBoxStatuses.has(statusOf(await readState(ledger, electionId)))
  const { settled, absent, unplaced } = await lookUp(ledger, ballots)
  if (isOver) for (const ballot of absent) settled.set(ballot, refused('ballot.not-cast'))
  const again = isOver ? unplaced : [...absent, ...unplaced]
  return { settled, again: again.length === 0 ? [] : [again], ...(again.length === 0 ? {} : { trouble: { kind: 'undecided', error } }) }
}

/** @param committed the transaction, unless it was refused */
async function settle (
  ledger: Ledger, ballots: readonly QueuedBallot[], verdicts: readonly Verdict[], committed: { transactionId: string, blockNumber: bigint } | undefined
): Promise<BatchOutcome> {
  if (verdicts.length !== ballots.length) throw new ScrutinError('ledger.record', 'castBallots gave another number of verdicts')
  const settled = new Map<QueuedBallot, BallotOutcome>()
  const unclear: QueuedBallot[] = []
  ballots.forEach((ballot, i) => {
    const verdict = verdicts[i]!
    if (!verdict.accepted) settled.set(ballot, refused(isErrorCode(verdict.code) ? verdict.code : 'ledger.refused', verdict.detail))
    else if (committed !== undefined && !verdict.recorded && verdict.tracker === ballot.tracker) settled.set(ballot, { kind: 'recorded', ...committed, isNew: true })
    else unclear.push(ballot)
  })
  if (unclear.length === 0) return { settled, again: [] }
  try {
    const found = await lookUp(ledger, unclear)
    const missing = [...found.absent, ...found.unplaced]
    return {
      settled: new Map([...settled, ...found.settled]),
      again: missing.length === 0 ? [] : [missing],
      // other members have them, the own peer not yet
      ...(missing.length === 0 || committed !== undefined ? {} : { trouble: { kind: 'undecided', error: new ScrutinError('ballot.recorded') } }),
    }
  } catch (error) {
    // what is plain is plain; these are cast again, and found
    return { settled, again: [unclear], trouble: { kind: 'outage', error } }
  }
}

interface LookedUp {
  readonly settled: Map<QueuedBallot, BallotOutcome>
  /** The own peer has no ballot of their credential. */
  readonly absent: QueuedBallot[]
  /** In the box, but the peer does not tell the block yet: its state shows a ballot before its chain does. */
  readonly unplaced: QueuedBallot[]
}

/** What stands in the box under the credentials of these ballots. Throws when the ledger can't be asked. */
async function lookUp (ledger: Ledger, ballots: readonly QueuedBallot[]): Promise<LookedUp> {
  const { electionId } = ballots[0]!
  const { found } = await readContract(ledger, FoundBallots, 'findBallots', [electionId, JSON.stringify(ballots.map(({ credentialKey }) => credentialKey))])
  const settled = new Map<QueuedBallot, BallotOutcome>()
  const absent: QueuedBallot[] = []
  const unplaced: QueuedBallot[] = []
  const blocks = new Map<string, bigint | undefined>()
  for (const [i, ballot] of ballots.entries()) {
    const entry = found[i]
    if (entry === undefined || entry === null) {
      absent.push(ballot)
      continue
    }
    if (entry.tracker !== ballot.tracker) {
      settled.set(ballot, refused('ballot.credential-used'))
      continue
    }
    const { transactionId } = entry
    if (!blocks.has(transactionId)) blocks.set(transactionId, (await ledger.locate(transactionId))?.blockNumber)
    const blockNumber = blocks.get(transactionId)
    if (blockNumber === undefined) unplaced.push(ballot)
    else settled.set(ballot, { kind: 'recorded', transactionId, blockNumber, isNew: false })
  }
  return { settled, absent, unplaced }
}

function refused (code: ErrorCode, detail?: string): BallotOutcome {
  return { kind: 'refused', refusal: { code, ...(detail === undefined ? {} : { detail }) } }
}

/** Fisher and Yates, with the system's secure random numbers. */
function shuffled<Item> (items: readonly Item[]): Item[] {
  const order = [...items]
  for (let i = order.length - 1; i > 0; i--) {
    const j = randomInt(i + 1)
    const moved = order[i]!
    order[i] = order[j]!
    order[j] = moved
  }
  return order
}
