/** An election is announced: definition, entry in the list, and state, in one transaction. */
import { equalBytes } from '../../../protocol/src/bytes.ts'
import { electionId as idOf, timestampMs } from '../../../protocol/src/definition.ts'
import { encodeRecord, recordKeys } from '../../../protocol/src/records.ts'
import { type ElectionWrite, statusOf } from './election-write.ts'
import { demand, timeText } from './work.ts'

export function explainAnnouncement ({ work, definition, value }: ElectionWrite, time: string): void {
  demand(time === timeText(work.timeMs) && equalBytes(value, encodeRecord({ organiser: definition.organiser })), 'the announcement is not that of the definition')
}

export function explainDefinition (write: ElectionWrite): void {
  const { work, definition, election: { id } } = write
  write.by('organiser')
  write.ofMember(definition.organiser.mspId)
  demand(idOf(definition) === id, 'the definition is that of another election')
  demand(timestampMs(definition.ceremony.commitBy) > work.timeMs, 'it is announced too late')
  write.companion(recordKeys.announced(timeText(work.timeMs), id))
  demand(statusOf(write.companion(recordKeys.state(id))) === 'announced', 'a new election is not announced')
}
