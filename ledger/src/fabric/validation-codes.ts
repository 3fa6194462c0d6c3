import { peer } from '@hyperledger/fabric-protos'
import { ScrutinError } from '../../../protocol/src/errors.ts'

const { TxValidationCode } = peer
const names = new Map<number, string>(Object.entries(TxValidationCode).map(([name, code]) => [code, name]))

export function isValid (code: number): boolean {
  return code === TxValidationCode.VALID
}

/** With other endorsers it may do better: one of the endorsements did not count. */
export function isForItsEndorsements (code: number): boolean {
  return code === TxValidationCode.ENDORSEMENT_POLICY_FAILURE
}

/** Why a transaction that was ordered changed nothing. */
export function invalidTransaction (transactionId: string, code: number): ScrutinError {
  const conflict = code === TxValidationCode.MVCC_READ_CONFLICT || code === TxValidationCode.PHANTOM_READ_CONFLICT
  return new ScrutinError(conflict ? 'ledger.conflict' : 'ledger.refused', `${names.get(code) ?? `code ${code}`} in transaction ${transactionId}`)
}
