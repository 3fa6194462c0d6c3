/** World state as typed records. Reads are recorded by the ledger: each is a lock until the transaction commits. */
import type { ChaincodeStub } from 'fabric-shim-api'
import { canonicalBytes } from '../../protocol/src/canonical-json.ts'
import { toBase64url } from '../../protocol/src/bytes.ts'
import { ScrutinError } from '../../protocol/src/errors.ts'
import type { ExportedRecord } from '../../protocol/src/records.ts'

export interface StoredValue {
  readonly key: string
  readonly value: Uint8Array
}

export class WorldState {
  readonly #stub: ChaincodeStub

  constructor (stub: ChaincodeStub) {
    this.#stub = stub
  }

  async getBytes (key: string): Promise<Uint8Array | undefined> {
    const value = await this.#stub.getState(key)
    return value === undefined || value.length === 0 ? undefined : value
  }

  /** A record of a type that only this contract writes, in canonical JSON. */
  async get<T> (key: string): Promise<T | undefined> {
    const value = await this.getBytes(key)
    return value === undefined ? undefined : parseRecord<T>(key, value)
  }

  async exists (key: string): Promise<boolean> {
    return await this.getBytes(key) !== undefined
  }

  async put (key: string, record: unknown): Promise<void> {
    await this.#stub.putState(key, canonicalBytes(record))
  }

  async putBytes (key: string, value: Uint8Array): Promise<void> {
    await this.#stub.putState(key, value)
  }

  /** Up to `limit` keys from `start`, before `end`, in byte order; `more` says whether another followed. */
  async getRange (start: string, end: string, limit: number): Promise<{ values: StoredValue[], more: boolean }> {
    const iterator = await this.#stub.getStateByRange(start, end)
    const values: StoredValue[] = []
    try {
      for (;;) {
        const { value, done } = await iterator.next()
        if (value?.value !== undefined && value.key !== undefined) {
          if (values.length === limit) return { values, more: true }
          values.push({ key: value.key, value: value.value })
        }
        if (done) return { values, more: false }
      }
    } finally {
      await iterator.close()
    }
  }
}

export function parseRecord<T> (key: string, value: Uint8Array): T {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(value)) as T
  } catch (cause) {
    throw new ScrutinError('ledger.record', key, { cause })
  }
}

export function exportRecord ({ key, value }: StoredValue): ExportedRecord {
  return { key, value: toBase64url(value) }
}

/** The smallest key after `key` that a range can start with; no key of ours contains "!". */
export function keyAfter (key: string): string {
  return `${key}!`
}
