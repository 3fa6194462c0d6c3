import type { RangeRead, ReadWriteSet, Version, VersionedKey } from './read-write-set.ts'

/** Fabric's names for the verdicts the embedded ledger can give. */
export type ValidationCode = 'VALID' | 'MVCC_READ_CONFLICT' | 'PHANTOM_READ_CONFLICT'

/** The state a transaction is checked against: what is committed, and the valid transactions before it in its block. */
export interface CurrentState {
  versionOf (key: string): Version | undefined
  /** In byte order of the keys; the end is exclusive ('' is open) unless `includeEnd`. */
  versionsInRange (startKey: string, endKey: string, includeEnd: boolean): Iterable<VersionedKey>
}

/**
 * Fabric's validation of one transaction (validateTx in core/ledger/kvledger/txmgmt/validation/validator.go):
 * first every read, then every range, each compared with the state the transaction would change.
 *
 * @param updatedInBlock keys written or deleted by earlier valid transactions of the same block
 */
export function validate (set: ReadWriteSet, state: CurrentState, updatedInBlock: ReadonlySet<string>): ValidationCode {
  for (const read of set.reads) {
    if (updatedInBlock.has(read.key) || !sameVersion(state.versionOf(read.key), read.version)) return 'MVCC_READ_CONFLICT'
  }
  for (const range of set.ranges) {
    if (!sameRange(range, state)) return 'PHANTOM_READ_CONFLICT'
  }
  return 'VALID'
}

function sameRange (range: RangeRead, state: CurrentState): boolean {
  let next = 0
  for (const current of state.versionsInRange(range.startKey, range.endKey, !range.exhausted)) {
    const read = range.reads[next++]
    if (read === undefined || read.key !== current.key || !sameVersion(read.version, current.version)) return false
  }
  return next === range.reads.length
}

function sameVersion (a: Version | undefined, b: Version | undefined): boolean {
  return a?.block === b?.block && a?.index === b?.index
}
