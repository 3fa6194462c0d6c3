/**
 * Whether SPEC.md explains what a valid transaction writes: that a key of this
 * form exists, that its writer may write it, and that it may be written now.
 * What a record must say besides, of the audited election, `verifyElection`
 * checks at the end.
 */
import { equalBytes } from '../../protocol/src/bytes.ts'
import { ballotTracker, peekBallot } from '../../protocol/src/ballot-encoding.ts'
import { parseCanonical } from '../../protocol/src/canonical-json.ts'
import { modulusHash, parseModulus } from '../../protocol/src/credential.ts'
import { electionId as idOf, cutOffMs, parseDefinition, timestampMs } from '../../protocol/src/definition.ts'
import { ScrutinError } from '../../protocol/src/errors.ts'
import { parseDirectoryEntry, parseRegistrarMessage, parseSigned, parseSignedIssuance } from '../../protocol/src/messages.ts'
import { type ElectionStatus, encodeRecord, recordKeys } from '../../protocol/src/records.ts'
import { assertSigned } from '../../protocol/src/signed-message.ts'
import { tags } from '../../protocol/src/tagged-hash.ts'
import { parseState } from '../../protocol/src/verify-state.ts'
import type { ChainStore } from './chain-store.ts'
import { contractName, definitionKeys, lifecycleNamespace } from './contract-definition.ts'
import { ElectionHistory } from './election-history.ts'
import type { ValidTransaction } from './judge-transaction.ts'
import { type ElectionPath, type LedgerPath, parsePath } from './ledger-paths.ts'
import type { NamespaceSet } from './read-write-set.ts'

/** A transaction that writes what SPEC.md does not explain. */
class Unexplained extends Error {}

function demand (condition: boolean, detail: string): asserts condition {
  if (!condition) throw new Unexplained(detail)
}

interface PlacedWrite<Path extends LedgerPath = LedgerPath> {
  readonly path: Path
  readonly key: string
  readonly value: Uint8Array
}

/** One transaction's writes to the contract's namespace. */
interface Work {
  readonly mspId: string
  readonly role: string
  readonly timeMs: number
  readonly writes: ReadonlyMap<string, PlacedWrite>
}

type Role = 'gateway' | 'registrar' | 'trustee' | 'organiser'

export class WriteExplainer {
  readonly #store: ChainStore
  readonly #elections = new Map<string, ElectionHistory>()

  constructor (store: ChainStore) {
    this.#store = store
  }

  /** How many keys were written; or what is not explained. To be asked before the writes are applied. */
  explain ({ envelope, action, creator }: ValidTransaction): { writes: number, problem: string | undefined } {
    const writing = action.sets.filter(({ writes, hasMetadata, collections }) => writes.length > 0 || hasMetadata || collections.some((collection) => collection.writes.length > 0 || collection.hasMetadata))
    const writes = writing.reduce((sum, set) => sum + set.writes.length, 0)
    try {
      for (const set of writing) {
        demand(!set.hasMetadata && set.collections.every(({ hasMetadata }) => !hasMetadata), 'it sets a policy for a single key')
        demand(set.namespace === action.chaincode, `a transaction of ${action.chaincode} writes to ${set.namespace}`)
        if (set.namespace === lifecycleNamespace) {
          demand(creator.kind === 'admin', `a ${creator.kind} changes what is said of contracts`)
          explainLifecycle(set, creator.mspId)
        } else {
          demand(set.namespace === contractName && set.collections.length === 0, `it writes to ${set.namespace} and its collections`)
          this.#explainWork({ mspId: creator.mspId, role: creator.role ?? '', timeMs: envelope.timestampMs, writes: placeWrites(set) })
        }
      }
      return { writes, problem: undefined }
    } catch (error) {
      if (!(error instanceof Unexplained) && !(error instanceof ScrutinError)) throw error
      return { writes, problem: error.message }
    }
  }

  /** Elections with ballots in the block just replayed, and what is wrong with their issuances. */
  * uncoveredBallots (): Generator<{ ballots: number, problem: string | undefined }> {
    for (const election of this.#elections.values()) {
      if (!election.hasNewBallots) continue
      election.hasNewBallots = false
      const found = election.uncovered()
      yield {
        ballots: election.ballotCount,
        problem: found && `election ${election.id}: ${found.ballots} ballots of class ${election.definition.classes[found.classIndex]!.id}, registrar ${found.registrar + 1} had issued ${found.issued} credentials`,
      }
    }
  }

