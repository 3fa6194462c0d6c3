/**
 * Casting: from the bytes of a ballot to its receipt. Only a receipt acknowledges, so whenever the outcome of a
 * transaction is not plain, the box is asked what stands in it.
 */
import { randomInt } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { ballotTracker, peekBallot } from '../../protocol/src/ballot-encoding.ts'
import { joinFrames } from '../../protocol/src/bytes.ts'
import { type ErrorCode, ScrutinError } from '../../protocol/src/errors.ts'
import { type Inclusion, type Receipt, stateInclusion } from '../../protocol/src/receipt.ts'
import type { KeyPair } from '../../protocol/src/schnorr.ts'
import type { Ledger, Position } from '../../ledger/src/port.ts'
import { RecordedBallot } from './answers.ts'
import type { BoundedCache } from './bounded-cache.ts'
import type { BallotForm, Elections } from './elections.ts'
import { readContract } from './read-contract.ts'

export interface CastingPorts {
  readonly ledger: Ledger
  readonly elections: Elections
  /** The gateway's key of the directory. */
  readonly keys: KeyPair
  /** By election and tracker: a ballot gets one receipt, however often it comes. */
  readonly receipts: BoundedCache<Receipt>
}

export interface CastOutcome {
  readonly receipt: Receipt
  /** False when this very ballot stood in the box before. */
  readonly isNew: boolean
}

interface NamedBallot {
  readonly electionId: string
  readonly tracker: string
  readonly credentialKey: string
  readonly bytes: Uint8Array
}

const mostAttempts = 6

/** After these the ballot may stand in the box all the same: sent before, or by this very transaction. */
const unplain: ReadonlySet<ErrorCode> = new Set([
  'ballot.recorded', 'election.state', 'election.too-late', 'ledger.conflict', 'ledger.unavailable', 'ledger.timeout', 'ledger.refused',
] as const)
/** After these, if it doesn't, the same transaction may do better. */
const passing: ReadonlySet<ErrorCode> = new Set(['ballot.recorded', 'ledger.conflict'] as const)

/**
 * Casts a ballot, or finds it in the box already. After the closing time it only looks: the contract would still
 * take the ballot for the grace, which is for those that gateways took in time.
 *
 * @throws ScrutinError `ballot.credential-used`, `election.too-late` and whatever the contract refuses the ballot with
 */
export async function castBallot (ports: CastingPorts, electionId: string, bytes: Uint8Array): Promise<CastOutcome> {
  const form = await ports.elections.ballotForm(electionId)
  const ballot = nameBallot(form, electionId, bytes)
  const known = ports.receipts.get(receiptName(ballot))
  if (known !== undefined) return { receipt: known, isNew: false }
  if (Date.now() > form.closesAt) {
    const receipt = await findReceipt(ports, ballot)
    if (receipt === undefined) throw new ScrutinError('election.too-late', 'voting has ended')
    return { receipt, isNew: false }
  }
  for (let attempt = 1; ; attempt++) {
    try {
      const { transactionId, blockNumber } = await submitBallot(ports.ledger, ballot)
      return { receipt: stateReceipt(ports, ballot, transactionId, blockNumber), isNew: true }
    } catch (error) {
      if (!(error instanceof ScrutinError) || !unplain.has(error.code)) throw error
      const receipt = await findReceipt(ports, ballot, error)
      if (receipt !== undefined) return { receipt, isNew: false }
      if (!passing.has(error.code) || attempt === mostAttempts) throw error
      await sleep(randomInt(20, 100) * attempt)
    }
  }
}

/** Reads what the ballot is called; what can't be a ballot of this election is refused without asking the ledger. */
function nameBallot (form: BallotForm, electionId: string, bytes: Uint8Array): NamedBallot {
  if (bytes.length !== form.length) throw new ScrutinError('ballot.malformed', `a ballot of this election has ${form.length} bytes`)
  const front = peekBallot(bytes)
  if (front.electionId !== electionId) throw new ScrutinError('ballot.election')
  return { electionId, bytes, credentialKey: front.credentialKey, tracker: ballotTracker(bytes, form.rules) }
}

/** One ballot, one transaction. A queue that puts the ballots of a short window into one transaction goes in its place. */
async function submitBallot (ledger: Ledger, { electionId, bytes }: NamedBallot): Promise<Position & { readonly transactionId: string }> {
  return await ledger.submit('castBallots', [electionId], { ballots: joinFrames([bytes]) })
}

/**
 * The receipt of this ballot if it stands in the box; `ballot.credential-used` if another one does.
 *
 * @param after the failure that made us look: it is thrown if the ledger can't be asked either
 */
async function findReceipt (ports: CastingPorts, ballot: NamedBallot, after?: ScrutinError): Promise<Receipt | undefined> {
  let recorded: RecordedBallot
  try {
    recorded = await readContract(ports.ledger, RecordedBallot, 'readBallotByCredential', [ballot.electionId, ballot.credentialKey])
  } catch (error) {
    if (error instanceof ScrutinError && error.code === 'ballot.unknown') return undefined
    throw after ?? error
  }
  if (recorded.tracker !== ballot.tracker) throw new ScrutinError('ballot.credential-used')
  const { blockNumber } = await locate(ports.ledger, recorded.transactionId)
  return stateReceipt(ports, ballot, recorded.transactionId, blockNumber)
}

async function locate (ledger: Ledger, transactionId: string): Promise<Position> {
  for (let attempt = 1; attempt <= mostAttempts; attempt++) {
    const position = await ledger.locate(transactionId)
    if (position !== undefined) return position
    await sleep(100 * attempt)
  }
  throw new ScrutinError('ledger.timeout', 'the ballot is in the box, but its block is not known yet: send it again')
}

function stateReceipt (ports: CastingPorts, ballot: NamedBallot, transactionId: string, blockNumber: bigint): Receipt {
  const name = receiptName(ballot)
  const known = ports.receipts.get(name)
  if (known !== undefined) return known
  const inclusion: Inclusion = { electionId: ballot.electionId, tracker: ballot.tracker, transactionId, blockNumber: blockNumber.toString() }
  const receipt = { ...inclusion, statements: [stateInclusion(inclusion, ports.ledger.mspId, ports.keys)] }
  ports.receipts.set(name, receipt)
  return receipt
}

function receiptName ({ electionId, tracker }: NamedBallot): string {
  return `${electionId}/${tracker}`
}
