/**
 * Casting: many ballots in one transaction, each with its own verdict. Nothing
 * is written for a ballot that is refused, so junk that names a voter's key
 * can't burn it. The reads of the election's state and of the credential's key
 * are the locks: ordered after the close, or twice, a cast dies by MVCC.
 */
import { ballotTracker, peekBallot } from '../../protocol/src/ballot-encoding.ts'
import { splitFrames } from '../../protocol/src/bytes.ts'
import { type BallotRules, ballotRules, checkBallots, type Verdict } from '../../protocol/src/check-ballots.ts'
import { cutOffMs, slotRules } from '../../protocol/src/definition.ts'
import { type ErrorCode, ScrutinError } from '../../protocol/src/errors.ts'
import { recordKeys } from '../../protocol/src/records.ts'
import { mostBallotBytesAtOnce, mostBallotsAtOnce } from '../../protocol/src/transaction-size.ts'
import { readOpening, readStoredElection, requireStatus, type StoredElection } from './election-records.ts'
import type { Transaction } from './transaction.ts'

export type CastVerdict =
  /** `recorded`: this very ballot was in the box before. */
  | { readonly accepted: true, readonly tracker: string, readonly credentialKey: string, readonly recorded: boolean }
  | { readonly accepted: false, readonly code: ErrorCode, readonly detail?: string }

export async function castBallots (transaction: Transaction, electionId: string): Promise<{ verdicts: CastVerdict[] }> {
  transaction.requireRole('gateway')
  const election = await readStoredElection(transaction, electionId)
  requireStatus(election, 'open')
  if (transaction.timeMs() > cutOffMs(election.definition)) throw new ScrutinError('election.too-late', 'voting has ended')
  const framed = transaction.transient('ballots')
  if (framed === undefined) throw new ScrutinError('input.malformed', 'the ballots must come as transient data')
  const ballots = splitFrames(framed, mostBallotsAtOnce)
  const total = ballots.reduce((sum, { length }) => sum + length, 0)
  if (total > mostBallotBytesAtOnce) throw new ScrutinError('input.too-large', `the ballots of one transaction have at most ${mostBallotBytesAtOnce} bytes together`)
  if (ballots.length === 0) throw new ScrutinError('input.malformed', 'there is no ballot')
  const rules = await rulesOf(transaction, election)
  const verdicts = await decideAndWrite(transaction, election, rules, ballots)
  refuseWhenNothingIsWritten(verdicts)
  return { verdicts }
}

async function decideAndWrite (transaction: Transaction, election: StoredElection, rules: BallotRules, ballots: readonly Uint8Array[]): Promise<CastVerdict[]> {
  const verdicts: (CastVerdict | undefined)[] = await Promise.all(ballots.map((bytes) => lookUp(transaction, election, rules, bytes)))
  const fresh = [...verdicts.keys()].filter((i) => verdicts[i] === undefined)
  const checked = checkBallots(rules, fresh.map((i) => ballots[i]!))
  const written = new Map<string, string>()
  for (const [n, i] of fresh.entries()) {
    const verdict = decideAmongBatch(checked[n]!, written)
    verdicts[i] = verdict
    if (!verdict.accepted || verdict.recorded) continue
    written.set(verdict.credentialKey, verdict.tracker)
    await transaction.state.putBytes(recordKeys.ballot(election.id, verdict.credentialKey), ballots[i]!)
    await transaction.state.put(recordKeys.tracker(election.id, verdict.tracker), { credentialKey: verdict.credentialKey })
  }
  if (written.size > 0) transaction.emit('ballots', { electionId: election.id, trackers: [...written.values()] })
  return verdicts as CastVerdict[]
}

/** A verdict for ballots whose credential has been used before; undefined for those to be checked. */
async function lookUp (transaction: Transaction, election: StoredElection, rules: BallotRules, bytes: Uint8Array): Promise<CastVerdict | undefined> {
  let credentialKey: string
  try {
    credentialKey = peekBallot(bytes).credentialKey
  } catch {
    return undefined // the check says what is wrong
  }
  const stored = await transaction.state.getBytes(recordKeys.ballot(election.id, credentialKey))
  if (stored === undefined) return undefined
  const tracker = ballotTracker(bytes, rules.questions)
  return ballotTracker(stored, rules.questions) === tracker
    ? { accepted: true, tracker, credentialKey, recorded: true }
    : { accepted: false, code: 'ballot.credential-used' }
}

/** The first valid ballot of a credential in the batch is the one. */
function decideAmongBatch (verdict: Verdict, written: ReadonlyMap<string, string>): CastVerdict {
  if (!verdict.accepted) return { accepted: false, code: verdict.code, ...(verdict.detail === undefined ? {} : { detail: verdict.detail }) }
  const { tracker, credentialKey } = verdict
  const earlier = written.get(credentialKey)
  if (earlier === undefined) return { accepted: true, tracker, credentialKey, recorded: false }
  return earlier === tracker ? { accepted: true, tracker, credentialKey, recorded: true } : { accepted: false, code: 'ballot.credential-used' }
}

/** A transaction that would write nothing is refused, so that it never reaches the orderers. */
function refuseWhenNothingIsWritten (verdicts: readonly CastVerdict[]): void {
  if (verdicts.some((verdict) => verdict.accepted && !verdict.recorded)) return
  if (verdicts.every((verdict) => verdict.accepted)) throw new ScrutinError('ballot.recorded')
  const [first] = verdicts
  if (verdicts.length === 1 && first !== undefined && !first.accepted) throw new ScrutinError(first.code, first.detail)
  throw new ScrutinError('ballot.none-accepted', JSON.stringify(verdicts))
}

// Decoding the keys costs more than a ballot; they never change once the election is open. Few elections are open at once.
const cachedRules = new Map<string, { readonly opening: string, readonly rules: BallotRules }>()
const mostCached = 32

async function rulesOf (transaction: Transaction, election: StoredElection): Promise<BallotRules> {
  const opening = await readOpening(transaction, election.id)
  const fingerprint = JSON.stringify(opening)
  const cached = cachedRules.get(election.id)
  if (cached?.opening === fingerprint) return cached.rules
  const rules = ballotRules(election.id, slotRules(election.definition), opening.electionKeys, opening.moduli)
  if (cachedRules.size >= mostCached) cachedRules.delete(cachedRules.keys().next().value!)
  cachedRules.set(election.id, { opening: fingerprint, rules })
  return rules
}
