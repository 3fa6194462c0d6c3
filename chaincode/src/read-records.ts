/** Everything that may be read: by anyone with an identity of the consortium, and through the gateways by anyone. */
import { ballotTracker } from '../../protocol/src/ballot-encoding.ts'
import { isHex, toBase64url } from '../../protocol/src/bytes.ts'
import type { CeremonyRound } from '../../protocol/src/ceremony.ts'
import type { Definition } from '../../protocol/src/definition-schema.ts'
import { slotRules } from '../../protocol/src/definition.ts'
import { ScrutinError } from '../../protocol/src/errors.ts'
import {
  type CountRecord, type ExportedRecord, isRecordSection, type KeysRecord, type OpeningRecord, recordKeys, type RegistrarMessage, type ResultRecord,
  sectionRange, type SignedCeremonyMessage, type SignedIssuance, type StateRecord,
} from '../../protocol/src/records.ts'
import { readRegistrars, readStoredElection } from './election-records.ts'
import { readSignedRound } from './run-ceremony.ts'
import { parseArgument, parseLimit, type Transaction } from './transaction.ts'
import { exportRecord, keyAfter, parseRecord } from './world-state.ts'

const mostInPage = 1000

export interface ElectionView {
  readonly electionId: string
  readonly definition: Definition
  readonly state: StateRecord
  readonly keys: KeysRecord | null
  readonly registrars: readonly (RegistrarMessage | null)[]
  readonly opening: OpeningRecord | null
  readonly count: CountRecord | null
  readonly result: ResultRecord | null
  /** Which trustees have posted what. */
  readonly ceremony: { readonly commit: readonly number[], readonly deal: readonly number[], readonly confirm: readonly number[], readonly complaint: readonly number[] }
  /** The trustees who have decrypted on trial, signed the box's root, decrypted. */
  readonly trials: readonly number[]
  readonly rootStatements: readonly number[]
  readonly decryptions: readonly number[]
}

export async function readElection (transaction: Transaction, electionId: string): Promise<ElectionView> {
  const election = await readStoredElection(transaction, electionId)
  const { state } = transaction
  const present = (list: readonly unknown[]): number[] => [...list.keys()].filter((i) => list[i] !== undefined)
  const registrars = await readRegistrars(transaction, election)
  const posted = async (keyOf: (electionId: string, trustee: number) => string): Promise<number[]> =>
    present(await Promise.all(election.definition.trustees.map((_, i) => state.getBytes(keyOf(electionId, i)))))
  return {
    electionId,
    definition: election.definition,
    state: election.state,
    keys: await state.get<KeysRecord>(recordKeys.keys(electionId)) ?? null,
    registrars: registrars.map((registrar) => registrar?.message ?? null),
    opening: await state.get<OpeningRecord>(recordKeys.opening(electionId)) ?? null,
    count: await state.get<CountRecord>(recordKeys.count(electionId)) ?? null,
    result: await state.get<ResultRecord>(recordKeys.result(electionId)) ?? null,
    ceremony: {
      commit: present(await readSignedRound(transaction, election, 'commit')),
      deal: present(await readSignedRound(transaction, election, 'deal')),
      confirm: present(await readSignedRound(transaction, election, 'confirm')),
      complaint: present(await readSignedRound(transaction, election, 'complaint')),
    },
    trials: await posted(recordKeys.trial),
    rootStatements: await posted(recordKeys.boxRoot),
    decryptions: await posted(recordKeys.decryption),
  }
}

export interface ElectionList {
  readonly elections: readonly { readonly electionId: string, readonly announcedAt: string }[]
  readonly cursor: string | null
}

/** In the order of their announcement. The cursor is "<time>/<id>" of the last one. */
export async function readElections (transaction: Transaction, cursor: string, limitText: string): Promise<ElectionList> {
  const start = cursor === '' ? 'announced/' : keyAfter(`announced/${cursor}`)
  const { values, more } = await transaction.state.getRange(start, 'announced0', parseLimit(limitText, mostInPage))
  const names = values.map(({ key }) => key.slice('announced/'.length))
  const elections = names.map((name) => ({ electionId: name.slice(name.indexOf('/') + 1), announcedAt: name.slice(0, name.indexOf('/')) }))
  return { elections, cursor: more ? names.at(-1)! : null }
}

export interface BallotView {
  readonly tracker: string
  readonly credentialKey: string
  /** The ballot's bytes, base64url. */
  readonly ballot: string
}

export interface RecordedBallot extends BallotView {
  /** The transaction that wrote it. */
  readonly transactionId: string
}

