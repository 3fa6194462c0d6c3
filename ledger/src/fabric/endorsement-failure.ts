import { decodeContractError } from '../../../protocol/src/contract-errors.ts'
import { ScrutinError } from '../../../protocol/src/errors.ts'
import { isTimeout } from './call-peer.ts'
import type { Answer } from './endorser.ts'

export interface EndorsementFailure {
  readonly error: ScrutinError
  /** The endorsers did not agree with each other; soon they may, when all have reached the same block. */
  readonly disagreement: boolean
}

/**
 * Makes one refusal of what several endorsers answered: the contract's own code that most of them gave.
 *
 * @param answers of those who were asked, by address; together they do not fulfil the endorsement policy
 */
export function endorsementFailure (answers: ReadonlyMap<string, Answer>): EndorsementFailure {
  const given = [...answers.values()]
  const results = new Set(given.flatMap((answer) => answer.kind === 'endorsed' ? [Buffer.from(answer.payload).toString('base64')] : []))
  const refusals = new Map<string, { error: ScrutinError, count: number }>()
  for (const answer of given) {
    const coded = answer.kind === 'refused' ? decodeContractError(answer.message) : undefined
    if (coded === undefined) continue
    const key = `${coded.code} ${coded.detail ?? ''}`
    refusals.set(key, { error: coded, count: (refusals.get(key)?.count ?? 0) + 1 })
  }
  const [most] = [...refusals.values()].sort((a, b) => b.count - a.count)
  if (most !== undefined) return { error: most.error, disagreement: results.size > 0 || refusals.size > 1 }
  if (results.size > 1) {
    return { error: new ScrutinError('ledger.conflict', 'the endorsing members do not agree on the result'), disagreement: true }
  }
  return { error: withoutCode(answers), disagreement: false }
}

/** The contract's refusal in a peer's message, or `ledger.refused`. */
export function refusedByContract (message: string): ScrutinError {
  return decodeContractError(message) ?? new ScrutinError('ledger.refused', message)
}

/** Peers that can't be reached weigh more than refusals: with them it might have been enough. */
function withoutCode (answers: ReadonlyMap<string, Answer>): ScrutinError {
  const failures: unknown[] = []
  const said: string[] = []
  for (const [endorser, answer] of answers) {
    if (answer.kind === 'endorsed') continue
    if (answer.kind === 'failed') failures.push(answer.cause)
    said.push(`${endorser}: ${answer.kind === 'refused' ? answer.message : answer.cause instanceof Error ? answer.cause.message : String(answer.cause)}`)
  }
  if (said.length === 0) return new ScrutinError('ledger.unavailable', 'too few members are there to endorse the transaction')
  const detail = said.join('; ')
  if (failures.length === 0) return new ScrutinError('ledger.refused', detail)
  return new ScrutinError(failures.every(isTimeout) ? 'ledger.timeout' : 'ledger.unavailable', detail, { cause: failures[0] })
}
