/** The steps of an election that people or timers take: open, close, cancel, void. */
import { surelyPastMs } from '../../protocol/src/clock-skew.ts'
import { cutOffMs, timestampMs } from '../../protocol/src/definition.ts'
import { ScrutinError } from '../../protocol/src/errors.ts'
import { openingRecord } from '../../protocol/src/opening.ts'
import { recordKeys, type VoidVoteRecord } from '../../protocol/src/records.ts'
import { changeStatus, checkReason, readStoredElection, requireRegistrars, requireStatus } from './election-records.ts'
import type { Transaction } from './transaction.ts'
import { readKeys, requireTrials } from './try-decryption.ts'

/** Opens the voting and fixes all that ballots are checked against. */
export async function openElection (transaction: Transaction, electionId: string): Promise<Record<string, never>> {
  transaction.requireRole('organiser', 'gateway')
  const election = await readStoredElection(transaction, electionId)
  if (transaction.hasRole('organiser')) transaction.requireMsp(election.definition.organiser.mspId)
  requireStatus(election, 'keyed')
  const now = transaction.timeMs()
  if (now < timestampMs(election.definition.opensAt)) throw new ScrutinError('election.too-early', `it opens at ${election.definition.opensAt}`)
  if (now >= timestampMs(election.definition.closesAt)) throw new ScrutinError('election.too-late', 'the closing time has passed')
  const registrars = await requireRegistrars(transaction, election)
  const keys = await readKeys(transaction, electionId)
  await requireTrials(transaction, election, keys)
  await transaction.state.put(recordKeys.opening(electionId), openingRecord(keys, registrars.map(({ message }) => message)))
  await changeStatus(transaction, electionId, 'open')
  return {}
}

/**
 * Ends the voting. It must not read the box: the place of this transaction in the chain is where the box ends. Not before
 * the cut-off is past by the endorsers' clocks, whatever the sender's says: a ballot in time must not find it closed.
 */
export async function closeElection (transaction: Transaction, electionId: string): Promise<Record<string, never>> {
  transaction.requireRole('gateway', 'organiser')
  const election = await readStoredElection(transaction, electionId)
  requireStatus(election, 'open')
  if (transaction.timeMs() < surelyPastMs(cutOffMs(election.definition))) {
    if (!transaction.hasRole('organiser')) throw new ScrutinError('election.too-early', `it closes at ${election.definition.closesAt}`)
    transaction.requireMsp(election.definition.organiser.mspId)
    if (!election.definition.earlyClose) throw new ScrutinError('election.early-close')
  }
  await changeStatus(transaction, electionId, 'closed')
  return {}
}

/** Before voting opens, the organiser may withdraw the election. */
export async function cancelElection (transaction: Transaction, electionId: string, reason: string): Promise<Record<string, never>> {
  transaction.requireRole('organiser')
  const election = await readStoredElection(transaction, electionId)
  transaction.requireMsp(election.definition.organiser.mspId)
  requireStatus(election, 'announced', 'keyed')
  await changeStatus(transaction, electionId, 'cancelled', checkReason(reason))
  return {}
}

/** One member's vote that the election be void; with those of a majority it is, and nothing is ever decrypted. */
export async function voteVoid (transaction: Transaction, electionId: string, reason: string): Promise<{ votes: number, needed: number }> {
  transaction.requireRole('organiser')
  const election = await readStoredElection(transaction, electionId)
  const { members } = election.definition
  if (!members.includes(transaction.mspId)) throw new ScrutinError('access.msp')
  requireStatus(election, 'open', 'closed', 'tallied')
  const vote: VoidVoteRecord = { mspId: transaction.mspId, reason: checkReason(reason) }
  await transaction.state.put(recordKeys.voidVote(electionId, transaction.mspId), vote)
  const others = members.filter((mspId) => mspId !== transaction.mspId)
  const stored = await Promise.all(others.map((mspId) => transaction.state.get<VoidVoteRecord>(recordKeys.voidVote(electionId, mspId))))
  const votes = [vote, ...stored.filter((entry) => entry !== undefined)]
  const needed = Math.floor(members.length / 2) + 1
  if (votes.length >= needed) await changeStatus(transaction, electionId, 'void', votes.map((entry) => `${entry.mspId}: ${entry.reason}`).join('\n'))
  return { votes: votes.length, needed }
}
