/** What the registrar reads of an election on the ledger. */
import { electionId as idOf, checkDefinition, cutOffMs, type Definition, timestampMs } from '../../protocol/src/definition.ts'
import { ScrutinError } from '../../protocol/src/errors.ts'
import type { IssuanceRecord, RegistrarMessage, SignedIssuance, StateRecord } from '../../protocol/src/records.ts'
import type { Ledger } from '../../ledger/src/port.ts'

export interface ElectionOnLedger {
  readonly electionId: string
  readonly definition: Definition
  readonly state: StateRecord
  /** What each registrar posted; null while it has not. */
  readonly registrars: readonly (RegistrarMessage | null)[]
}

/** Asks the member's own peer; the definition is checked against the id, as anybody can. */
export async function readElection (ledger: Ledger, electionId: string): Promise<ElectionOnLedger> {
  const view = JSON.parse(Buffer.from(await ledger.evaluate('readElection', [electionId])).toString()) as ElectionOnLedger
  if (idOf(checkDefinition(view.definition)) !== electionId) throw new ScrutinError('ledger.record', 'the definition is not the one its id names')
  return view
}

/** undefined: no issuance for this leaf. */
export async function findIssuance (ledger: Ledger, electionId: string, registrar: number, leaf: string): Promise<IssuanceRecord | undefined> {
  try {
    const signed = JSON.parse(Buffer.from(await ledger.evaluate('readIssuance', [electionId, String(registrar), leaf])).toString()) as SignedIssuance
    return signed.message
  } catch (error) {
    if (error instanceof ScrutinError && error.code === 'issuance.not-found') return undefined
    throw error
  }
}

/** Milliseconds since 1970 after which the contract takes no issuance. */
export function issuingEndMs (definition: Definition): number {
  return definition.issuing.endsAt === null ? cutOffMs(definition) : timestampMs(definition.issuing.endsAt)
}

/** Throws the reason why no credentials are issued now, if there is one. */
export function assertIssuing (election: ElectionOnLedger, nowMs: number): void {
  const { status } = election.state
  if (status === 'announced') throw new ScrutinError('election.not-ready', 'the key ceremony has not ended')
  if (status !== 'keyed' && status !== 'open') throw new ScrutinError('election.state', `the election is ${status}`)
  if (election.registrars.includes(null)) throw new ScrutinError('election.not-ready', 'not every registrar is prepared')
  if (nowMs > issuingEndMs(election.definition)) throw new ScrutinError('election.too-late', 'issuing has ended')
}