  #explainWork (work: Work): void {
    for (const write of work.writes.values()) {
      const { path } = write
      if (path.kind === 'directory') this.#explainDirectory(work, write.value, path.name)
      else if (path.kind === 'modulus') this.#explainModulus(work, write.key, write.value)
      else this.#explainOfElection(work, { ...write, path })
    }
    // what was explained is remembered only when all of it was
    for (const { path, value } of work.writes.values()) if ('electionId' in path) this.#remember(path, value)
  }

  #explainDirectory ({ role, mspId }: Work, value: Uint8Array, name: string): void {
    const signed = parseSigned(parseCanonical(value))
    const entry = parseDirectoryEntry(signed.message)
    demand(name === `${entry.kind}/${entry.key}`, 'an entry of the directory stands under another key')
    demand(role === entry.kind && mspId === entry.mspId, `a ${role || 'nobody'} of ${mspId} writes the entry of a ${entry.kind} of ${entry.mspId}`)
    assertSigned(tags.directoryEntry, new Uint8Array(0), entry.key, signed)
    const before = this.#store.get(contractName, recordKeys.directory(entry.kind, entry.key))
    const last = before === undefined ? 0 : parseDirectoryEntry(parseSigned(parseCanonical(before.value)).message).sequence
    demand(entry.sequence > last, `entry ${entry.sequence} of the directory follows entry ${last}`)
  }

  /** A used modulus stands beside the message that brings it, and says what it says. */
  #explainModulus (work: Work, key: string, value: Uint8Array): void {
    demand(!this.#exists(key), 'a modulus comes twice')
    for (const { path, value: message } of work.writes.values()) {
      if (path.kind !== 'registrar') continue
      for (const modulus of parseRegistrarMessage(parseSigned(parseCanonical(message)).message).moduli) {
        const expected = encodeRecord({ electionId: path.electionId, registrar: path.index, modulus })
        if (key === recordKeys.modulus(modulusHash(parseModulus(modulus))) && equalBytes(value, expected)) return
      }
    }
    throw new Unexplained('a modulus is in no registrar\'s message')
  }

  #explainOfElection (work: Work, write: PlacedWrite<ElectionPath>): void {
    const { path, key, value } = write
    const { electionId } = path
    const announcement = work.writes.get(recordKeys.definition(electionId))
    const election = announcement === undefined ? this.#elections.get(electionId) : new ElectionHistory(electionId, parseDefinition(announcement.value))
    demand(election !== undefined, `there is no election ${electionId}`)
    const { definition } = election
    const isNew = announcement !== undefined
    demand(isNew || path.kind !== 'announced', 'an election is announced without its definition')
    if (!rewritable.has(path.kind)) demand(!this.#exists(key), `${key} was written before`)
    const during = (...statuses: readonly ElectionStatus[]): void => { demand(!isNew && statuses.includes(election.status), `${path.kind} is written while the election is ${isNew ? 'new' : election.status}`) }
    const by = (...roles: readonly Role[]): void => { demand(roles.some((role) => role === work.role), `${path.kind} is written by a ${work.role || 'client without a role'}`) }
    const ofMember = (mspId: string | undefined): void => { demand(work.mspId === mspId, `${path.kind} is written by ${work.mspId}, not by ${mspId ?? 'any member'}`) }
    const until = (timeMs: number): void => { demand(work.timeMs <= timeMs, `${path.kind} is written too late`) }
    const companion = (record: string): Uint8Array => {
      const found = work.writes.get(record)
      demand(found !== undefined, `${path.kind} is written without ${record}`)
      return found.value
    }

    switch (path.kind) {
      case 'announced':
        demand(path.time === timeText(work.timeMs) && equalBytes(value, encodeRecord({ organiser: definition.organiser })), 'the announcement is not that of the definition')
        break
      case 'definition':
        by('organiser')
        ofMember(definition.organiser.mspId)
        demand(idOf(definition) === electionId, 'the definition is that of another election')
        demand(timestampMs(definition.ceremony.commitBy) > work.timeMs, 'it is announced too late')
        companion(recordKeys.announced(timeText(work.timeMs), electionId))
        demand(statusOf(companion(recordKeys.state(electionId))) === 'announced', 'a new election is not announced')
        break
      case 'state':
        this.#explainState(work, election, isNew, value)
        break
      case 'commit': case 'deal': case 'confirm': case 'complaint':
        during('announced')
        by('trustee')
        ofMember(definition.trustees[path.index]?.mspId)
        until(timestampMs({ commit: definition.ceremony.commitBy, deal: definition.ceremony.dealBy, confirm: definition.ceremony.confirmBy, complaint: definition.ceremony.confirmBy }[path.kind]))
        demand(path.kind === 'commit' || election.posted.commit.size === definition.trustees.length, `a ${path.kind} comes before all commitments`)
        demand(path.kind === 'commit' || path.kind === 'deal' || election.posted.deal.size === definition.trustees.length, `a ${path.kind} comes before all contributions`)
        break
      case 'keys':
        during('announced')
        by('trustee')
        demand(statusOf(companion(recordKeys.state(electionId))) === 'keyed', 'the keys come without the step they are for')
        break
      case 'trial':
        during('keyed')
        by('trustee')
        ofMember(definition.trustees[path.index]?.mspId)
        break
      case 'registrar':
        during('announced', 'keyed')
        by('registrar')
        ofMember(definition.registrars[path.index]?.mspId)
        for (const modulus of parseRegistrarMessage(parseSigned(parseCanonical(value)).message).moduli) companion(recordKeys.modulus(modulusHash(parseModulus(modulus))))
        break
      case 'opening':
        during('keyed')
        by('organiser', 'gateway')
        demand(election.posted.registrar.size === definition.registrars.length, 'it is opened before every registrar is prepared')
        demand(statusOf(companion(recordKeys.state(electionId))) === 'open', 'the opening comes without the step it is for')
        break
      case 'issuance': {
        during('keyed', 'open')
        by('registrar')
        ofMember(definition.registrars[path.index]?.mspId)
        until(definition.issuing.endsAt === null ? cutOffMs(definition) : timestampMs(definition.issuing.endsAt))
        demand(election.posted.registrar.size === definition.registrars.length, 'a credential is issued before every registrar is prepared')
        const { registrar, place } = parseSignedIssuance(parseCanonical(value)).message
        demand(registrar === path.index && place.commitment === path.name && place.classIndex < definition.classes.length, 'an issuance stands under another key')
        break
      }
      case 'ballot': {
        during('open')
        by('gateway')
        until(cutOffMs(definition))
        const ballot = peekBallot(value)
        demand(ballot.electionId === electionId && ballot.credentialKey === path.name && ballot.classIndex < definition.classes.length, 'a ballot stands under another key')
        const tracker = companion(recordKeys.tracker(electionId, ballotTracker(value, election.rules)))
        demand(equalBytes(tracker, encodeRecord({ credentialKey: path.name })), 'a tracker names another ballot')
        break
      }
      case 'tracker': {
        during('open')
        by('gateway')
        const named = [...work.writes.values()].some((other) => other.path.kind === 'ballot' && other.path.electionId === electionId && equalBytes(value, encodeRecord({ credentialKey: other.path.name })))
        demand(named, 'a tracker comes without its ballot')
        break
      }
      case 'count': {
        during('closed')
        by('gateway', 'organiser', 'trustee')
        const { size, cursor, complete } = readCount(value)
        demand(size <= election.ballotCount && size >= election.counted.size && cursor >= election.counted.cursor, 'a page of the count goes backwards, or past the box')
        demand(complete || size > election.counted.size, 'a page of the count counts nothing')
        demand(complete === work.writes.has(recordKeys.state(electionId)), 'the last page of the count comes without its step, or another with it')
        break
      }
      case 'box-root':
        during('tallied')
        by('trustee')
        ofMember(definition.trustees[path.index]?.mspId)
        break
      case 'decryption':
        during('tallied')
        by('trustee')
        ofMember(definition.trustees[path.index]?.mspId)
        break
      case 'result':
        during('tallied')
        by('gateway', 'organiser', 'trustee')
        demand(statusOf(companion(recordKeys.state(electionId))) === 'published', 'the result comes without the step it is for')
        break
      case 'void-vote':
        during('open', 'closed', 'tallied')
        by('organiser')
        ofMember(path.name)
        demand(definition.members.includes(path.name), `${path.name} is no member of this election`)
        break
    }
  }

  /** The steps of the life cycle: from where, by whom, and with which record beside it. */
  #explainState ({ role, mspId, timeMs, writes }: Work, { id, definition, status: before, posted, voidVotes }: ElectionHistory, isNew: boolean, value: Uint8Array): void {
    const { status, at, by } = parseState(parseCanonical(value))
    demand(at === timeText(timeMs), `the state says it was reached at ${at}, the transaction is of ${timeText(timeMs)}`)
    demand(by === mspId, `the state says ${by} reached it, the transaction is of ${mspId}`)
    const step = `${isNew ? 'new' : before} → ${status}`
    const isOrganiser = role === 'organiser' && mspId === definition.organiser.mspId
    const isAny = role === 'gateway' || role === 'trustee' || role === 'organiser'
    const writesOf = (kind: LedgerPath['kind']): boolean => [...writes.values()].some(({ path }) => path.kind === kind && 'electionId' in path && path.electionId === id)
    const has = (condition: boolean): void => { demand(condition, `${step} by a ${role || 'client without a role'} of ${mspId} at ${at} is no step of the life cycle`) }
    switch (step) {
      case 'new → announced': has(isOrganiser && writesOf('definition')); break
      case 'announced → keyed': has(role === 'trustee' && writesOf('keys') && writesOf('confirm')); break
      case 'announced → cancelled': has(isOrganiser || (role === 'trustee' && writesOf('complaint')) || (isAny && timeMs > roundDeadline())); break
      case 'keyed → cancelled': has(isOrganiser); break
      case 'keyed → open': has((isOrganiser || role === 'gateway') && writesOf('opening') && timestampMs(definition.opensAt) <= timeMs && timeMs < timestampMs(definition.closesAt)); break
      case 'open → closed': has(timeMs >= cutOffMs(definition) ? role === 'gateway' || role === 'organiser' : isOrganiser && definition.earlyClose); break
      case 'closed → tallied': has(isAny && writesOf('count')); break
      case 'tallied → published': has(isAny && writesOf('result')); break
      case 'open → void': case 'closed → void': case 'tallied → void':
        has(role === 'organiser' && writesOf('void-vote') && 2 * new Set([...voidVotes, mspId]).size > definition.members.length)
        break
      default: throw new Unexplained(`${step} is no step of the life cycle`)
    }

    /** When the first round that is not complete ends. */
    function roundDeadline (): number {
      const { commitBy, dealBy, confirmBy } = definition.ceremony
      const all = definition.trustees.length
      return timestampMs(posted.commit.size < all ? commitBy : posted.deal.size < all ? dealBy : confirmBy)
    }
  }

  #remember (path: ElectionPath, value: Uint8Array): void {
    if (path.kind === 'definition') this.#elections.set(path.electionId, new ElectionHistory(path.electionId, parseDefinition(value)))
    const election = this.#elections.get(path.electionId)
    if (election === undefined) return
    switch (path.kind) {
      case 'state': election.status = statusOf(value); break
      case 'commit': case 'deal': case 'registrar': election.posted[path.kind].add(path.index); break
      case 'issuance': {
        const { registrar, place } = parseSignedIssuance(parseCanonical(value)).message
        election.issued[registrar]![place.classIndex]!++
        break
      }
      case 'ballot':
        election.ballots[peekBallot(value).classIndex]!++
        election.hasNewBallots = true
        break
      case 'count': election.counted = readCount(value); break
      case 'void-vote': election.voidVotes.add(path.name); break
      case 'announced': case 'definition': case 'keys': case 'trial': case 'opening': case 'result': case 'confirm': case 'complaint': case 'decryption': case 'box-root': case 'tracker': break
    }
  }

  #exists (key: string): boolean {
    return this.#store.get(contractName, key) !== undefined
  }
}

