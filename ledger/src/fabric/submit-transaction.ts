import { setTimeout as sleep } from 'node:timers/promises'
import { ScrutinError } from '../../../protocol/src/errors.ts'
import type { Committed } from '../port.ts'
import type { FabricConnection } from './connection.ts'
import { endorsementFailure, plain } from './endorsement-failure.ts'
import { OwnPeerCommit } from './own-peer-commit.ts'
import { invalidTransaction } from './validation-codes.ts'

const attempts = 4
const waitBetweenMilliseconds = 150

/** Endorsing takes some ten milliseconds; this long, it has waited in vain for a peer that is down. */
const slowEndorsementMilliseconds = 2_500

export interface Submission {
  readonly transaction: string
  readonly args: readonly string[]
  readonly transient: Readonly<Record<string, Uint8Array>>
}

/**
 * Endorses, orders and waits for the commit on the own peer. When the endorsers disagree (their peers stand at
 * different blocks) or are not found, nothing has been ordered yet: tried again a few times, as a new transaction.
 *
 * @throws ScrutinError as the port says
 */
export async function submitTransaction (connection: FabricConnection, submission: Submission): Promise<Committed> {
  for (let attempt = 1; ; attempt++) {
    const outcome = await submitOnce(connection, submission)
    if ('committed' in outcome) return outcome.committed
    if (!outcome.tryAgain || attempt === attempts) throw outcome.error
    await sleep(waitBetweenMilliseconds * attempt)
  }
}

type Outcome = { readonly committed: Committed } | { readonly error: ScrutinError, readonly tryAgain: boolean }

async function submitOnce (connection: FabricConnection, submission: Submission): Promise<Outcome> {
  const transaction = connection.contract.createTransaction(submission.transaction)
  const transactionId = transaction.getTransactionId()
  const commit = new OwnPeerCommit(connection, transactionId)
  transaction.setTransient(Object.fromEntries(Object.entries(submission.transient).map(([name, value]) => [name, Buffer.from(value)])))
  transaction.setEventHandler(() => commit)
  let result: Uint8Array
  const start = performance.now()
  try {
    result = await transaction.submit(...submission.args)
  } catch (error) {
    return failure(connection, transactionId, error)
  } finally {
    commit.cancelListening()
    if (commit.listeningSince - start > slowEndorsementMilliseconds) connection.endorsers.refresh()
  }
  const recorded = await commit.outcome
  if (recorded === undefined) {
    throw new ScrutinError('ledger.timeout', `transaction ${transactionId} was sent to the orderers but not seen in a block in time`)
  }
  if (recorded.code !== 'VALID') throw invalidTransaction(transactionId, recorded.code)
  return { committed: { blockNumber: recorded.blockNumber, index: recorded.index, transactionId, result } }
}

function failure (connection: FabricConnection, transactionId: string, cause: unknown): Outcome {
  const refused = endorsementFailure(cause)
  if (refused !== undefined) {
    if (refused.error.code === 'ledger.unavailable' || refused.error.code === 'ledger.timeout') connection.endorsers.refresh()
    return { error: refused.error, tryAgain: refused.disagreement }
  }
  const message = cause instanceof Error ? cause.message : String(cause)
  const error = new ScrutinError('ledger.unavailable', `transaction ${transactionId}: ${message}`, { cause: plain(cause) })
  const undiscovered = /discovery/i.test(message)
  if (undiscovered) connection.endorsers.forget()
  return { error, tryAgain: undiscovered }
}
