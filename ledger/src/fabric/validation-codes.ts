import { peer } from '@hyperledger/fabric-protos'
import { ScrutinError } from '../../../protocol/src/errors.ts'

const names = new Map<number, string>(Object.entries(peer.TxValidationCode).map(([name, code]) => [code, name]))

export function validationCodeName (code: number): string {
  return names.get(code) ?? `code ${code}`
}

/** Why a transaction that was ordered changed nothing. */
export function invalidTransaction (transactionId: string, code: string): ScrutinError {
  const conflict = code === 'MVCC_READ_CONFLICT' || code === 'PHANTOM_READ_CONFLICT'
  return new ScrutinError(conflict ? 'ledger.conflict' : 'ledger.refused', `${code} in transaction ${transactionId}`)
}
