/** All records of an election as they stand in world state, page by page: what bundles are made of. */
import { type ExportedRecord, type RecordSection, recordSections } from '../../protocol/src/records.ts'
import type { Ledger } from './port.ts'

/** The contract's answers must fit into a gRPC message of 4 MiB. */
const pageBytes = 1_500_000
const firstPage = 10
const largestPage = 1000

/** The records of the given sections, in their order, as one peer has them. */
export async function * electionRecords (ledger: Ledger, electionId: string, sections: readonly RecordSection[] = recordSections): AsyncGenerator<ExportedRecord> {
  for (const section of sections) {
    let limit = firstPage
    for (let cursor: string | null = ''; cursor !== null;) {
      const page: { records: ExportedRecord[], cursor: string | null } = parse(await ledger.evaluate('readRecords', [electionId, section, cursor, String(limit)]))
      yield * page.records
      cursor = page.cursor
      const bytes = page.records.reduce((sum, { key, value }) => sum + key.length + value.length, 0)
      limit = Math.max(1, Math.min(largestPage, Math.floor(pageBytes * page.records.length / Math.max(bytes, 1))))
    }
  }
}

function parse<T> (bytes: Uint8Array): T {
  return JSON.parse(new TextDecoder().decode(bytes)) as T
}
