/** The bundle: every record of an election that can't change any more, page by page from the ledger. */
import { Value } from 'typebox/value'
import { bundleLines } from '../../protocol/src/bundle.ts'
import { fromBase64url } from '../../protocol/src/bytes.ts'
import { ScrutinError } from '../../protocol/src/errors.ts'
import { type ElectionStatus, type ExportedRecord, type RecordSection, recordSections } from '../../protocol/src/records.ts'
import { electionRecords } from '../../ledger/src/election-records.ts'
import type { Ledger } from '../../ledger/src/port.ts'
import { RecordPage, State } from './answers.ts'
import { finalStatuses } from './elections.ts'
import { readContract } from './read-contract.ts'

/** Which status has to be reached before a section is whole. Void and cancelled elections have all they will ever have. */
const wholeFrom: Readonly<Record<RecordSection, readonly ElectionStatus[]>> = {
  definition: ['announced', 'keyed', 'open', 'closed', 'tallied', 'published'],
  state: ['announced', 'keyed', 'open', 'closed', 'tallied', 'published'],
  ceremony: ['keyed', 'open', 'closed', 'tallied', 'published'],
  keys: ['keyed', 'open', 'closed', 'tallied', 'published'],
  registrar: ['open', 'closed', 'tallied', 'published'],
  opening: ['open', 'closed', 'tallied', 'published'],
  issuance: ['closed', 'tallied', 'published'],
  ballot: ['closed', 'tallied', 'published'],
  tracker: ['closed', 'tallied', 'published'],
  count: ['tallied', 'published'],
  decryption: ['published'],
  result: ['published'],
  'void-vote': ['published'],
}

export interface Bundle {
  /** Whether nothing will ever be added to it. */
  readonly isFinal: boolean
  readonly lines: AsyncGenerator<string>
}

/**
 * The state is read first and says which sections are whole: those can't change under the reader, so a bundle taken
 * of a live election is consistent, only shorter.
 */
export async function openBundle (ledger: Ledger, electionId: string): Promise<Bundle> {
  const { records: [state] } = await readContract(ledger, RecordPage, 'readRecords', [electionId, 'state', '', '1'])
  if (state === undefined) throw new ScrutinError('election.unknown')
  const status = statusOf(state)
  const isFinal = finalStatuses.has(status)
  const sections = recordSections.filter((section) => isFinal || wholeFrom[section].includes(status))
  return { isFinal, lines: bundleLines(electionId, records()) }

  async function * records (): AsyncGenerator<ExportedRecord> {
    for (const section of sections) {
      if (section === 'state') yield state!
      else yield * electionRecords(ledger, electionId, [section])
    }
  }
}

function statusOf (record: ExportedRecord): ElectionStatus {
  const state: unknown = JSON.parse(new TextDecoder().decode(fromBase64url(record.value)))
  if (!Value.Check(State, state)) throw new ScrutinError('ledger.record', record.key)
  return state.status
}
