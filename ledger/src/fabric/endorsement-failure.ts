import { decodeContractError } from '../../../protocol/src/contract-errors.ts'
import { ScrutinError } from '../../../protocol/src/errors.ts'
import { isTimeout } from './call-peer.ts'
import type { Answer } from './endorser.ts'

export interface EndorsementFailure {
  readonly error: ScrutinError
  /** The endorsers did not agree with each other; soon they may, when all have reached the same block. */
  readonly disagreement: boolean
}

/** Whose word counts how much. */
export interface RefusalRules {
  /** The member an endorser belongs to: several peers of one are one voice. */
  readonly memberOf: (endorser: string) => string
  /** So many members must say the same before it is believed. */
  readonly needed: number
}

/**
 * Makes one refusal of what several endorsers answered. The contract's own code is believed when enough members gave it, and
 * its detail when enough gave the same one: a refusal is signed by nobody, and one that lies could otherwise have ballots
 * reported as not cast while another is down. What too few say is `ledger.unavailable`: to be tried again.
 *
 * @param answers of those who were asked, by address; together they do not fulfil the endorsement policy
 */
export function endorsementFailure (answers: ReadonlyMap<string, Answer>, rules: RefusalRules): EndorsementFailure {
  const results = new Set([...answers.values()].flatMap((answer) => answer.kind === 'endorsed' ? [Buffer.from(answer.payload).toString('base64')] : []))
  const refusals = codedRefusals(answers)
  const disagreement = results.size > 0 || new Set(refusals.map(({ error }) => error.code)).size > 1
  const error = believedRefusal(refusals, rules)
  if (error !== undefined) return { error, disagreement }
  if (results.size > 1) {
    return { error: new ScrutinError('ledger.conflict', 'the endorsing members do not agree on the result'), disagreement: true }
  }
  if (refusals.length > 0) {
    const said = refusals.map(({ endorser, error: { code } }) => `${endorser}: ${code}`).join('; ')
    return { error: new ScrutinError('ledger.unavailable', `too few members endorse the transaction, and too few refuse it: ${said}`), disagreement }
  }
  return { error: withoutCode(answers), disagreement: false }
}

/** Whether enough members refused for the same reason. */
export function isRefusedByEnough (answers: ReadonlyMap<string, Answer>, rules: RefusalRules): boolean {
  return believedRefusal(codedRefusals(answers), rules) !== undefined
}

interface CodedRefusal {
  readonly endorser: string
  readonly error: ScrutinError
}

function codedRefusals (answers: ReadonlyMap<string, Answer>): CodedRefusal[] {
  return [...answers].flatMap(([endorser, answer]) => {
    const error = answer.kind === 'refused' ? decodeContractError(answer.message) : undefined
    return error === undefined ? [] : [{ endorser, error }]
  })
}

function believedRefusal (refusals: readonly CodedRefusal[], rules: RefusalRules): ScrutinError | undefined {
  const [first] = saidByEnough(refusals, rules, ({ code }) => code)
  if (first === undefined) return undefined
  const { error: { code } } = first
  const [detailed] = saidByEnough(refusals.filter(({ error }) => error.code === code), rules, ({ detail }) => detail ?? '')
  return detailed?.error ?? new ScrutinError(code)
}

/** The refusals that most members gave in the same words, when they are enough. */
function saidByEnough (refusals: readonly CodedRefusal[], { memberOf, needed }: RefusalRules, wording: (error: ScrutinError) => string): readonly CodedRefusal[] {
  const alike = new Map<string, { refusals: CodedRefusal[], members: Set<string> }>()
  for (const refusal of refusals) {
    const words = wording(refusal.error)
    const entry = alike.get(words) ?? { refusals: [], members: new Set() }
    alike.set(words, entry)
    entry.refusals.push(refusal)
    entry.members.add(memberOf(refusal.endorser))
  }
  const [most] = [...alike.values()].sort((a, b) => b.members.size - a.members.size)
  return most !== undefined && most.members.size >= needed ? most.refusals : []
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
