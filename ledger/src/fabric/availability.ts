/** Remembers which peers or orderers failed lately, so that one that is down costs its time-out once, not every time. */

const firstPauseMilliseconds = 1_000
const longestPauseMilliseconds = 30_000
const lagMilliseconds = 2_000
const firstSpoiltMilliseconds = 30_000
const longestSpoiltMilliseconds = 600_000
const mostSpoilt = 20

interface Trouble {
  /** Failures without a success in between. */
  failures: number
  pausedUntil: number
}

interface Spoilt {
  /** Transactions that came to nothing with its endorsement, without one that was valid in between. */
  times: number
  until: number
}

export class Availability {
  readonly #now: () => number
  readonly #trouble = new Map<string, Trouble>()
  readonly #laggingUntil = new Map<string, number>()
  readonly #spoilt = new Map<string, Spoilt>()

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

  /**
   * The network judged a transaction with its endorsement invalid: its own may be the one that does not count, and what it
   * answers next says nothing of that. Set aside for half a minute, each further time for twice as long, at most 10 min.
   */
  spoilt (name: string): void {
    const times = Math.min((this.#spoilt.get(name)?.times ?? 0) + 1, mostSpoilt)
    this.#spoilt.set(name, { times, until: this.#now() + Math.min(firstSpoiltMilliseconds * 2 ** (times - 1), longestSpoiltMilliseconds) })
  }

  /** A transaction with its endorsement was valid. Who spoils every other one is not forgotten by that. */
  proved (name: string): void {
    const times = Math.floor((this.#spoilt.get(name)?.times ?? 0) / 2)
    if (times === 0) this.#spoilt.delete(name)
    else this.#spoilt.set(name, { times, until: 0 })
  }

  /**
   * 0: expect an answer; 1: perhaps behind; 2: probably down, but asked when there is nobody else; more: with as many
   * more transactions came to nothing.
   */
  rank (name: string): number {
    const now = this.#now()
    const spoilt = this.#spoilt.get(name)
    if (spoilt !== undefined && spoilt.until > now) return 2 + spoilt.times
    if ((this.#trouble.get(name)?.pausedUntil ?? 0) > now) return 2
    return (this.#laggingUntil.get(name) ?? 0) > now ? 1 : 0
  }
}
