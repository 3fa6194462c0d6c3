/** A write to a record of an election, with what must hold of it: when, by whom, and beside which others. */
import type { Definition } from '../../../protocol/src/definition-schema.ts'
import { type ElectionStatus, recordKeys } from '../../../protocol/src/records.ts'
import { parseState } from '../../../protocol/src/verify-state.ts'
import { parseCanonical } from '../../../protocol/src/canonical-json.ts'
import type { ElectionHistory } from '../election-history.ts'
import type { ElectionPath, LedgerPath } from '../ledger-paths.ts'
import { demand, type PlacedWrite, type Role, type Work } from './work.ts'

/** All methods throw `Unexplained`. */
export class ElectionWrite {
  readonly #kind: string
  readonly key: string
  readonly value: Uint8Array
  readonly work: Work
  /** As it was before this transaction. */
  readonly election: ElectionHistory
  /** Whether this transaction announces the election. */
  readonly isNew: boolean

  constructor ({ path, key, value }: PlacedWrite<ElectionPath>, work: Work, election: ElectionHistory, isNew: boolean) {
    this.#kind = path.kind
    this.key = key
    this.value = value
    this.work = work
    this.election = election
    this.isNew = isNew
  }

  get definition (): Definition {
    return this.election.definition
  }

  during (...statuses: readonly ElectionStatus[]): void {
    const { status } = this.election
    demand(!this.isNew && statuses.includes(status), `${this.#kind} is written while the election is ${this.isNew ? 'new' : status}`)
  }

  by (...roles: readonly Role[]): void {
    const { role } = this.work
    demand(roles.some((allowed) => allowed === role), `${this.#kind} is written by a ${role || 'client without a role'}`)
  }

  ofMember (mspId: string | undefined): void {
    demand(this.work.mspId === mspId, `${this.#kind} is written by ${this.work.mspId}, not by ${mspId ?? 'any member'}`)
  }

  /** By the trustee of this index. */
  byTrustee (index: number): void {
    this.by('trustee')
    this.ofMember(this.definition.trustees[index]?.mspId)
  }

  /** By the registrar of this index. */
  byRegistrar (index: number): void {
    this.by('registrar')
    this.ofMember(this.definition.registrars[index]?.mspId)
  }

  until (timeMs: number): void {
    demand(this.work.timeMs <= timeMs, `${this.#kind} is written too late`)
  }

  /** What the transaction writes to another key as well. */
  companion (key: string): Uint8Array {
    const found = this.work.writes.get(key)
    demand(found !== undefined, `${this.#kind} is written without ${key}`)
    return found.value
  }

  /** The transaction takes the election to this status, for which it brings the record. */
  bringsAbout (status: ElectionStatus): void {
    demand(statusOf(this.companion(recordKeys.state(this.election.id))) === status, `${this.#kind} comes without the step it is for`)
  }

  /** Whether the transaction writes records of this kind for the same election. */
  comesWith (kind: LedgerPath['kind']): boolean {
    return [...this.work.writes.values()].some(({ path }) => path.kind === kind && 'electionId' in path && path.electionId === this.election.id)
  }
}

/** The status that a state record says. Throws the codes of `parseState`. */
export function statusOf (value: Uint8Array): ElectionStatus {
  return parseState(parseCanonical(value)).status
}
