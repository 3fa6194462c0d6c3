/** One transaction's writes to the contract's namespace, each placed by its key. */
import type { Definition } from '../../../protocol/src/definition-schema.ts'
import { type LedgerPath, parsePath } from '../ledger-paths.ts'
import type { NamespaceSet } from '../read-write-set.ts'

/** A transaction writes what SPEC.md does not explain. */
export class Unexplained extends Error {}

/** @throws Unexplained */
export function demand (condition: boolean, detail: string): asserts condition {
  if (!condition) throw new Unexplained(detail)
}

export interface PlacedWrite<Path extends LedgerPath = LedgerPath> {
  readonly path: Path
  readonly key: string
  readonly value: Uint8Array
}

export interface Work {
  /** Of whom sent it. */
  readonly mspId: string
  /** Empty for a client without one. */
  readonly role: string
  readonly timeMs: number
  /** By key. */
  readonly writes: ReadonlyMap<string, PlacedWrite>
}

export type Role = 'gateway' | 'registrar' | 'trustee' | 'organiser'

/** @throws Unexplained for a key of no known form, one deleted or one written twice */
export function placeWrites ({ writes }: NamespaceSet): Map<string, PlacedWrite> {
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

/** How records write a transaction's time. */
export function timeText (timeMs: number): string {
  demand(Math.abs(timeMs) <= 8.64e15, 'the transaction has no time')
  return new Date(timeMs).toISOString()
}

/** The organiser's own client: of this role, and of the member that the definition names. */
export function isOrganiser ({ role, mspId }: Work, definition: Definition): boolean {
  return role === 'organiser' && mspId === definition.organiser.mspId
}
