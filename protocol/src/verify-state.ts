/** What an election's state says about the steps before it. */
import type { ElectionStatus } from './records.ts'

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
