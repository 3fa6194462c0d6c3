import type { BlockEvent, BlockListener, Network } from 'fabric-network'
import type { RecordedTransaction } from './chain-queries.ts'

/**
 * Tells of every transaction that the own peer commits: one stream of filtered blocks for all that wait.
 * (fabric-network's own commit listeners never come back once their peer was down when one was added.)
 */
export class CommitFeed {
  readonly #network: Network
  readonly #waiting = new Map<string, (recorded: RecordedTransaction) => void>()
  readonly #listener: BlockListener = async (block) => { this.#tell(block) }

  constructor (network: Network) {
    this.#network = network
  }

  /** Resolves when the stream is there: before, a commit could be missed. */
  async open (): Promise<void> {
    await this.#network.addBlockListener(this.#listener, { type: 'filtered' })
  }

  /** Calls `committed` once, when the transaction stands in a block, valid or not. */
  expect (transactionId: string, committed: (recorded: RecordedTransaction) => void): void {
    this.#waiting.set(transactionId, committed)
  }

  forget (transactionId: string): void {
    this.#waiting.delete(transactionId)
  }

  #tell (block: BlockEvent): void {
    const blockNumber = BigInt(block.blockNumber.toString())
    for (const [index, transaction] of block.getTransactionEvents().entries()) {
      const committed = this.#waiting.get(transaction.transactionId)
      if (committed === undefined) continue
      this.#waiting.delete(transaction.transactionId)
      committed({ blockNumber, index, code: transaction.status })
    }
  }
}
