/**
 * How many trackers the own peer's ledger holds of an election, while more are added: ballots in the box, or voters who
 * said that they found theirs. Those that stand there are read once for each election that somebody asks about; what
 * comes later is added from the events, which name them too. A tracker seen both ways counts once.
 */
import type { ContractEvent } from '../../ledger/src/port.ts'
import { BoundedCache } from './bounded-cache.ts'
import type { EventFeed } from './event-feed.ts'
import { parseTrackersEvent, type TrackersEventName } from './trackers-event.ts'

/** Elections that are remembered: 16 characters of each tracker. */
const mostElections = 16
/** 64 bits: among a million trackers two begin alike with a chance of 3 in 10^8. */
const charactersKept = 16

export interface TrackerList {
  readonly trackers: readonly string[]
  /** Where to go on; null at the end. */
  readonly cursor: string | null
}

export class LiveCount {
  readonly #eventName: TrackersEventName
  readonly #readPage: (electionId: string, cursor: string) => Promise<TrackerList>
  readonly #seen = new BoundedCache<Set<string>>(mostElections)
  readonly #reading = new Map<string, Promise<Set<string>>>()

  constructor (feed: EventFeed, eventName: TrackersEventName, readPage: (electionId: string, cursor: string) => Promise<TrackerList>) {
    this.#eventName = eventName
    this.#readPage = readPage
    feed.listen((event) => { this.#see(event) })
  }

  /** Throws what reading a page throws: `election.unknown`. */
  async of (electionId: string): Promise<number> {
    const underWay = this.#reading.get(electionId)
    if (underWay !== undefined) return (await underWay).size
    const known = this.#seen.get(electionId)
    if (known !== undefined) return known.size
    // it takes what comes from here on: nothing is lost between the pages and the events
    const seen = new Set<string>()
    this.#seen.set(electionId, seen)
    const reading = this.#readAll(electionId, seen).finally(() => { this.#reading.delete(electionId) })
    this.#reading.set(electionId, reading)
    try {
      return (await reading).size
    } catch (error) {
      this.#seen.delete(electionId)
      throw error
    }
  }

  async #readAll (electionId: string, seen: Set<string>): Promise<Set<string>> {
    let cursor: string | null = ''
    while (cursor !== null) {
      const page: TrackerList = await this.#readPage(electionId, cursor)
      for (const tracker of page.trackers) seen.add(tracker.slice(0, charactersKept))
      cursor = page.cursor
    }
    return seen
  }

  #see (event: ContractEvent): void {
    const named = parseTrackersEvent(this.#eventName, event)
    const seen = named === undefined ? undefined : this.#seen.get(named.electionId)
    if (named === undefined || seen === undefined) return
    for (const tracker of named.trackers) seen.add(tracker.slice(0, charactersKept))
  }
}
