/** What a simulated transaction read and wants to write: the input of the MVCC verdict, as in Fabric. */

/** The block and the index in it of the transaction that wrote a value last. */
export interface Version {
  readonly block: number
  readonly index: number
}

export interface KeyRead {
  readonly key: string
  /** Undefined when the key had no value. */
  readonly version: Version | undefined
}

export interface VersionedKey {
  readonly key: string
  readonly version: Version
}

export interface RangeRead {
  readonly startKey: string
  /** Exclusive end asked for ('' is open) when `exhausted`, else the last key read, inclusive. */
  readonly endKey: string
  readonly exhausted: boolean
  readonly reads: readonly VersionedKey[]
}

export interface KeyWrite {
  readonly key: string
  /** Undefined deletes the key. */
  readonly value: Uint8Array | undefined
}

export interface ReadWriteSet {
  readonly reads: readonly KeyRead[]
  readonly ranges: readonly RangeRead[]
  readonly writes: readonly KeyWrite[]
}
