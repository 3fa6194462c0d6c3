import type { RateLimit } from '../../service/src/config-sections.ts'

const mostAddresses = 100_000

/** Counts wrong codes by address, in memory only: who tried too many must wait for the next window. */
export class WrongCodes {
  readonly #limit: RateLimit
  readonly #counts = new Map<string, number>()
  #windowEnds = 0

  constructor (limit: RateLimit) {
    this.#limit = limit
  }

  isExceeded (address: string, nowMs: number): boolean {
    this.#turn(nowMs)
    return (this.#counts.get(address) ?? 0) >= this.#limit.max
  }

  count (address: string, nowMs: number): void {
    this.#turn(nowMs)
    // a flood from more addresses than that ends their counting, not the service
    if (this.#counts.size < mostAddresses || this.#counts.has(address)) this.#counts.set(address, (this.#counts.get(address) ?? 0) + 1)
  }

  #turn (nowMs: number): void {
    if (nowMs < this.#windowEnds) return
    this.#counts.clear()
    this.#windowEnds = nowMs + this.#limit.timeWindowSeconds * 1000
  }
}
