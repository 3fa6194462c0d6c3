/** What a transaction read and wrote, as its endorsers signed it (ledger/rwset). */
import { ledger } from '@hyperledger/fabric-protos'
import { toHex } from '../../protocol/src/bytes.ts'
import * as shapes from './message-shapes.ts'
import { decodeAsGo } from './wire.ts'

const { rwset } = ledger
const { kvrwset } = rwset

/** Where a key was last written. */
export interface Version {
  readonly block: number
  readonly transaction: number
}

export interface Read {
  readonly key: string
  /** Undefined: there was no such key. */
  readonly version: Version | undefined
}

export interface RangeRead {
  readonly start: string
  /** Empty: to the end of the namespace. */
  readonly end: string
  /** False: the reader stopped at `end`, which is the last key it saw. */
  readonly exhausted: boolean
  /** All that was seen, or a summary of it. */
  readonly seen: readonly Read[] | MerkleSummary
}

export interface MerkleSummary {
  readonly maxDegree: number
  readonly maxLevel: number
  /** Hex. */
  readonly hashes: readonly string[]
}

export interface Write {
  readonly key: string
  /** Undefined: the key is deleted. An empty value deletes too, as in Fabric. */
  readonly value: Uint8Array | undefined
}

export interface CollectionSet {
  readonly name: string
  /** Keys are hashes, hex. */
  readonly reads: readonly Read[]
  readonly writes: readonly { readonly key: string, readonly deletes: boolean }[]
  readonly hasMetadata: boolean
}

export interface NamespaceSet {
  readonly namespace: string
  readonly reads: readonly Read[]
  readonly ranges: readonly RangeRead[]
  readonly writes: readonly Write[]
  /** Whether it sets policies for single keys. */
  readonly hasMetadata: boolean
  readonly collections: readonly CollectionSet[]
}

export function parseReadWriteSet (bytes: Uint8Array): NamespaceSet[] {
  const set = decodeAsGo('a read-write set', rwset.TxReadWriteSet, shapes.readWriteSet, bytes)
  return set.getNsRwsetList().map((entry) => {
    const kv = decodeAsGo('a read-write set', kvrwset.KVRWSet, shapes.keyValueSet, entry.getRwset_asU8())
    return {
      namespace: entry.getNamespace(),
      reads: kv.getReadsList().map(parseRead),
      ranges: kv.getRangeQueriesInfoList().map(parseRange),
      writes: kv.getWritesList().map((write) => {
        const value = write.getValue_asU8()
        return { key: write.getKey(), value: write.getIsDelete() || value.length === 0 ? undefined : value }
      }),
      hasMetadata: kv.getMetadataWritesList().length > 0,
      collections: entry.getCollectionHashedRwsetList().map(parseCollection),
    }
  })
}

function parseRead (read: ledger.rwset.kvrwset.KVRead): Read {
  return { key: read.getKey(), version: parseVersion(read.getVersion()) }
}

function parseVersion (version: ledger.rwset.kvrwset.Version | undefined): Version | undefined {
  if (version === undefined) return undefined
  // numbers that are not exact here are those of no block there is
  return { block: version.getBlockNum(), transaction: version.getTxNum() }
}

function parseRange (range: ledger.rwset.kvrwset.RangeQueryInfo): RangeRead {
  const summary = range.getReadsMerkleHashes()
  return {
    start: range.getStartKey(),
    end: range.getEndKey(),
    exhausted: range.getItrExhausted(),
    seen: summary === undefined
      ? range.getRawReads()?.getKvReadsList().map(parseRead) ?? []
      : { maxDegree: summary.getMaxDegree(), maxLevel: summary.getMaxLevel(), hashes: summary.getMaxLevelHashesList_asU8().map(toHex) },
  }
}

function parseCollection (collection: ledger.rwset.CollectionHashedReadWriteSet): CollectionSet {
  const set = decodeAsGo('a collection\'s read-write set', kvrwset.HashedRWSet, shapes.hashedSet, collection.getHashedRwset_asU8())
  return {
    name: collection.getCollectionName(),
    reads: set.getHashedReadsList().map((read) => ({ key: toHex(read.getKeyHash_asU8()), version: parseVersion(read.getVersion()) })),
    writes: set.getHashedWritesList().map((write) => ({ key: toHex(write.getKeyHash_asU8()), deletes: write.getIsDelete() || write.getIsPurge() })),
    hasMetadata: set.getMetadataWritesList().length > 0,
  }
}
