/** What the contract tells when ballots come into the box. */
import Type, { type Static } from 'typebox'
import { Compile } from 'typebox/compile'
import { Hash } from '../../protocol/src/definition-schema.ts'
import type { ContractEvent } from '../../ledger/src/port.ts'

const BallotsEvent = Type.Object({ electionId: Hash, trackers: Type.Array(Hash) })
const validator = Compile(BallotsEvent)

/** Undefined for any other event. */
export function parseBallotsEvent (event: ContractEvent): Static<typeof BallotsEvent> | undefined {
  if (event.name !== 'ballots') return undefined
  const payload: unknown = JSON.parse(new TextDecoder().decode(event.payload))
  return validator.Check(payload) ? payload : undefined
}
