/** What follows the close: the count, its root, the decryptions and the result. */
import { parseCanonical } from '../../../protocol/src/canonical-json.ts'
import { ScrutinError } from '../../../protocol/src/errors.ts'
import { recordKeys } from '../../../protocol/src/records.ts'
import type { ElectionWrite } from './election-write.ts'
import { demand } from './work.ts'

export function explainCount (write: ElectionWrite): void {
  const { work, election, value } = write
  write.during('closed')
  write.by('gateway', 'organiser', 'trustee')
  const { size, cursor, complete } = readCount(value)
  demand(size <= election.ballotCount && size >= election.counted.size && cursor >= election.counted.cursor, 'a page of the count goes backwards, or past the box')
  demand(complete || size > election.counted.size, 'a page of the count counts nothing')
  demand(complete === work.writes.has(recordKeys.state(election.id)), 'the last page of the count comes without its step, or another with it')
}

/** Of the root, or of a partial decryption. */
export function explainAfterCount (write: ElectionWrite, index: number): void {
  write.during('tallied')
  write.byTrustee(index)
}

export function explainResult (write: ElectionWrite): void {
  write.during('tallied')
  write.by('gateway', 'organiser', 'trustee')
  write.bringsAbout('published')
}

/** How far a record of the count says it is. Throws `ledger.record`. */
export function readCount (value: Uint8Array): { size: number, cursor: string, complete: boolean } {
  const count = parseCanonical(value)
  if (typeof count === 'object' && count !== null && 'frontier' in count && 'cursor' in count && 'complete' in count) {
    const { frontier, cursor, complete } = count
    const size = typeof frontier === 'object' && frontier !== null && 'size' in frontier ? frontier.size : undefined
    if (typeof size === 'number' && Number.isSafeInteger(size) && typeof cursor === 'string' && typeof complete === 'boolean') return { size, cursor, complete }
  }
  throw new ScrutinError('ledger.record', 'count')
}
