/** Where cheats with ballots begin: an election, two voters with valid credentials and an honest ballot. */
import type { Test } from 'tap'
import { type BallotRules, checkBallots, type Verdict } from '../../src/check-ballots.ts'
import { slotRules } from '../../src/definition.ts'
import type { ErrorCode } from '../../src/errors.ts'
import { fillBallot, sealBallot } from './raw-ballot.ts'
import type { Answer } from '../../src/kinds/kinds.ts'
import type { KeyPair } from '../../src/schnorr.ts'
import { ballotLayout } from './ballot-layout.ts'
import { obtainCredential, sampleElection } from './sample-election.ts'
import { sampleQuestion } from './sample-definition.ts'

export interface Voter { readonly keys: KeyPair, readonly signatures: readonly Uint8Array[] }

/** Two questions of the same form, so that parts of one fit where parts of the other belong. */
export const election = sampleElection({ changes: { questions: ['one', 'two'].map((id) => sampleQuestion(id, 3, { min: 1, max: 2, blank: true })) } })
export const rules = slotRules(election.definition)
export const layout = ballotLayout(rules, 2)
export const voter: Voter = await obtainCredential(election)
export const cheater: Voter = await obtainCredential(election)
export const answers: readonly Answer[] = [{ choose: ['option-1'] }, { choose: ['option-2', 'option-3'] }]

export const bodyOf = (who: Voter): Uint8Array => fillBallot(election.context, election.definition.questions, answers, who.keys.publicKey).body
export const seal = (who: Voter, body: Uint8Array): Uint8Array => sealBallot(body, who.keys, who.signatures)
export const honest = seal(voter, bodyOf(voter))
export const honestBody = honest.subarray(0, layout.bodyLength)

export function verdictOn (bytes: Uint8Array, against: BallotRules = election.rules): Verdict {
  return checkBallots(against, [bytes])[0]!
}

/** The code of the refusal, undefined for an accepted ballot. */
export function codeOf (verdict: Verdict): ErrorCode | undefined {
  return verdict.accepted ? undefined : verdict.code
}

export function refused (t: Test, bytes: Uint8Array, code: ErrorCode, name: string, against: BallotRules = election.rules): void {
  t.equal(codeOf(verdictOn(bytes, against)), code, name)
}
