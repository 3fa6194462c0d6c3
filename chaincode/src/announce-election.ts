import { utf8ToBytes } from '../../protocol/src/bytes.ts'
import { electionId, parseDefinition, timestampMs } from '../../protocol/src/definition.ts'
import { ScrutinError } from '../../protocol/src/errors.ts'
import { recordKeys } from '../../protocol/src/records.ts'
import { changeStatus } from './election-records.ts'
import type { Transaction } from './transaction.ts'

/** Writes a definition under its own hash. The organiser's member must be the caller's. */
export async function announceElection (transaction: Transaction, definitionText: string): Promise<{ electionId: string }> {
  transaction.requireRole('organiser')
  const definition = parseDefinition(utf8ToBytes(definitionText))
  transaction.requireMsp(definition.organiser.mspId)
  if (timestampMs(definition.ceremony.commitBy) <= transaction.timeMs()) throw new ScrutinError('election.too-late', 'the first deadline of the ceremony has passed')
  const id = electionId(definition)
  if (await transaction.state.exists(recordKeys.definition(id))) throw new ScrutinError('election.exists')
  await transaction.state.put(recordKeys.definition(id), definition)
  await transaction.state.put(recordKeys.announced(transaction.timeText(), id), { organiser: definition.organiser })
  await changeStatus(transaction, id, 'announced')
  return { electionId: id }
}
