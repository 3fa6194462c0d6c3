/**
 * How many ballots are in the box while the vote is on: never more than that. The trackers that stand there are read once
 * for each election that somebody asks about; what comes later is added from the events, which name them too. A tracker
 * seen both ways counts once.
 */
import type { Static } from 'typebox'
import type { ContractEvent, Ledger } from '../../ledger/src/port.ts'
import { TrackerPage } from './answers.ts'
import { parseBallotsEvent } from './ballots-event.ts'
import { BoundedCache } from './bounded-cache.ts'
import type { EventFeed } from './event-feed.ts'
import { readContract } from './read-contract.ts'

/** Elections whose boxes are remembered: 16 characters of each tracker. */
const mostElections = 16
/** 64 bits: among a million ballots two begin alike with a chance of 3 in 10^8. */
const charactersKept = 16
const pageLimit = '1000'

export class Turnout {
  readonly #ledger: Ledger
  readonly #boxes = new BoundedCache<Set<string>>(mostElections)
  readonly #reading = new Map<string, Promise<Set<string>>>()

  constructor (ledger: Ledger, feed: EventFeed) {
    this.#ledger = ledger
    feed.listen((event) => { this.#see(event) })
  }

  /** Ballots in the box of the own peer; `election.unknown`. */
  async ballots (electionId: string): Promise<number> {
    if (this.#reading.has(electionId)) return (await this.#reading.get(electionId)!).size
    const known = this.#boxes.get(electionId)
    if (known !== undefined) return known.size
    // it takes what comes from here on: nothing is lost between the pages and the events
    const box = new Set<string>()
    this.#boxes.set(electionId, box)
    const reading = this.#read(electionId, box).finally(() => { this.#reading.delete(electionId) })
    this.#reading.set(electionId, reading)
    try {
      return (await reading).size
    } catch (error) {
      this.#boxes.delete(electionId)
      throw error
    }
  }

  async #read (electionId: string, box: Set<string>): Promise<Set<string>> {
    let cursor: string | null = ''
    while (cursor !== null) {
      const page: Static<typeof TrackerPage> = await readContract(this.#ledger, TrackerPage, 'readTrackers', [electionId, '', cursor, pageLimit])
      for (const { tracker } of page.trackers) box.add(tracker.slice(0, charactersKept))
      cursor = page.cursor
    }
    return box
  }

  #see (event: ContractEvent): void {
    const cast = parseBallotsEvent(event)
    const box = cast === undefined ? undefined : this.#boxes.get(cast.electionId)
    if (cast === undefined || box === undefined) return
    for (const tracker of cast.trackers) box.add(tracker.slice(0, charactersKept))
  }
}
