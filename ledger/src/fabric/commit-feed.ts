import { setTimeout as sleep } from 'node:timers/promises'
import { peer } from '@hyperledger/fabric-protos'
import { ScrutinError } from '../../../protocol/src/errors.ts'
import type { Position } from '../port.ts'
import type { Delivered, DeliverService } from './deliver.ts'
import { followBlocks } from './follow-blocks.ts'

export interface RecordedTransaction extends Position {
  /** Fabric's verdict, a number of `peer.TxValidationCode`. */
  readonly code: number
}

const openMilliseconds = 5_000
const againMilliseconds = 2_000

/**
 * Tells of every transaction that the own peer commits: one stream of filtered blocks for all that wait. No block is
 * missed: a broken stream goes on where it stopped, so whoever waits through a restart of the peer learns the outcome.
 */
export class CommitFeed {
  readonly #service: DeliverService
  readonly #waiting = new Map<string, (recorded: RecordedTransaction) => void>()
  readonly #closing = new AbortController()
  #broken: unknown = new Error('not connected yet')

  constructor (service: DeliverService) {
    this.#service = service
  }

  /**
   * Resolves when the stream is there: from then on no commit is missed.
   *
   * @throws ScrutinError `ledger.unavailable` within 5 s, `ledger.refused`
   */
  async open (): Promise<void> {
    const connected = Promise.withResolvers<undefined>()
    void this.#follow(connected)
    const limit = new AbortController()
    try {
      await Promise.race([connected.promise, sleep(openMilliseconds, undefined, { signal: limit.signal }).then(() => {
        throw new ScrutinError('ledger.unavailable', 'the own peer gives no blocks', { cause: this.#broken })
      })])
    } finally {
      limit.abort()
    }
  }

  /** The stream is there at this moment. */
  get isConnected (): boolean {
    return this.#broken === undefined
  }

  /** Resolves when the transaction stands in a block, valid or not: with its first place, should there be several. */
  async expect (transactionId: string): Promise<RecordedTransaction> {
    return await new Promise((resolve) => { this.#waiting.set(transactionId, resolve) })
  }

  forget (transactionId: string): void {
    this.#waiting.delete(transactionId)
  }

  close (): void {
    this.#closing.abort()
    this.#waiting.clear()
  }

  async #follow (connected: PromiseWithResolvers<undefined>): Promise<void> {
    let from: bigint | 'newest' = 'newest'
    while (!this.#closing.signal.aborted) {
      try {
        for await (const block of this.#blocks(from)) {
          connected.resolve(undefined)
          from = block.number + 1n
          this.#tell(block)
        }
      } catch (cause) {
        // a peer that lets this identity in no more may do so again; before the first block, whoever opens is told
        this.#broken = cause
        connected.reject(cause)
        if (from === 'newest') return
        await sleep(againMilliseconds, undefined, { signal: this.#closing.signal }).catch(() => {})
      }
    }
  }

  #blocks (from: bigint | 'newest'): AsyncIterable<Delivered> {
    return followBlocks(this.#service, {
      kind: 'filtered',
      from,
      signal: this.#closing.signal,
      broken: (cause) => { this.#broken = cause },
      delivering: () => { this.#broken = undefined },
    })
  }

  #tell ({ number, bytes }: Delivered): void {
    for (const [index, transaction] of peer.FilteredBlock.deserializeBinary(bytes).getFilteredTransactionsList().entries()) {
      const tell = this.#waiting.get(transaction.getTxid())
      if (tell === undefined) continue
      this.#waiting.delete(transaction.getTxid())
      tell({ blockNumber: number, index, code: transaction.getTxValidationCode() })
    }
  }
}
