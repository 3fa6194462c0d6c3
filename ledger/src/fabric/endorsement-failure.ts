import { decodeContractError } from '../../../protocol/src/contract-errors.ts'
import { ScrutinError } from '../../../protocol/src/errors.ts'

export interface EndorsementFailure {
  readonly error: ScrutinError
  /** The endorsers did not agree with each other; soon they may, when all have reached the same block. */
  readonly disagreement: boolean
}

interface Answer {
  readonly peer: string
  readonly endorsed: boolean
  /** Why it was not endorsed. */
  readonly message: string
}

/**
 * Makes one refusal of what several endorsers answered: the contract's own code that most of them gave. Undefined
 * when the error is not one of endorsement.
 *
 * @param error what fabric-network's `submit` threw: with the answers in `errors` and `responses`
 */
export function endorsementFailure (error: unknown): EndorsementFailure | undefined {
  const answers = distinct(nestedAnswers(error))
  // when all endorsed and agreed, something went wrong later
  if (answers.every((answer) => answer.endorsed) && !isMismatch(error)) return undefined
  const refusals = new Map<string, { error: ScrutinError, count: number }>()
  for (const answer of answers) {
    if (answer.endorsed) continue
    const coded = decodeContractError(answer.message)
    if (coded === undefined) continue
    const key = `${coded.code} ${coded.detail ?? ''}`
    refusals.set(key, { error: coded, count: (refusals.get(key)?.count ?? 0) + 1 })
  }
  const endorsed = answers.some((answer) => answer.endorsed)
  const [most] = [...refusals.values()].sort((a, b) => b.count - a.count)
  if (most !== undefined) return { error: most.error, disagreement: endorsed || refusals.size > 1 }
  if (answers.every((answer) => answer.endorsed)) {
    return { error: new ScrutinError('ledger.conflict', 'the endorsing members do not agree on the result', { cause: plain(error) }), disagreement: true }
  }
  return { error: withoutCode(answers, plain(error)), disagreement: false }
}

/** The contract's refusal in a peer's message, or `ledger.refused`. */
export function refusedByContract (message: string): ScrutinError {
  return decodeContractError(message) ?? new ScrutinError('ledger.refused', message)
}

function withoutCode (answers: readonly Answer[], cause: unknown): ScrutinError {
  const failed = answers.filter((answer) => !answer.endorsed)
  const detail = failed.map((answer) => `${answer.peer}: ${answer.message}`).join('; ')
  if (failed.every((answer) => answer.message.includes('REQUEST TIMEOUT'))) return new ScrutinError('ledger.timeout', detail, { cause })
  const refusedByAll = failed.every((answer) => !isOfTransport(answer.message))
  return new ScrutinError(refusedByAll ? 'ledger.refused' : 'ledger.unavailable', detail, { cause })
}

/** gRPC failures and lost connections, as opposed to what the contract or the peer said. */
function isOfTransport (message: string): boolean {
  return /REQUEST TIMEOUT|is not connected|UNAVAILABLE|DEADLINE_EXCEEDED|No endorsement available|not contain enough peers|GRPC service/.test(message)
}

/** fabric-network asks the endorsers by layouts: the same answer may stand in several. */
function distinct (answers: readonly Answer[]): Answer[] {
  return [...new Map(answers.map((answer) => [`${answer.peer} ${answer.message}`, answer])).values()]
}

/** The answers inside an error of fabric-network, or in the error of a layout inside it. */
function nestedAnswers (value: unknown): Answer[] {
  if (typeof value !== 'object' || value === null) return []
  const lists = [property(value, 'errors'), property(value, 'responses'), property(value, 'endorsements')].filter(Array.isArray)
  return lists.flat().flatMap((item: unknown) => {
    const inside = nestedAnswers(item)
    return inside.length > 0 ? inside : answerIn(item)
  })
}

function answerIn (value: unknown): Answer[] {
  if (typeof value !== 'object' || value === null) return []
  const name = property(value, 'peer')
  const peer = typeof name === 'string' ? name : 'a peer'
  const response = property(value, 'response')
  if (typeof response === 'object' && response !== null) {
    const endorsed = property(value, 'endorsement') !== undefined && property(value, 'endorsement') !== null
    return [{ peer, endorsed, message: endorsed ? '' : String(property(response, 'message')) }]
  }
  if (value instanceof Error) return [{ peer, endorsed: false, message: isRequestTimeout(value) ? 'REQUEST TIMEOUT' : value.message }]
  return []
}

export function isRequestTimeout (error: unknown): boolean {
  return error instanceof Error && error.message.includes('REQUEST TIMEOUT')
}

/** fabric-network compared the endorsers' read and write sets and found them different. */
function isMismatch (error: unknown): boolean {
  if (typeof error !== 'object' || error === null) return false
  const errors = property(error, 'errors')
  return Array.isArray(errors) && errors.some((found: unknown) => found instanceof Error && found.message === 'Peer endorsements do not match')
}

/** The error without the endorsers' answers that fabric-network hangs on it: they hold what would have been written. */
export function plain (error: unknown): Error {
  return new Error(error instanceof Error ? error.message : String(error))
}

function property (value: object, name: string): unknown {
  return Reflect.get(value, name)
}
