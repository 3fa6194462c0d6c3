/** How many voters have looked their ballots up: each says so once, with the key that cast the ballot. Says nothing about the election, and changes nothing of it. */
import { isHex } from '../../protocol/src/bytes.ts'
import { ScrutinError } from '../../protocol/src/errors.ts'
import { recordKeys } from '../../protocol/src/records.ts'
import { assertVoterCheck, parseVoterChecks, type VoterCheck } from '../../protocol/src/voter-check.ts'
import { readStoredElection, requireStatus } from './election-records.ts'
import { parseArgument, parseLimit, type Transaction } from './transaction.ts'
import { keyAfter, parseRecord } from './world-state.ts'

const mostInPage = 1000

/** All or none are written, but for those that stand there already. `ballot.unknown` for a tracker that is in no box, `check.exists` when nothing is new. */
export async function recordVoterChecks (transaction: Transaction, electionId: string, checksText: string): Promise<{ recorded: number }> {
  transaction.requireRole('gateway')
  const election = await readStoredElection(transaction, electionId)
  requireStatus(election, 'open', 'closed', 'tallied', 'published')
  const checks = parseVoterChecks(parseArgument(checksText))
  const known = await Promise.all(checks.map(async ({ tracker }) => await transaction.state.exists(recordKeys.voterCheck(electionId, tracker))))
  const fresh = checks.filter((_, i) => known[i] !== true)
  if (fresh.length === 0) throw new ScrutinError('check.exists')
  for (const check of fresh) {
    const ballot = await transaction.state.get<{ credentialKey: string }>(recordKeys.tracker(electionId, check.tracker))
    if (ballot === undefined) throw new ScrutinError('ballot.unknown')
    assertVoterCheck(electionId, ballot.credentialKey, check)
    await transaction.state.put(recordKeys.voterCheck(electionId, check.tracker), { signature: check.signature })
  }
  transaction.emit('voter-checks', { electionId, trackers: fresh.map(({ tracker }) => tracker) })
  return { recorded: fresh.length }
}

/** In the order of their trackers. The cursor is the last one. */
export async function readVoterChecks (transaction: Transaction, electionId: string, cursor: string, limitText: string): Promise<{ checks: VoterCheck[], cursor: string | null }> {
  await readStoredElection(transaction, electionId)
  if (cursor !== '' && !isHex(cursor, 32)) throw new ScrutinError('input.malformed', 'cursor')
  const first = recordKeys.voterCheck(electionId, cursor)
  const { values, more } = await transaction.state.getRange(cursor === '' ? first : keyAfter(first), `${recordKeys.voterCheck(electionId, '')}g`, parseLimit(limitText, mostInPage))
  const checks = values.map(({ key, value }) => ({ tracker: key.slice(-64), ...parseRecord<{ signature: string }>(key, value) }))
  return { checks, cursor: more ? checks.at(-1)!.tracker : null }
}
