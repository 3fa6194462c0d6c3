/**
 * Tells an orderer that swallowed a transaction from one that has many to order: orderers take turns more or less as
 * transactions came in. As long as some that came before are being committed, and none that came after, ours is queued.
 */
export class OrdererProgress {
  readonly #now: () => number
  readonly #last = new Map<string, { committedAt: number, takenAt: number }>()

  constructor (now: () => number = () => performance.now()) {
    this.#now = now
  }

  /** A transaction that the orderer took at that time has been committed. */
  committed (orderer: string, takenAt: number): void {
    const last = this.#last.get(orderer)
    this.#last.set(orderer, { committedAt: this.#now(), takenAt: Math.max(takenAt, last?.takenAt ?? 0) })
  }

  /**
   * @param takenAt when the orderer took ours
   * @param stillMilliseconds after this time without a commit through this orderer, nothing moves
   */
  isQueued (orderer: string, takenAt: number, stillMilliseconds: number): boolean {
    const last = this.#last.get(orderer)
    return last !== undefined && last.takenAt <= takenAt && this.#now() - last.committedAt < stillMilliseconds
  }
}
