/**
 * Whether SPEC.md explains what a valid transaction writes: that a key of this
 * form exists, that its writer may write it, and that it may be written now.
 * What a record must say besides, of the audited election, `verifyElection`
 * checks at the end. Each kind of record has its rules in `explain/`.
 */
import { peekBallot } from '../../protocol/src/ballot-encoding.ts'
import { parseCanonical } from '../../protocol/src/canonical-json.ts'
import { parseDefinition } from '../../protocol/src/definition.ts'
import { ScrutinError } from '../../protocol/src/errors.ts'
import { parseSignedIssuance } from '../../protocol/src/messages.ts'
import { recordKeys } from '../../protocol/src/records.ts'
import type { ChainStore } from './chain-store.ts'
import { contractName, lifecycleNamespace } from './contract-definition.ts'
import { ElectionHistory } from './election-history.ts'
import { explainAnnouncement, explainDefinition } from './explain/announcement.ts'
import { explainBallot, explainTracker } from './explain/ballots.ts'
import { explainBooth } from './explain/booth.ts'
import { explainKeys, explainRound, explainTrial } from './explain/ceremony.ts'
import { explainContract } from './explain/contract.ts'
import { explainAfterCount, explainCount, explainResult, readCount } from './explain/count.ts'
import { explainDirectory } from './explain/directory.ts'
import { ElectionWrite, statusOf } from './explain/election-write.ts'
import { explainOpening, explainState, explainVoidVote } from './explain/life-cycle.ts'
import { explainIssuance, explainModulus, explainRegistrar } from './explain/registrars.ts'
import { explainVoterCheck } from './explain/voter-checks.ts'
import { demand, type PlacedWrite, placeWrites, Unexplained, type Work } from './explain/work.ts'
import { type ValidTransaction, writesPublicly, writesSomething } from './judge-transaction.ts'
import type { ElectionPath, LedgerPath } from './ledger-paths.ts'

export class WriteExplainer {
  readonly #store: ChainStore
  readonly #elections = new Map<string, ElectionHistory>()

  constructor (store: ChainStore) {
    this.#store = store
  }

  /** How many keys were written; or what is not explained. To be asked before the writes are applied. */
  explain ({ envelope, action, creator }: ValidTransaction): { writes: number, problem: string | undefined } {
    // what a member's peers write to its own collection alone is its own affair
    const writing = action.sets.some(writesPublicly) ? action.sets.filter(writesSomething) : []
    const writes = writing.reduce((sum, set) => sum + set.writes.length, 0)
    try {
      for (const set of writing) {
        demand(!set.hasMetadata && set.collections.every(({ hasMetadata }) => !hasMetadata), 'it sets a policy for a single key')
        demand(set.namespace === action.chaincode, `a transaction of ${action.chaincode} writes to ${set.namespace}`)
        if (set.namespace === lifecycleNamespace) {
          explainContract(set)
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
      const { path, key, value } = write
      if (!rewritable.has(path.kind)) demand(this.#store.get(contractName, key) === undefined, `${key} was written before`)
      if (path.kind === 'directory') explainDirectory(this.#store, work, path.name, value)
      else if (path.kind === 'booth') explainBooth(work, path.mspId, value)
      else if (path.kind === 'modulus') explainModulus(work, key, value)
      else explainOfElection(path, this.#placeInElection({ ...write, path }, work), this.#store)
    }
    // what was explained is remembered only when all of it was
    for (const { path, value } of work.writes.values()) if ('electionId' in path) this.#remember(path, value)
  }

  #placeInElection (write: PlacedWrite<ElectionPath>, work: Work): ElectionWrite {
    const { electionId, kind } = write.path
    const announcement = work.writes.get(recordKeys.definition(electionId))
    const election = announcement === undefined ? this.#elections.get(electionId) : new ElectionHistory(electionId, parseDefinition(announcement.value))
    demand(election !== undefined, `there is no election ${electionId}`)
    demand(announcement !== undefined || kind !== 'announced', 'an election is announced without its definition')
    return new ElectionWrite(write, work, election, announcement !== undefined)
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
      case 'announced': case 'definition': case 'keys': case 'trial': case 'opening': case 'result': case 'confirm': case 'complaint': case 'decryption': case 'box-root': case 'tracker': case 'voter-check': break
    }
  }
}

/** All else is written once. A confirmation is renewed when a complaint has changed who is qualified; an entry of the directory, or a word on a booth, by a later one. */
const rewritable: ReadonlySet<LedgerPath['kind']> = new Set(['state', 'count', 'void-vote', 'confirm', 'directory', 'booth'])

function explainOfElection (path: ElectionPath, write: ElectionWrite, store: ChainStore): void {
  switch (path.kind) {
    case 'announced': explainAnnouncement(write, path.time); break
    case 'definition': explainDefinition(write); break
    case 'state': explainState(write); break
    case 'commit': case 'deal': case 'confirm': case 'complaint': explainRound(write, path.kind, path.index); break
    case 'keys': explainKeys(write); break
    case 'trial': explainTrial(write, path.index); break
    case 'registrar': explainRegistrar(write, path.index); break
    case 'opening': explainOpening(write); break
    case 'issuance': explainIssuance(write, path.index, path.name); break
    case 'ballot': explainBallot(write, path.name); break
    case 'tracker': explainTracker(write); break
    case 'count': explainCount(write); break
    case 'box-root': case 'decryption': explainAfterCount(write, path.index); break
    case 'result': explainResult(write); break
    case 'void-vote': explainVoidVote(write, path.name); break
    case 'voter-check': explainVoterCheck(store, write, path.name); break
  }
}
