/** The state that a replayed chain leads to, and how it is kept: in memory here, in a database where there is more of it. */
import type { Version } from './read-write-set.ts'

export interface StoredValue {
  readonly version: Version
  readonly value: Uint8Array
}

export interface StoredKey {
  readonly key: string
  readonly version: Version
}

/** Each namespace holds keys of its own. Order is byte order. */
export interface ChainStore {
  get (namespace: string, key: string): StoredValue | undefined
  put (namespace: string, key: string, version: Version, value: Uint8Array): void
  delete (namespace: string, key: string): void
  /** Keys from `start`, before `end` (empty: to the last), in order. Nothing may be written meanwhile. */
  keys (namespace: string, start: string, end: string): Iterable<StoredKey>
}

export function memoryStore (): ChainStore {
  const namespaces = new Map<string, { values: Map<string, StoredValue>, sorted: string[] | undefined }>()
  const namespace = (name: string) => {
    let found = namespaces.get(name)
    if (found === undefined) namespaces.set(name, found = { values: new Map(), sorted: undefined })
    return found
  }
  return {
    get: (name, key) => namespace(name).values.get(key),
    put (name, key, version, value) {
      const space = namespace(name)
      if (!space.values.has(key)) space.sorted = undefined
      space.values.set(key, { version, value })
    },
    delete (name, key) {
      const space = namespace(name)
      if (space.values.delete(key)) space.sorted = undefined
    },
    * keys (name, start, end) {
      const space = namespace(name)
      // keys are ASCII wherever SPEC.md explains them, so that code units are in byte order
      space.sorted ??= [...space.values.keys()].sort((a, b) => a < b ? -1 : 1)
      for (const key of space.sorted) {
        if (key < start) continue
        if (end !== '' && key >= end) return
        yield { key, version: space.values.get(key)!.version }
      }
    },
  }
}
