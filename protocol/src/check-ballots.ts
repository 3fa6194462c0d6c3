/**
 * The check of ballots that every endorser and every auditor runs: decode each,
 * check its credential and what was drawn for it, then all proofs and signatures of all ballots by one
 * multi-scalar multiplication. In a batch that fails, halves are checked until
 * the guilty ballots stand alone; nothing is decoded or hashed again for it.
 */
import { equalBytes, fromHex, toHex } from './bytes.ts'
import { type Ballot, type BallotBody, decodeBallot, trackerOf } from './ballot-encoding.ts'
import { type BallotContext, BallotTranscript } from './ballot-transcript.ts'
import { assertCredential, credentialMessage, parseModulus } from './credential.ts'
import { assertDraw } from './draw.ts'
import { Equations, equationsHold, findFalse } from './equations.ts'
import { type ErrorCode, ScrutinError } from './errors.ts'
import { type Point, pointFromHex } from './group.ts'
import { addMembershipEquations } from './membership-proof.ts'
import { ofSlots, type QuestionRules } from './question-rules.ts'
import { addSignatureEquation } from './schnorr.ts'
import { bitLayout } from './slot-bits.ts'
import { tags } from './tagged-hash.ts'

/** All that a ballot is checked against, fixed when the election opens. */
export interface BallotRules {
  readonly electionId: Uint8Array
  readonly questions: readonly QuestionRules[]
  readonly electionKeys: readonly Point[]
  /** `moduli[class][registrar]` */
  readonly moduli: readonly (readonly Uint8Array[])[]
}

export type Verdict =
  | { readonly accepted: true, readonly tracker: string, readonly credentialKey: string, readonly classIndex: number }
  | { readonly accepted: false, readonly code: ErrorCode, readonly detail: string | undefined }

/** `moduliText[registrar][class]` in base64url, as registrars post them. */
export function ballotRules (electionId: string, questions: readonly QuestionRules[], electionKeys: readonly string[], moduliText: readonly (readonly string[])[]): BallotRules {
  const classCount = moduliText[0]?.length ?? 0
  return {
    electionId: fromHex(electionId, 32),
    questions,
    electionKeys: electionKeys.map(pointFromHex),
    moduli: Array.from({ length: classCount }, (_, c) => moduliText.map((keys) => parseModulus(keys[c]!))),
  }
}

/** One verdict per ballot, in order. Does not look for duplicates: whoever keeps the box does. */
export function checkBallots (rules: BallotRules, ballots: readonly Uint8Array[]): Verdict[] {
  const verdicts: (Verdict | undefined)[] = ballots.map(() => undefined)
  const decoded: { index: number, ballot: Ballot }[] = []
  ballots.forEach((bytes, index) => {
    try {
      decoded.push({ index, ballot: decodeAndMatch(rules, bytes) })
    } catch (error) {
      if (!(error instanceof ScrutinError)) throw error
      verdicts[index] = { accepted: false, code: error.code, detail: error.detail }
    }
  })
  const guilty = new Set(findFalse(decoded.map(({ ballot }) => ballotEquations(rules, ballot))))
  decoded.forEach(({ index, ballot }, i) => {
    verdicts[index] = guilty.has(i)
      ? { accepted: false, code: signatureHolds(ballot) ? 'ballot.proof' : 'ballot.signature', detail: undefined }
      : { accepted: true, tracker: trackerOf(ballot.body), credentialKey: toHex(ballot.credentialKeyBytes), classIndex: ballot.classIndex }
  })
  return verdicts as Verdict[]
}

function decodeAndMatch (rules: BallotRules, bytes: Uint8Array): Ballot {
  const ballot = decodeBallot(bytes, rules.questions, rules.moduli[0]?.length ?? 0)
  if (!equalBytes(ballot.electionId, rules.electionId)) throw new ScrutinError('ballot.election')
  const moduli = rules.moduli[ballot.classIndex]
  if (moduli === undefined) throw new ScrutinError('ballot.election', 'there is no such class')
  const { electionId, classIndex, credentialKeyBytes: credentialKey, credentialSignatures: signatures } = ballot
  assertCredential(moduli, credentialMessage(electionId, classIndex, credentialKey), signatures)
  assertDraw(rules.questions, { electionId, classIndex, credentialKey, signatures }, ballot.questions.map(({ groups }) => groups))
  return ballot
}

function signatureHolds (ballot: Ballot): boolean {
  return equationsHold((equations) => addSignatureEquation(equations, tags.castSignature, ballot.credentialKey, ballot.body, ballot.castSignature))
}

function ballotEquations (rules: BallotRules, ballot: Ballot): Equations {
  const equations = new Equations()
  addSignatureEquation(equations, tags.castSignature, ballot.credentialKey, ballot.body, ballot.castSignature)
  addProofEquations(equations, rules, ballot)
  return equations
}

/** Whether what a body proves holds, cast or not. */
export function proofsHold (rules: BallotRules, body: BallotBody): boolean {
  return equationsHold((equations) => { addProofEquations(equations, rules, body) })
}

function addProofEquations (equations: Equations, rules: BallotRules, ballot: BallotBody): void {
  const context: BallotContext = { electionId: rules.electionId, classIndex: ballot.classIndex, electionKeys: rules.electionKeys }
  const transcript = new BallotTranscript(context, ballot.credentialKeyBytes, ballot.questions.map(({ bytes }) => bytes), ballot.bitCommitments)
  const { weight } = transcript
  const challenge = transcript.challenge(ballot.linkCommitments)
  const keys = rules.questions.map((question, q) => ofSlots(question, ballot.questions[q]!.groups, rules.electionKeys))
  addMembershipEquations(equations, bitLayout(rules.questions), ballot.questions, keys, ballot.proof, weight, challenge)
}
