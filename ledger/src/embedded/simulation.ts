import type { KeyRead, KeyWrite, RangeRead, ReadWriteSet, VersionedKey } from './read-write-set.ts'
import type { HistoryEntry, Snapshot, StateEntry } from './snapshot.ts'

/**
 * A Fabric peer hands a range to the contract in batches of this many entries and looks one entry ahead.
 * The phantom check covers what the peer read, so the batches decide what it covers.
 */
const batchSize = 100

/** One run of a transaction against a snapshot: its reads see the snapshot only, its writes are collected. */
export class Simulation {
  readonly #snapshot: Snapshot
  readonly #reads = new Map<string, KeyRead>()
  readonly #ranges: RangeScan[] = []
  readonly #writes = new Map<string, KeyWrite>()
  #paginated = false

  constructor (snapshot: Snapshot) {
    this.#snapshot = snapshot
  }

  get (key: string): Uint8Array | undefined {
    const entry = this.#snapshot.get(key)
    this.#reads.set(key, { key, version: entry?.version })
    return entry?.value
  }

  /** An empty value deletes the key, as in Fabric. */
  put (key: string, value: Uint8Array | undefined): void {
    if (key === '') throw new Error('a key of the world state is not empty')
    if (this.#paginated) throw new Error('a transaction that used a paginated query must not write')
    this.#writes.set(key, { key, value: value === undefined || value.length === 0 ? undefined : Uint8Array.from(value) })
  }

  range (startKey: string, endKey: string): RangeScan {
    const scan = new RangeScan(this.#snapshot, startKey, endKey)
    this.#ranges.push(scan)
    return scan
  }

  /** A page and the key that follows it ('' at the end). */
  page (startKey: string, endKey: string, size: number): { entries: StateEntry[], next: string } {
    if (this.#writes.size > 0) throw new Error('a transaction that writes must not use a paginated query')
    this.#paginated = true
    const entries = this.#snapshot.range(startKey, endKey, size + 1)
    const next = entries.length > size ? entries.pop()?.key ?? '' : ''
    return { entries, next }
  }

  history (key: string): HistoryEntry[] {
    return this.#snapshot.history(key)
  }

  /** Reads and writes sorted by key, as Fabric does. */
  readWriteSet (): ReadWriteSet {
    return {
      reads: [...this.#reads.values()].sort(byKey),
      ranges: this.#ranges.map((scan) => scan.rangeRead()),
      writes: [...this.#writes.values()].sort(byKey),
    }
  }
}

/** A range read as a Fabric peer does it: ahead of the contract, batch by batch. */
export class RangeScan {
  readonly #snapshot: Snapshot
  readonly #startKey: string
  readonly #endKey: string
  readonly #read: VersionedKey[] = []
  #batch: StateEntry[] = []
  #ahead: StateEntry | undefined
  #exhausted = false

  constructor (snapshot: Snapshot, startKey: string, endKey: string) {
    this.#snapshot = snapshot
    this.#startKey = startKey
    this.#endKey = endKey
    this.#fetch()
  }

  next (): StateEntry | undefined {
    if (this.#batch.length === 0 && !this.#exhausted) this.#fetch()
    return this.#batch.shift()
  }

  rangeRead (): RangeRead {
    return {
      startKey: this.#startKey,
      endKey: this.#exhausted ? this.#endKey : this.#read.at(-1)?.key ?? this.#endKey,
      exhausted: this.#exhausted,
      reads: this.#read,
    }
  }

  #fetch (): void {
    const ahead = this.#ahead
    const wanted = ahead === undefined ? batchSize + 1 : batchSize
    // '\0' makes the smallest key that is greater
    const found = this.#snapshot.range(ahead === undefined ? this.#startKey : `${ahead.key}\0`, this.#endKey, wanted)
    for (const { key, version } of found) this.#read.push({ key, version })
    this.#batch = ahead === undefined ? found : [ahead, ...found]
    this.#ahead = undefined
    if (found.length < wanted) this.#exhausted = true
    else this.#ahead = this.#batch.pop()
  }
}

function byKey (a: { key: string }, b: { key: string }): number {
  return Buffer.compare(Buffer.from(a.key), Buffer.from(b.key))
}
