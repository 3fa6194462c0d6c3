/**
 * Whether what a transaction read is still so when its turn comes (Fabric's
 * MVCC): versions of single keys, and that ranges hold the same keys still.
 */
import { ledger } from '@hyperledger/fabric-protos'
import { toHex } from '../../protocol/src/bytes.ts'
import type { ChainCrypto } from './chain-crypto.ts'
import type { ChainStore, StoredKey } from './chain-store.ts'
import type { MerkleSummary, NamespaceSet, RangeRead, Read, Version } from './read-write-set.ts'

const { KVRead, QueryReads, Version: WireVersion } = ledger.rwset.kvrwset

/** Where a chaincode's collection of hashed private keys stands in the store. */
export function collectionNamespace (namespace: string, collection: string): string {
  return `${namespace}$${collection}`
}

export type Conflict = 'none' | 'read' | 'range'

export class VersionCheck {
  readonly #crypto: ChainCrypto
  readonly #store: ChainStore
  /** Keys that the block at hand has written or deleted: nobody can have read them as they are now. */
  readonly #touched = new Set<string>()

  constructor (crypto: ChainCrypto, store: ChainStore) {
    this.#crypto = crypto
    this.#store = store
  }

  /** In the order in which Fabric looks, so that the verdict has the same name. */
  conflictOf (sets: readonly NamespaceSet[]): Conflict {
    for (const { namespace, reads, ranges, collections } of sets) {
      if (!reads.every((read) => this.#isCurrent(namespace, read))) return 'read'
      if (!ranges.every((range) => this.#isUnchanged(namespace, range))) return 'range'
      for (const collection of collections) {
        if (!collection.reads.every((read) => this.#isCurrent(collectionNamespace(namespace, collection.name), read))) return 'read'
      }
    }
    return 'none'
  }

  /** Applies the writes of a valid transaction. */
  apply (sets: readonly NamespaceSet[], version: Version): void {
    for (const { namespace, writes, collections } of sets) {
      for (const { key, value } of writes) this.#write(namespace, key, version, value)
      for (const { name, writes: hashed } of collections) {
        for (const { key, deletes } of hashed) this.#write(collectionNamespace(namespace, name), key, version, deletes ? undefined : new Uint8Array(0))
      }
    }
  }

  #write (namespace: string, key: string, version: Version, value: Uint8Array | undefined): void {
    this.#touched.add(`${namespace}\0${key}`)
    if (value === undefined) this.#store.delete(namespace, key)
    else this.#store.put(namespace, key, version, value)
  }

  #isCurrent (namespace: string, { key, version }: Read): boolean {
    return !this.#touched.has(`${namespace}\0${key}`) && isSame(this.#store.get(namespace, key)?.version, version)
  }

  #isUnchanged (namespace: string, range: RangeRead): boolean {
    const now = this.#keys(namespace, range)
    if ('maxDegree' in range.seen) return matchesSummary(this.#crypto, now, range.seen)
    let matched = 0
    for (const { key, version } of now) {
      const seen = range.seen[matched++]
      if (seen?.key !== key || !isSame(seen.version, version)) return false
    }
    return matched === range.seen.length
  }

  * #keys (namespace: string, { start, end, exhausted }: RangeRead): Generator<StoredKey> {
    yield * this.#store.keys(namespace, start, end)
    if (exhausted || end === '') return
    const last = this.#store.get(namespace, end)
    if (last !== undefined) yield { key: end, version: last.version }
  }
}

function isSame (a: Version | undefined, b: Version | undefined): boolean {
  return a?.block === b?.block && a?.transaction === b?.transaction
}

/**
 * Recomputes the tree that stands for a long range (Fabric's rwsetutil/query_results_helper.go): results are hashed by
 * maxDegree + 1 at a time, and so are the hashes, level by level.
 */
function matchesSummary (crypto: ChainCrypto, keys: Iterable<StoredKey>, { maxDegree, maxLevel, hashes }: MerkleSummary): boolean {
  if (maxDegree < 2) return false
  const levels: Uint8Array[][] = [[], []]
  const combine = (parts: readonly Uint8Array[]): Uint8Array => crypto.sha256(joined(parts))
  const add = (hash: Uint8Array): void => {
    levels[1]!.push(hash)
    for (let level = 1; levels[level]!.length > maxDegree; level++) {
      const parent = combine(levels[level]!)
      levels[level] = []
      ;(levels[level + 1] ??= []).push(parent)
    }
  }
  let pending: StoredKey[] = []
  for (const key of keys) {
    if (pending.push(key) <= maxDegree) continue
    add(hashOfReads(crypto, pending))
    pending = []
  }
  if (levels.length === 2 && levels[1]!.length === 0) return false // few enough to be listed: there is no tree
  if (pending.length > 0) add(hashOfReads(crypto, pending))
  let top = levels.length - 1
  for (let level = 1; level < top; level++) {
    const parts = levels[level]!
    if (parts.length > 0) levels[level + 1]!.push(parts.length === 1 ? parts[0]! : combine(parts))
  }
  if (levels[top]!.length > maxDegree) levels[++top] = [combine(levels[top - 1]!)]
  return top === maxLevel && levels[top]!.map(toHex).join() === hashes.join()
}

function hashOfReads (crypto: ChainCrypto, keys: readonly StoredKey[]): Uint8Array {
  const reads = new QueryReads()
  reads.setKvReadsList(keys.map(({ key, version: { block, transaction } }) => {
    const version = new WireVersion()
    version.setBlockNum(block)
    version.setTxNum(transaction)
    const read = new KVRead()
    read.setKey(key)
    read.setVersion(version)
    return read
  }))
  return crypto.sha256(reads.serializeBinary())
}

function joined (parts: readonly Uint8Array[]): Uint8Array {
  const all = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0))
  let offset = 0
  for (const part of parts) {
    all.set(part, offset)
    offset += part.length
  }
  return all
}