/** All else is written once. A confirmation is renewed when a complaint has changed who is qualified. */
const rewritable: ReadonlySet<LedgerPath['kind']> = new Set(['state', 'count', 'void-vote', 'confirm'])

function placeWrites ({ writes }: NamespaceSet): Map<string, PlacedWrite> {
  const placed = new Map<string, PlacedWrite>()
  for (const { key, value } of writes) {
    demand(value !== undefined, `${key} is deleted`)
    demand(!placed.has(key), `${key} is written twice by one transaction`)
    const path = parsePath(key)
    demand(path !== undefined, `no key of the ledger is explained to be ${JSON.stringify(key)}`)
    placed.set(key, { path, key, value })
  }
  return placed
}

/** Approvals stand in the member's own collection; a definition is public, and of the one contract. */
function explainLifecycle ({ writes, collections }: NamespaceSet, mspId: string): void {
  for (const { key, value } of writes) demand(value !== undefined && definitionKeys.includes(key), `no key of the lifecycle is explained to be ${JSON.stringify(key)}`)
  for (const { name, writes: hashed } of collections) demand(hashed.length === 0 || name === `_implicit_org_${mspId}`, `${mspId} writes to the collection ${name}`)
}

function statusOf (value: Uint8Array): ElectionStatus {
  return parseState(parseCanonical(value)).status
}

function readCount (value: Uint8Array): { size: number, cursor: string, complete: boolean } {
  const count = parseCanonical(value)
  if (typeof count === 'object' && count !== null && 'frontier' in count && 'cursor' in count && 'complete' in count) {
    const { frontier, cursor, complete } = count
    const size = typeof frontier === 'object' && frontier !== null && 'size' in frontier ? frontier.size : undefined
    if (typeof size === 'number' && Number.isSafeInteger(size) && typeof cursor === 'string' && typeof complete === 'boolean') return { size, cursor, complete }
  }
  throw new ScrutinError('ledger.record', 'count')
}

function timeText (timeMs: number): string {
  demand(timeMs <= 8.64e15, 'the transaction has no time')
  return new Date(timeMs).toISOString()
}
