import { createHash } from 'node:crypto'
import { canonicalBytes } from '../../../protocol/src/canonical-json.ts'
import type { ReadWriteSet, Version } from './read-write-set.ts'

/** A transaction that the contract has accepted in simulation, on its way into a block. */
export interface SimulatedTransaction {
  readonly transactionId: string
  readonly mspId: string
  readonly role: string
  /** Milliseconds since 1970, by the clock of the process that submits. */
  readonly timestamp: number
  readonly transaction: string
  readonly args: readonly string[]
  readonly readWriteSet: ReadWriteSet
  readonly event: { readonly name: string, readonly payload: Uint8Array } | undefined
  readonly result: Uint8Array
}

/**
 * What the block's data hash covers, as canonical JSON: all of the transaction except transient data.
 * Values, payload and result stand there as SHA-256; written values themselves are kept in the history.
 */
export function transactionRecord (transaction: SimulatedTransaction): Uint8Array {
  const { transactionId, mspId, role, timestamp, args, readWriteSet, event } = transaction
  return canonicalBytes({
    transactionId,
    creator: { mspId, role },
    timestamp,
    transaction: transaction.transaction,
    args: [...args],
    reads: readWriteSet.reads.map((read) => [read.key, read.version === undefined ? null : versionText(read.version)]),
    ranges: readWriteSet.ranges.map((range) => ({
      start: range.startKey,
      end: range.endKey,
      exhausted: range.exhausted,
      reads: range.reads.map((read) => [read.key, versionText(read.version)]),
    })),
    writes: readWriteSet.writes.map((write) => [write.key, write.value === undefined ? null : sha256Hex(write.value)]),
    event: event === undefined ? null : { name: event.name, payload: sha256Hex(event.payload) },
    result: sha256Hex(transaction.result),
  })
}

function versionText (version: Version): string {
  return `${version.block}:${version.index}`
}

function sha256Hex (bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex')
}
