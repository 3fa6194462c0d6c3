import { surelyPastMs } from '../../protocol/src/clock-skew.ts'
import { cutOffMs, timestampMs } from '../../protocol/src/definition.ts'
import { isWithheld } from '../../protocol/src/pools.ts'
import { tallyFromJson } from '../../protocol/src/tally.ts'
import type { Election } from './answers.ts'

/** A transaction that an election needs and that any gateway may submit. */
export interface Step {
  readonly transaction: 'expireCeremony' | 'close' | 'countPage' | 'publish'
  readonly args: readonly string[]
  /** From when on, milliseconds since 1970; 0 for at once. */
  readonly dueAt: number
}

/** Ballots counted in one transaction. */
export const countPageSize = 200

/** What time or others have made possible; undefined when there is nothing to do now, or nothing for a gateway. */
export function nextStep (election: Election, now: number): Step | undefined {
  const step = possibleStep(election)
  return step === undefined || now <= step.dueAt ? undefined : step
}

function possibleStep ({ electionId, definition, state, ceremony, count, decryptions }: Election): Step | undefined {
  switch (state.status) {
    case 'announced': {
      const { commitBy, dealBy, confirmBy } = definition.ceremony
      const isMissing = (posted: readonly number[]): boolean => posted.length < definition.trustees.length
      const deadline = isMissing(ceremony.commit) ? commitBy : isMissing(ceremony.deal) ? dealBy : confirmBy
      return { transaction: 'expireCeremony', args: [electionId], dueAt: surelyPastMs(timestampMs(deadline)) }
    }
    case 'open':
      return { transaction: 'close', args: [electionId], dueAt: surelyPastMs(cutOffMs(definition)) }
    case 'closed':
      return { transaction: 'countPage', args: [electionId, countPageSize.toString()], dueAt: 0 }
    case 'tallied':
      return decryptions.length >= definition.threshold || (count !== null && isWithheld(definition, tallyFromJson(count)))
        ? { transaction: 'publish', args: [electionId], dueAt: 0 }
        : undefined
    default:
      return undefined
  }
}
