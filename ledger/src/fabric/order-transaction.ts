/**
 * Hands one signed transaction to orderers until it stands in a block. It is always the same envelope, so however many
 * orderers get it, it is committed once: Fabric marks every further copy as a duplicate. No network here.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { ScrutinError } from '../../../protocol/src/errors.ts'

export interface Ordering<Recorded> {
  readonly transactionId: string
  /** The outcome, when the transaction stands in a block. Never rejects. */
  readonly committed: Promise<Recorded>
  /** All orderers of the channel in the order in which to try them, asked anew for each round. */
  readonly orderers: () => readonly string[]
  /** Hands the envelope to one; true when it took it. Never throws, and ends in a bounded time. */
  readonly send: (orderer: string) => Promise<boolean>
  /** The orderer that took it is busy with others that came before. */
  readonly isQueued: (orderer: string, takenAt: number) => boolean
  /** An orderer took it and did not order it. */
  readonly swallowed: (orderer: string) => void
  readonly limits?: Partial<OrderingLimits>
}

export interface OrderingLimits {
  /** From when an orderer took it until another gets it too; twice as long each time. */
  readonly resendAfterMilliseconds: number
  /** How long to go on when no orderer takes it: the orderers may be choosing a leader. */
  readonly refusedMilliseconds: number
  /** When to give up altogether. */
  readonly waitMilliseconds: number
}

const defaults: OrderingLimits = { resendAfterMilliseconds: 4_000, refusedMilliseconds: 15_000, waitMilliseconds: 60_000 }
const betweenRoundsMilliseconds = 300
const queuedMilliseconds = 250

/**
 * @throws ScrutinError `ledger.unavailable` when no orderer took it, `ledger.timeout` when one did but it is in no block
 * after all that time; in both cases it may still be committed later
 */
export async function orderTransaction<Recorded> (ordering: Ordering<Recorded>): Promise<Recorded> {
  const { transactionId, committed, send } = ordering
  const { resendAfterMilliseconds, refusedMilliseconds, waitMilliseconds } = { ...defaults, ...ordering.limits }
  const start = performance.now()
  let outcome: { readonly recorded: Recorded } | undefined
  void committed.then((recorded) => { outcome = { recorded } })
  const isOver = (): boolean => outcome !== undefined
  /** Waits for the commit, but not longer than this. */
  const settleWithin = async (milliseconds: number): Promise<void> => {
    const limit = new AbortController()
    await Promise.race([committed, sleep(milliseconds, undefined, { signal: limit.signal })]).finally(() => { limit.abort() })
  }

  const waited = (): number => performance.now() - start

  let resendAfter = resendAfterMilliseconds
  let everTaken = false
  while (!isOver()) {
    for (const orderer of ordering.orderers()) {
      if (waited() >= waitMilliseconds) break
      const taken = await Promise.race([send(orderer), committed.then(() => false)])
      if (isOver()) break
      if (!taken) continue
      everTaken = true
      const takenAt = performance.now()
      await settleWithin(Math.min(resendAfter, waitMilliseconds - waited()))
      while (!isOver() && waited() < waitMilliseconds && ordering.isQueued(orderer, takenAt)) await settleWithin(queuedMilliseconds)
      if (isOver()) break
      ordering.swallowed(orderer)
      resendAfter *= 2
    }
    if (isOver()) break
    if (waited() >= (everTaken ? waitMilliseconds : refusedMilliseconds)) {
      throw everTaken
        ? new ScrutinError('ledger.timeout', `transaction ${transactionId} was taken by the orderers but not seen in a block in time`)
        : new ScrutinError('ledger.unavailable', `no orderer took transaction ${transactionId}`)
    }
    await settleWithin(betweenRoundsMilliseconds)
  }
  return await committed
}
