/** How long something usually takes, from what it took lately. */
export class Pace {
  #typical = 0

  note (milliseconds: number): void {
    this.#typical = this.#typical === 0 ? milliseconds : 0.9 * this.#typical + 0.1 * milliseconds
  }

  /** What is unusually long: three times the usual, but at least this. */
  unusual (leastMilliseconds: number): number {
    return Math.max(leastMilliseconds, 3 * this.#typical)
  }
}
