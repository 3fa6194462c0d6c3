/** What the contract tells when ballots come into the box, or when voters say that they found theirs. */
import Type, { type Static } from 'typebox'
import { Compile } from 'typebox/compile'
import { Hash } from '../../protocol/src/definition-schema.ts'
import type { ContractEvent } from '../../ledger/src/port.ts'

const TrackersEvent = Type.Object({ electionId: Hash, trackers: Type.Array(Hash) })
const validator = Compile(TrackersEvent)

export type TrackersEventName = 'ballots' | 'voter-checks'

/** Undefined for an event of another name. */
export function parseTrackersEvent (name: TrackersEventName, event: ContractEvent): Static<typeof TrackersEvent> | undefined {
  if (event.name !== name) return undefined
  const payload: unknown = JSON.parse(new TextDecoder().decode(event.payload))
  return validator.Check(payload) ? payload : undefined
}
