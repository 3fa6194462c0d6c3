/** Reading an election from world state, and moving it from one state to the next. */
import { isHex } from '../../protocol/src/bytes.ts'
import type { Definition } from '../../protocol/src/definition.ts'
import { ScrutinError } from '../../protocol/src/errors.ts'
import { fromHex } from '../../protocol/src/bytes.ts'
import {
  type ElectionStatus, type OpeningRecord, recordKeys, type SignedRegistrarMessage, type StateRecord,
} from '../../protocol/src/records.ts'
import type { Transaction } from './transaction.ts'

export interface StoredElection {
  readonly id: string
  readonly idBytes: Uint8Array
  readonly definition: Definition
  readonly state: StateRecord
}

/** Throws `election.unknown` for ids that name nothing. */
export async function readStoredElection (transaction: Transaction, id: string): Promise<StoredElection> {
  const state = isHex(id, 32) ? await transaction.state.get<StateRecord>(recordKeys.state(id)) : undefined
  const definition = state === undefined ? undefined : await transaction.state.get<Definition>(recordKeys.definition(id))
  if (state === undefined || definition === undefined) throw new ScrutinError('election.unknown')
  return { id, idBytes: fromHex(id, 32), definition, state }
}

/** Throws `election.state` unless the election is in one of the states. */
export function requireStatus (election: StoredElection, ...allowed: readonly ElectionStatus[]): void {
  if (!allowed.includes(election.state.status)) {
    throw new ScrutinError('election.state', `it is ${election.state.status}, but must be ${allowed.join(' or ')}`)
  }
}

export async function changeStatus (transaction: Transaction, electionId: string, status: ElectionStatus, reason?: string): Promise<void> {
  const record: StateRecord = { status, at: transaction.timeText(), by: transaction.mspId, ...(reason === undefined ? {} : { reason }) }
  await transaction.state.put(recordKeys.state(electionId), record)
  transaction.emit('state', { electionId, status })
}

/** The messages of all registrars, or undefined at the places of those that are not prepared. */
export async function readRegistrars (transaction: Transaction, { id, definition }: StoredElection): Promise<(SignedRegistrarMessage | undefined)[]> {
  return await Promise.all(definition.registrars.map((_, i) => transaction.state.get<SignedRegistrarMessage>(recordKeys.registrar(id, i))))
}

/** Throws `election.not-ready` unless every registrar has posted its root and keys. */
export async function requireRegistrars (transaction: Transaction, election: StoredElection): Promise<SignedRegistrarMessage[]> {
  const registrars = await readRegistrars(transaction, election)
  return registrars.map((registrar, i) => {
    if (registrar === undefined) throw new ScrutinError('election.not-ready', `registrar ${i + 1} has not signed the roll`)
    return registrar
  })
}

export async function readOpening (transaction: Transaction, id: string): Promise<OpeningRecord> {
  const opening = await transaction.state.get<OpeningRecord>(recordKeys.opening(id))
  if (opening === undefined) throw new ScrutinError('election.not-ready', 'it has never been open')
  return opening
}

/** A reason that people give, for the record: 1 to 1000 characters. */
export function checkReason (reason: string): string {
  if (reason.trim() === '' || reason.length > 1000) throw new ScrutinError('input.malformed', 'a reason of 1 to 1000 characters is needed')
  return reason
}