export async function readBallotByTracker (transaction: Transaction, electionId: string, tracker: string): Promise<RecordedBallot> {
  const entry = isHex(tracker, 32) ? await transaction.state.get<{ credentialKey: string }>(recordKeys.tracker(electionId, tracker)) : undefined
  if (entry === undefined) throw new ScrutinError('ballot.unknown')
  return await readBallotByCredential(transaction, electionId, entry.credentialKey)
}

export async function readBallotByCredential (transaction: Transaction, electionId: string, credentialKey: string): Promise<RecordedBallot> {
  const { definition } = await readStoredElection(transaction, electionId)
  const key = recordKeys.ballot(electionId, credentialKey)
  const bytes = isHex(credentialKey, 32) ? await transaction.state.getBytes(key) : undefined
  if (bytes === undefined) throw new ScrutinError('ballot.unknown')
  const [first] = await readChanges(transaction, key)
  return { tracker: ballotTracker(bytes, slotRules(definition)), credentialKey, ballot: toBase64url(bytes), transactionId: first!.transactionId }
}

export interface FoundBallot {
  readonly tracker: string
  /** The transaction that wrote it. */
  readonly transactionId: string
}

/** What stands in the box under each of these credential keys (a JSON array): for who cast many at once and lost sight of the outcome. */
export async function findBallots (transaction: Transaction, electionId: string, credentialKeysText: string): Promise<{ found: (FoundBallot | null)[] }> {
  const { definition } = await readStoredElection(transaction, electionId)
  const credentialKeys = parseArgument(credentialKeysText)
  if (!Array.isArray(credentialKeys) || credentialKeys.length > mostInPage || !credentialKeys.every((key) => isHex(key, 32))) {
    throw new ScrutinError('input.malformed', `expected at most ${mostInPage} credential keys`)
  }
  const rules = slotRules(definition)
  return {
    found: await Promise.all(credentialKeys.map(async (credentialKey: string) => {
      const key = recordKeys.ballot(electionId, credentialKey)
      const bytes = await transaction.state.getBytes(key)
      if (bytes === undefined) return null
      const [first] = await readChanges(transaction, key)
      return { tracker: ballotTracker(bytes, rules), transactionId: first!.transactionId }
    }))
  }
}

/** Which transaction wrote the ballot of each of these trackers (a JSON array); null for those that are not in the box. */
export async function findTrackers (transaction: Transaction, electionId: string, trackersText: string): Promise<{ transactionIds: (string | null)[] }> {
  await readStoredElection(transaction, electionId)
  const trackers = parseArgument(trackersText)
  if (!Array.isArray(trackers) || trackers.length > mostInPage || !trackers.every((tracker) => isHex(tracker, 32))) {
    throw new ScrutinError('input.malformed', `expected at most ${mostInPage} trackers`)
  }
  return {
    transactionIds: await Promise.all(trackers.map(async (tracker: string) => {
      const key = recordKeys.tracker(electionId, tracker)
      if (await transaction.state.getBytes(key) === undefined) return null
      const [first] = await readChanges(transaction, key)
      return first!.transactionId
    })),
  }
}

export async function readBallots (transaction: Transaction, electionId: string, cursor: string, limitText: string): Promise<{ ballots: BallotView[], cursor: string | null }> {
  const { definition } = await readStoredElection(transaction, electionId)
  if (cursor !== '' && !isHex(cursor, 32)) throw new ScrutinError('input.malformed', 'cursor')
  const rules = slotRules(definition)
  const { end } = sectionRange(electionId, 'ballot')
  const { values, more } = await transaction.state.getRange(keyAfter(recordKeys.ballot(electionId, cursor)), end, parseLimit(limitText, mostInPage))
  const prefix = recordKeys.ballot(electionId, '').length
  const ballots = values.map(({ key, value }) => ({ credentialKey: key.slice(prefix), tracker: ballotTracker(value, rules), ballot: toBase64url(value) }))
  return { ballots, cursor: more ? ballots.at(-1)!.credentialKey : null }
}

/** Hex digits that a tracker may be looked up by: fewer tell less about whose it is. */
const trackerStart = /^[0-9a-f]{0,8}$/

export interface TrackerView {
  readonly tracker: string
  readonly credentialKey: string
}

/** The trackers that begin so (all with ''), in their order. The cursor is the last one. */
export async function readTrackers (transaction: Transaction, electionId: string, start: string, cursor: string, limitText: string): Promise<{ trackers: TrackerView[], cursor: string | null }> {
  await readStoredElection(transaction, electionId)
  if (!trackerStart.test(start) || !(cursor === '' || (isHex(cursor, 32) && cursor.startsWith(start)))) throw new ScrutinError('input.malformed', 'start or cursor')
  const first = recordKeys.tracker(electionId, start)
  // 'g' follows the last hex digit
  const { values, more } = await transaction.state.getRange(cursor === '' ? first : keyAfter(recordKeys.tracker(electionId, cursor)), `${first}g`, parseLimit(limitText, mostInPage))
  const trackers = values.map(({ key, value }) => ({ tracker: key.slice(-64), ...parseRecord<{ credentialKey: string }>(key, value) }))
  return { trackers, cursor: more ? trackers.at(-1)!.tracker : null }
}

