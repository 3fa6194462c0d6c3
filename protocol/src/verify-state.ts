/** What an election's state says about the steps before it. */
import Type from 'typebox'
import { Value } from 'typebox/value'
import { MspId } from './definition-schema.ts'
import { ScrutinError } from './errors.ts'
import { type ElectionStatus, electionStatuses, type StateRecord } from './records.ts'

const steps = ['announced', 'keyed', 'open', 'closed', 'tallied', 'published'] as const
type Step = typeof steps[number]

/**
 * Whether an election in this state has certainly gone through `step`. A
 * cancelled one was announced at least, a void one open; both may have gone
 * further, see `mayHaveReached`.
 */
export function hasReached (status: ElectionStatus, step: Step): boolean {
  return steps.indexOf(lastCertainStep(status)) >= steps.indexOf(step)
}

/** Whether an election in this state can have gone through `step`. */
export function mayHaveReached (status: ElectionStatus, step: Step): boolean {
  return steps.indexOf(lastPossibleStep(status)) >= steps.indexOf(step)
}

function lastCertainStep (status: ElectionStatus): Step {
  return status === 'cancelled' ? 'announced' : status === 'void' ? 'open' : status
}

function lastPossibleStep (status: ElectionStatus): Step {
  return status === 'cancelled' ? 'keyed' : status === 'void' ? 'tallied' : status
}

const StateSchema = Type.Object({
  status: Type.Enum([...electionStatuses]),
  at: Type.String({ pattern: '^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\\.[0-9]{3}Z$' }),
  by: MspId,
  reason: Type.Optional(Type.String({ maxLength: 200_000 })),
}, { additionalProperties: false })

/** The value of `election/<id>/state`; throws `ledger.record` for another form. */
export function parseState (value: unknown): StateRecord {
  if (!Value.Check(StateSchema, value)) throw new ScrutinError('ledger.record', 'state')
  const { reason, ...state } = value
  return reason === undefined ? state : { ...state, reason }
}
