/**
 * The contract's events, read once from the own peer for all who want them: the last ones are kept, so that a client
 * which was away for a while goes on where it was.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import type { FastifyBaseLogger } from 'fastify'
import type { ContractEvent, Ledger } from '../../ledger/src/port.ts'

/** Where an event stands: `block:transaction:index`. A transaction of Fabric has one event at most, so the index is 0. */
export type EventId = string

export function eventId ({ blockNumber, index }: Pick<ContractEvent, 'blockNumber' | 'index'>): EventId {
  return `${blockNumber}:${index}:0`
}

export interface EventPlace {
  readonly blockNumber: bigint
  readonly index: number
}

/** Undefined for what is no id. */
export function parseEventId (id: string): EventPlace | undefined {
  const [, block, index] = /^(0|[1-9][0-9]{0,17}):(0|[1-9][0-9]{0,8}):0$/.exec(id) ?? []
  return block === undefined || index === undefined ? undefined : { blockNumber: BigInt(block), index: Number(index) }
}

export function isAfter (a: EventPlace, b: EventPlace): boolean {
  return a.blockNumber > b.blockNumber || (a.blockNumber === b.blockNumber && a.index > b.index)
}

const mostKept = 5000
const againMs = 1000

export class EventFeed {
  readonly #ledger: Ledger
  readonly #log: FastifyBaseLogger
  readonly #stop = new AbortController()
  readonly #listeners = new Set<(event: ContractEvent) => void>()
  #recent: ContractEvent[] = []
  /** Everything after this place is among the recent ones; undefined before the first look at the ledger. */
  #completeAfter: EventPlace | undefined
  #newest: EventPlace | undefined

  constructor (ledger: Ledger, log: FastifyBaseLogger) {
    this.#ledger = ledger
    this.#log = log
  }

  /** How many follow the events from outside. */
  clients = 0

  get signal (): AbortSignal {
    return this.#stop.signal
  }

  /** Ends after `stop`. A stream that breaks is taken up where it was. */
  async run (): Promise<void> {
    while (!this.#stop.signal.aborted) {
      try {
        if (this.#newest === undefined) {
          const { height } = await this.#ledger.status()
          this.#newest = this.#completeAfter = { blockNumber: height - 1n, index: Number.MAX_SAFE_INTEGER }
        }
        const from = this.#newest.index === Number.MAX_SAFE_INTEGER ? this.#newest.blockNumber + 1n : this.#newest.blockNumber
        for await (const event of this.#ledger.events({ from, signal: this.#stop.signal })) this.#take(event)
      } catch (err) {
        if (!this.#stop.signal.aborted) this.#log.warn({ err }, 'the blocks of the own peer cannot be followed at the moment')
      }
      await sleep(againMs, undefined, { signal: this.#stop.signal }).catch(() => undefined)
    }
  }

  stop (): void {
    this.#stop.abort()
  }

  /** Calls `listener` for every event from now on, until the function that is returned is called. */
  listen (listener: (event: ContractEvent) => void): () => void {
    this.#listeners.add(listener)
    return () => { this.#listeners.delete(listener) }
  }

  /** The place of the newest event, or of the block where the feed began; undefined while the ledger is out of reach. */
  get newest (): EventPlace | undefined {
    return this.#newest
  }

  /** The events after a place, oldest first; undefined when not all of them are kept any more. */
  after (place: EventPlace): readonly ContractEvent[] | undefined {
    if (this.#completeAfter === undefined || isAfter(this.#completeAfter, place)) return undefined
    let start = this.#recent.length
    while (start > 0 && isAfter(this.#recent[start - 1]!, place)) start--
    return this.#recent.slice(start)
  }

  #take (event: ContractEvent): void {
    if (this.#newest !== undefined && !isAfter(event, this.#newest)) return
    this.#newest = event
    this.#recent.push(event)
    if (this.#recent.length > 2 * mostKept) {
      const gone = this.#recent.splice(0, mostKept)
      this.#completeAfter = gone.at(-1)
    }
    for (const listener of this.#listeners) listener(event)
  }
}
