import type { Chain, Verdict } from './chain.ts'
import { whenNotBusy } from './database.ts'
import type { SimulatedTransaction } from './transaction-record.ts'

const mostInBlock = 200
/** How long a transaction waits for others that are being simulated, to share a block and its disk write with them. */
const longestWaitMilliseconds = 15

interface Pending {
  readonly transaction: SimulatedTransaction
  readonly resolve: (verdict: Verdict) => void
  readonly reject: (error: unknown) => void
}

/** Puts the transactions of this process that come at the same time into one block. */
export class BlockCutter {
  readonly #chain: Chain
  readonly #committed: () => void
  readonly #running = new Set<Promise<Verdict>>()
  #pending: Pending[] = []
  #simulating = 0
  #timer: NodeJS.Timeout | undefined
  #writing = false

  /** @param committed called after every block of this process */
  constructor (chain: Chain, committed: () => void) {
    this.#chain = chain
    this.#committed = committed
  }

  /**
   * Simulates a transaction, then commits it together with others of the same moment.
   *
   * @throws whatever `simulate` throws; `ledger.unavailable` when other processes hold the file for too long
   */
  async submit (simulate: () => Promise<SimulatedTransaction>): Promise<Verdict> {
    const running = this.#simulateAndCommit(simulate)
    this.#running.add(running)
    try {
      return await running
    } finally {
      this.#running.delete(running)
    }
  }

  /** Waits for the transactions that are under way. */
  async drain (): Promise<void> {
    while (this.#running.size > 0) await Promise.allSettled(this.#running)
  }

  async #simulateAndCommit (simulate: () => Promise<SimulatedTransaction>): Promise<Verdict> {
    this.#simulating++
    let transaction: SimulatedTransaction
    try {
      transaction = await simulate()
    } catch (error) {
      this.#simulating--
      this.#cutWhenDue()
      throw error
    }
    return await new Promise((resolve, reject) => {
      this.#simulating--
      this.#pending.push({ transaction, resolve, reject })
      this.#cutWhenDue()
    })
  }

  #cutWhenDue (): void {
    if (this.#pending.length === 0 || this.#writing) return
    if (this.#simulating === 0 || this.#pending.length >= mostInBlock) this.#cut()
    else this.#timer ??= setTimeout(() => { this.#cut() }, longestWaitMilliseconds)
  }

  #cut (): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
    if (this.#writing || this.#pending.length === 0) return
    this.#writing = true
    void this.#write(this.#pending.splice(0, mostInBlock)).then(() => {
      this.#writing = false
      this.#cutWhenDue()
    })
  }

  /** Settles every transaction of the block; never rejects. */
  async #write (block: readonly Pending[]): Promise<void> {
    try {
      const verdicts = await whenNotBusy(() => this.#chain.appendBlock(block.map((pending) => pending.transaction)))
      block.forEach((pending, index) => { pending.resolve(verdicts[index]!) })
    } catch (error) {
      for (const pending of block) pending.reject(error)
    }
    this.#committed()
  }
}
