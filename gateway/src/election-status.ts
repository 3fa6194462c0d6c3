/** An election's state alone, as its record says it: the cheapest question to the ledger. */
import { Value } from 'typebox/value'
import { fromBase64url } from '../../protocol/src/bytes.ts'
import { ScrutinError } from '../../protocol/src/errors.ts'
import type { ElectionStatus, ExportedRecord } from '../../protocol/src/records.ts'
import type { Ledger } from '../../ledger/src/port.ts'
import { RecordPage, State } from './answers.ts'
import { readContract } from './read-contract.ts'

/** @throws ScrutinError `election.unknown` */
export async function readState (ledger: Ledger, electionId: string): Promise<ExportedRecord> {
  const { records: [state] } = await readContract(ledger, RecordPage, 'readRecords', [electionId, 'state', '', '1'])
  if (state === undefined) throw new ScrutinError('election.unknown')
  return state
}

export function statusOf (record: ExportedRecord): ElectionStatus {
  const state: unknown = JSON.parse(new TextDecoder().decode(fromBase64url(record.value)))
  if (!Value.Check(State, state)) throw new ScrutinError('ledger.record', record.key)
  return state.status
}
