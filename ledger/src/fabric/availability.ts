/** Remembers which peers or orderers failed lately, so that one that is down costs its time-out once, not every time. */

const firstPauseMilliseconds = 1_000
const longestPauseMilliseconds = 30_000
const lagMilliseconds = 2_000

interface Trouble {
  /** Failures without a success in between. */
  failures: number
  pausedUntil: number
}

export class Availability {
  readonly #now: () => number
  readonly #trouble = new Map<string, Trouble>()
  readonly #laggingUntil = new Map<string, number>()

  constructor (now: () => number = () => performance.now()) {
    this.#now = now
  }

  /** It did not answer: set aside for a second, at each further failure for twice as long, at most 30 s. */
  failed (name: string): void {
    const failures = (this.#trouble.get(name)?.failures ?? 0) + 1
    const pause = Math.min(firstPauseMilliseconds * 2 ** (failures - 1), longestPauseMilliseconds)
    this.#trouble.set(name, { failures, pausedUntil: this.#now() + pause })
  }

  worked (name: string): void {
    this.#trouble.delete(name)
  }

  /** It answered something else than the others: set aside for two seconds, it may be some blocks behind. */
  disagreed (name: string): void {
    this.#laggingUntil.set(name, this.#now() + lagMilliseconds)
  }

  /** 0: expect an answer; 1: perhaps behind; 2: probably down, but asked when there is nobody else. */
  rank (name: string): 0 | 1 | 2 {
    const now = this.#now()
    if ((this.#trouble.get(name)?.pausedUntil ?? 0) > now) return 2
    return (this.#laggingUntil.get(name) ?? 0) > now ? 1 : 0
  }
}