/** The ballots whose trackers begin so: a voter finds the own one among others, and the question doesn't tell which it is. The cursor is the last tracker. */
export async function readBallotsByTracker (transaction: Transaction, electionId: string, start: string, cursor: string, limitText: string): Promise<{ ballots: BallotView[], cursor: string | null }> {
  const page = await readTrackers(transaction, electionId, start, cursor, limitText)
  const ballots = await Promise.all(page.trackers.map(async (found) => {
    const key = recordKeys.ballot(electionId, found.credentialKey)
    const bytes = await transaction.state.getBytes(key)
    if (bytes === undefined) throw new ScrutinError('ledger.record', key)
    return { ...found, ballot: toBase64url(bytes) }
  }))
  return { ballots, cursor: page.cursor }
}

/** Raw records of one section, for bundles. The cursor is the last key. */
export async function readRecords (
  transaction: Transaction, electionId: string, section: string, cursor: string, limitText: string
): Promise<{ records: ExportedRecord[], cursor: string | null }> {
  if (!isHex(electionId, 32) || !isRecordSection(section)) throw new ScrutinError('input.malformed', 'no such section')
  const { start, end } = sectionRange(electionId, section)
  if (cursor !== '' && !(cursor >= start && cursor < end)) throw new ScrutinError('input.malformed', 'cursor')
  const { values, more } = await transaction.state.getRange(cursor === '' ? start : keyAfter(cursor), end, parseLimit(limitText, mostInPage))
  return { records: values.map(exportRecord), cursor: more ? values.at(-1)!.key : null }
}

export async function readIssuance (transaction: Transaction, electionId: string, registrarText: string, leaf: string): Promise<SignedIssuance> {
  const isAddress = isHex(electionId, 32) && /^[0-9]{1,2}$/.test(registrarText) && isHex(leaf, 32)
  const issuance = isAddress ? await transaction.state.get<SignedIssuance>(recordKeys.issuance(electionId, Number(registrarText), leaf)) : undefined
  if (issuance === undefined) throw new ScrutinError('issuance.not-found')
  return issuance
}

export interface CeremonyView {
  readonly commits: readonly (SignedCeremonyMessage | null)[]
  readonly deals: readonly (SignedCeremonyMessage | null)[]
  readonly confirms: readonly (SignedCeremonyMessage | null)[]
  readonly complaints: readonly (SignedCeremonyMessage | null)[]
}

export async function readCeremony (transaction: Transaction, electionId: string): Promise<CeremonyView> {
  const election = await readStoredElection(transaction, electionId)
  const read = async (round: CeremonyRound): Promise<(SignedCeremonyMessage | null)[]> =>
    (await readSignedRound(transaction, election, round)).map((entry) => entry ?? null)
  return { commits: await read('commit'), deals: await read('deal'), confirms: await read('confirm'), complaints: await read('complaint') }
}

export async function readResult (transaction: Transaction, electionId: string): Promise<ResultRecord> {
  await readStoredElection(transaction, electionId)
  const result = await transaction.state.get<ResultRecord>(recordKeys.result(electionId))
  if (result === undefined) throw new ScrutinError('result.unknown')
  return result
}

export interface HistoryEntry {
  readonly transactionId: string
  readonly timestamp: string
  readonly state: StateRecord
}

export async function readHistory (transaction: Transaction, electionId: string): Promise<{ history: HistoryEntry[] }> {
  await readStoredElection(transaction, electionId)
  const key = recordKeys.state(electionId)
  const changes = await readChanges(transaction, key)
  return { history: changes.map(({ value, ...rest }) => ({ ...rest, state: parseRecord<StateRecord>(key, value) })) }
}

/** All writes of a key, oldest first. */
async function readChanges (transaction: Transaction, key: string): Promise<{ transactionId: string, timestamp: string, value: Uint8Array }[]> {
  const iterator = await transaction.history(key)
  const changes: { transactionId: string, timestamp: string, value: Uint8Array }[] = []
  try {
    for (;;) {
      const { value, done } = await iterator.next()
      if (value?.txId !== undefined) {
        const ms = Number(value.timestamp.seconds) * 1000 + Math.floor(value.timestamp.nanos / 1_000_000)
        changes.push({ transactionId: value.txId, timestamp: new Date(ms).toISOString(), value: value.value })
      }
      if (done) break
    }
  } finally {
    await iterator.close()
  }
  // Fabric lists the newest first.
  return changes.reverse()
}
