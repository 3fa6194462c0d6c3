const pollMilliseconds = 25

interface Waiter {
  readonly block: number
  readonly wake: () => void
}

/** Wakes whoever waits for the chain to grow: at once for blocks of this process, by polling for those of others. */
export class BlockWatch {
  readonly #newest: () => number
  readonly #waiters = new Set<Waiter>()
  #timer: NodeJS.Timeout | undefined
  #closed = false

  /** @param newest number of the newest block; cheap, as it is asked 40 times a second while anyone waits */
  constructor (newest: () => number) {
    this.#newest = newest
  }

  get closed (): boolean {
    return this.#closed
  }

  /** Resolves when a block after `block` is there, when `signal` aborts or when the watch is closed. */
  async waitForBlockAfter (block: number, signal: AbortSignal | undefined): Promise<void> {
    if (this.#closed || signal?.aborted === true || this.#newest() > block) return
    await new Promise<void>((resolve) => {
      const waiter: Waiter = {
        block,
        wake: () => {
          this.#waiters.delete(waiter)
          signal?.removeEventListener('abort', waiter.wake)
          resolve()
        },
      }
      this.#waiters.add(waiter)
      signal?.addEventListener('abort', waiter.wake, { once: true })
      this.#timer ??= setInterval(() => { this.check() }, pollMilliseconds)
    })
  }

  check (): void {
    if (this.#waiters.size > 0) {
      const newest = this.#newest()
      for (const waiter of [...this.#waiters]) if (waiter.block < newest) waiter.wake()
    }
    if (this.#waiters.size === 0) this.#stop()
  }

  close (): void {
    this.#closed = true
    for (const waiter of [...this.#waiters]) waiter.wake()
    this.#stop()
  }

  #stop (): void {
    clearInterval(this.#timer)
    this.#timer = undefined
  }
}
