import { ScrutinError } from '../../protocol/src/errors.ts'

/** Lets so many through at the same time; some more wait their turn, the rest is refused. */
export class Gate {
  readonly #atOnce: number
  readonly #mostWaiting: number
  readonly #waiting: (() => void)[] = []
  #inside = 0

  constructor (atOnce: number, mostWaiting: number) {
    this.#atOnce = atOnce
    this.#mostWaiting = mostWaiting
  }

  /**
   * @returns what lets the next one in: to be called once
   * @throws ScrutinError `service.busy` when too many wait already
   */
  async enter (): Promise<() => void> {
    if (this.#inside < this.#atOnce) this.#inside++
    else if (this.#waiting.length >= this.#mostWaiting) throw new ScrutinError('service.busy')
    // who leaves hands its place on
    else await new Promise<void>((resolve) => { this.#waiting.push(resolve) })
    return () => {
      const next = this.#waiting.shift()
      if (next === undefined) this.#inside--
      else next()
    }
  }

  async through<T> (work: () => Promise<T>): Promise<T> {
    const leave = await this.enter()
    try {
      return await work()
    } finally {
      leave()
    }
  }
}
