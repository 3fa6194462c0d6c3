/** Voters who come one after the other and cast, whatever happens meanwhile to the members. */
import { setTimeout as sleep } from 'node:timers/promises'
import { ScrutinError } from '../../../../protocol/src/errors.ts'
import type { Receipt } from '../../../../protocol/src/receipt.ts'
import { castBallot } from '../../../../voter/src/cast-ballot.ts'
import type { GatewayClient } from '../../../../voter/src/gateway-client.ts'
import type { ElectionAtHand } from '../../../../voter/src/vote.ts'
import type { PreparedBallot } from './prepared-ballots.ts'

/** A voter goes on asking for a receipt this long. */
const patienceMilliseconds = 120_000
const receiptWithinMilliseconds = 15_000

export interface Acknowledged {
  readonly receipt: Receipt
  /** The gateway that gave it. */
  readonly gateway: string
  /** `performance.now()` */
  readonly at: number
}

export class SteadyVoting {
  readonly acknowledged: Acknowledged[] = []
  readonly refused: unknown[] = []
  /** A voter comes every so many milliseconds. */
  every: number
  readonly #at: ElectionAtHand
  readonly #gateways: readonly GatewayClient[]
  readonly #ballots: PreparedBallot[]
  #come = 0

  constructor (at: ElectionAtHand, gateways: readonly GatewayClient[], ballots: readonly PreparedBallot[], every: number) {
    this.every = every
    this.#at = at
    this.#gateways = gateways
    this.#ballots = [...ballots]
  }

  get waiting (): number {
    return this.#ballots.length
  }

  /** Does the work while voters come; then waits until all who came have their receipt. */
  async during<T> (work: () => Promise<T>): Promise<T> {
    const over = new AbortController()
    const casting: Promise<void>[] = []
    const coming = (async () => {
      while (!over.signal.aborted) {
        const ballot = this.#ballots.pop()
        if (ballot === undefined) return
        casting.push(this.cast(ballot))
        await sleep(this.every, undefined, { signal: over.signal }).catch(() => {})
      }
    })()
    try {
      return await work()
    } finally {
      over.abort()
      await coming
      await Promise.all(casting)
    }
  }

  /** Every member's gateway has its share of the voters; the others are tried when it fails, again and again. */
  async cast ({ bytes, tracker }: PreparedBallot): Promise<void> {
    const first = this.#come++
    const order = this.#gateways.map((_, i) => this.#gateways[(first + i) % this.#gateways.length]!)
    const { election, directory } = this.#at
    const deadline = performance.now() + patienceMilliseconds
    for (;;) {
      try {
        const { receipt, gateway } = await castBallot(election, directory, order, bytes, tracker, { timeoutMs: receiptWithinMilliseconds })
        this.acknowledged.push({ receipt, gateway: gateway.url, at: performance.now() })
        return
      } catch (error) {
        const again = error instanceof ScrutinError && error.code === 'receipt.missing' && performance.now() < deadline
        if (!again) {
          this.refused.push(error)
          return
        }
        await sleep(500)
      }
    }
  }
}
