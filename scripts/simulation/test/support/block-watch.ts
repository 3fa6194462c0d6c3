/** When blocks come to a member's peer, so that a pause between them can be told. */
import { setTimeout as sleep } from 'node:timers/promises'
import type { Ledger } from '../../../../ledger/src/port.ts'

const everyMilliseconds = 50

export class BlockWatch {
  /** `performance.now()` of each new block. */
  readonly times: number[] = []
  readonly #over = new AbortController()
  readonly #watching: Promise<void>

  constructor (ledger: Ledger) {
    this.#watching = this.#watch(ledger)
  }

  async #watch (ledger: Ledger): Promise<void> {
    let known = (await ledger.status()).height
    while (!this.#over.signal.aborted) {
      const { height } = await ledger.status()
      if (height > known) this.times.push(performance.now())
      known = height
      await sleep(everyMilliseconds)
    }
  }

  /** Seconds between the last block before this time and the first one `after` it or later; undefined when there is no such. */
  gapAround (time: number): number | undefined {
    const before = this.times.filter(at => at <= time).at(-1)
    // a block that was on its way may still come
    const after = this.times.filter(at => at > time)
    let longest = 0
    let last = before
    for (const at of after) {
      if (last !== undefined) longest = Math.max(longest, at - last)
      last = at
    }
    return before === undefined || after.length === 0 ? undefined : longest / 1000
  }

  async stop (): Promise<void> {
    this.#over.abort()
    await this.#watching
  }
}
