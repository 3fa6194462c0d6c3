/**
 * Follows the events of the own peer's blocks and knows where the ballots of the last ones stand: a statement of inclusion
 * rests on that. What came before the start, or long ago, is asked of the peer.
 */
import type { ContractEvent, Ledger } from '../../../ledger/src/port.ts'
import { BoundedCache } from '../bounded-cache.ts'
import type { EventFeed } from '../event-feed.ts'
import { Gate } from '../gate.ts'
import { parseTrackersEvent } from '../trackers-event.ts'
import { findTransactions } from './find-transactions.ts'
import { ballotName } from './queued-ballot.ts'

export interface Standing {
  readonly transactionId: string
  /** Decimal. */
  readonly blockNumber: string
}

const mostRemembered = 200_000
/** So long a ballot that may just have been committed is waited for before the peer is asked. */
const blockLagMs = 500
/** Questions to the peer that run at the same time; casting asks it too. */
const mostQuestions = 2
const mostQuestionsWaiting = 50

export class BoxWatch {
  readonly #ledger: Ledger
  readonly #feed: EventFeed
  readonly #signal: AbortSignal
  readonly #standings = new BoundedCache<Standing>(mostRemembered)
  readonly #waiting = new Map<string, Set<() => void>>()
  readonly #gate = new Gate(mostQuestions, mostQuestionsWaiting)

  constructor (ledger: Ledger, feed: EventFeed) {
    this.#ledger = ledger
    this.#feed = feed
    this.#signal = feed.signal
    feed.listen((event) => { this.#see(event) })
    feed.signal.addEventListener('abort', () => {
      for (const waiters of this.#waiting.values()) for (const wake of waiters) wake()
    })
  }

  /**
   * Where these ballots stand on the own peer, in order; undefined for those that it has not got after so many milliseconds.
   *
   * @param blockNumber the block that they stand in, as another member says
   */
  async find (electionId: string, trackers: readonly string[], waitMs: number, blockNumber?: bigint): Promise<(Standing | undefined)[]> {
    const until = performance.now() + waitMs
    const { newest } = this.#feed
    // a peer that is behind is busy: each question would hold it up more than the block that brings the answer
    const isComing = blockNumber !== undefined && newest !== undefined && newest.blockNumber < blockNumber
    await this.#allCome(electionId, trackers, isComing ? until : Math.min(until, performance.now() + blockLagMs))
    const missing = trackers.filter((tracker) => this.#known(electionId, tracker) === undefined)
    if (missing.length > 0 && !isComing) {
      await this.#ask(electionId, missing)
      await this.#allCome(electionId, missing, until)
    }
    return trackers.map((tracker) => this.#known(electionId, tracker))
  }

  #known (electionId: string, tracker: string): Standing | undefined {
    return this.#standings.get(ballotName({ electionId, tracker }))
  }

  async #allCome (electionId: string, trackers: readonly string[], until: number): Promise<void> {
    for (const tracker of trackers) {
      if (this.#signal.aborted) return
      if (this.#known(electionId, tracker) === undefined && !await this.#comes(ballotName({ electionId, tracker }), until)) return
    }
  }

  #see (event: ContractEvent): void {
    const cast = parseTrackersEvent('ballots', event)
    if (cast === undefined) return
    const standing = { transactionId: event.transactionId, blockNumber: event.blockNumber.toString() }
    for (const tracker of cast.trackers) this.#remember(ballotName({ electionId: cast.electionId, tracker }), standing)
  }

  #remember (name: string, standing: Standing): void {
    this.#standings.set(name, standing)
    for (const wake of this.#waiting.get(name) ?? []) wake()
  }

  async #comes (name: string, until: number): Promise<boolean> {
    return await new Promise((resolve) => {
      const waiters = this.#waiting.get(name) ?? new Set()
      this.#waiting.set(name, waiters)
      const settle = (isThere: boolean): void => {
        clearTimeout(timer)
        waiters.delete(wake)
        if (waiters.size === 0) this.#waiting.delete(name)
        resolve(isThere)
      }
      const wake = (): void => { settle(true) }
      const timer = setTimeout(() => { settle(false) }, Math.max(0, until - performance.now()))
      waiters.add(wake)
    })
  }

  async #ask (electionId: string, trackers: readonly string[]): Promise<void> {
    await this.#gate.through(async () => {
      const transactionIds = await findTransactions(this.#ledger, electionId, trackers)
      const blocks = new Map<string, string | undefined>()
      for (const [i, tracker] of trackers.entries()) {
        const transactionId = transactionIds[i]
        if (transactionId === undefined) continue
        if (!blocks.has(transactionId)) blocks.set(transactionId, (await this.#ledger.locate(transactionId))?.blockNumber.toString())
        const blockNumber = blocks.get(transactionId)
        if (blockNumber !== undefined) this.#remember(ballotName({ electionId, tracker }), { transactionId, blockNumber })
      }
    })
  }
}
