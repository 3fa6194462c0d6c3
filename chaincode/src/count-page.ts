/**
 * The count, page by page in key order and resumable: a page starts where the
 * record of the last one stopped. Ordinary range reads, closed after the page: a
 * paginated query would forbid the write.
 */
import { slotRules } from '../../protocol/src/definition.ts'
import { ScrutinError } from '../../protocol/src/errors.ts'
import { type CountRecord, recordKeys, sectionRange } from '../../protocol/src/records.ts'
import { addToTally, emptyTally, tallyFromJson, tallyToJson } from '../../protocol/src/tally.ts'
import { changeStatus, readStoredElection, requireStatus } from './election-records.ts'
import { parseLimit, type Transaction } from './transaction.ts'
import { keyAfter } from './world-state.ts'

const mostAtOnce = 1000

export async function countPage (transaction: Transaction, electionId: string, limitText: string): Promise<{ complete: boolean, ballots: number }> {
  transaction.requireRole('gateway', 'organiser', 'trustee')
  const limit = parseLimit(limitText, mostAtOnce)
  const election = await readStoredElection(transaction, electionId)
  if (election.state.status === 'tallied') throw new ScrutinError('count.finished')
  requireStatus(election, 'closed')
  const rules = slotRules(election.definition)
  const before = await transaction.state.get<CountRecord>(recordKeys.count(electionId))
  const tally = before === undefined ? emptyTally(rules, election.definition.classes.length) : tallyFromJson(before)
  const cursor = before?.cursor ?? ''

  const { end } = sectionRange(electionId, 'ballot')
  const { values, more } = await transaction.state.getRange(keyAfter(recordKeys.ballot(electionId, cursor)), end, limit)
  const prefix = recordKeys.ballot(electionId, '').length
  const ballots = values.map(({ key, value }) => ({ credentialKey: key.slice(prefix), bytes: value }))
  const counted = addToTally(tally, rules, ballots)
  const record: CountRecord = { ...tallyToJson(counted), cursor: ballots.at(-1)?.credentialKey ?? cursor, complete: !more }
  await transaction.state.put(recordKeys.count(electionId), record)
  if (!more) await changeStatus(transaction, electionId, 'tallied')
  return { complete: !more, ballots: counted.frontier.size }
}
