/**
 * The envelope of a ballot: that who cast it holds the credential it names, and
 * answers what was drawn for it. It
 * costs a small part of the whole check (check-ballots.ts), says nothing about
 * the proofs, and shows that whatever follows comes from a holder of a
 * credential, and of this one: a gateway checks it before it takes a ballot on.
 */
import { ballotLength, ballotTracker, bodyLength, peekBallot, peekGroups } from './ballot-encoding.ts'
import { fromHex, toHex } from './bytes.ts'
import type { BallotRules } from './check-ballots.ts'
import { assertCredential, credentialMessage, credentialSignatureLength } from './credential.ts'
import { assertDraw } from './draw.ts'
import { Equations } from './equations.ts'
import { type ErrorCode, ScrutinError } from './errors.ts'
import { PublicPoint } from './public-point.ts'
import { addSignatureEquation, decodeSignature, type Signature, signatureLength } from './schnorr.ts'
import { tags } from './tagged-hash.ts'

export type EnvelopeVerdict =
  | { readonly accepted: true, readonly tracker: string, readonly credentialKey: string }
  | { readonly accepted: false, readonly code: ErrorCode, readonly detail: string | undefined }

interface Envelope {
  readonly index: number
  readonly credentialKey: PublicPoint
  readonly body: Uint8Array
  readonly castSignature: Signature
}

/**
 * One verdict per ballot, in order: length, version, election, class, the registrars' signatures, the draw, the cast signature.
 * A ballot that is refused here is refused by `checkBallots` too, with the same code unless several things are wrong.
 */
export function checkEnvelopes (rules: BallotRules, ballots: readonly Uint8Array[]): EnvelopeVerdict[] {
  const refusals = new Map<number, ScrutinError>()
  const envelopes: Envelope[] = []
  ballots.forEach((bytes, index) => {
    try {
      envelopes.push(openEnvelope(rules, bytes, index))
    } catch (error) {
      if (!(error instanceof ScrutinError)) throw error
      refusals.set(index, error)
    }
  })
  for (const index of forged(envelopes)) refusals.set(index, new ScrutinError('ballot.signature'))
  return ballots.map((bytes, index) => {
    const refusal = refusals.get(index)
    if (refusal !== undefined) return { accepted: false, code: refusal.code, detail: refusal.detail }
    return { accepted: true, tracker: ballotTracker(bytes, rules.questions), credentialKey: peekBallot(bytes).credentialKey }
  })
}

function openEnvelope (rules: BallotRules, bytes: Uint8Array, index: number): Envelope {
  const registrars = rules.moduli[0]?.length ?? 0
  const length = ballotLength(rules.questions, registrars)
  if (bytes.length !== length) throw new ScrutinError('ballot.malformed', `a ballot of this election has ${length} bytes`)
  const { electionId, classIndex, credentialKey } = peekBallot(bytes)
  if (electionId !== toHex(rules.electionId)) throw new ScrutinError('ballot.election')
  const moduli = rules.moduli[classIndex]
  if (moduli === undefined) throw new ScrutinError('ballot.election', 'there is no such class')
  const bodyEnd = bodyLength(rules.questions)
  const keyBytes = fromHex(credentialKey, 32)
  const signatures = moduli.map((_, i) => bytes.subarray(bodyEnd + i * credentialSignatureLength, bodyEnd + (i + 1) * credentialSignatureLength))
  const held = peekGroups(bytes, rules.questions)
  assertCredential(moduli, credentialMessage(rules.electionId, classIndex, keyBytes), signatures)
  assertDraw(rules.questions, { electionId: rules.electionId, classIndex, credentialKey: keyBytes, signatures }, held)
  return {
    index,
    body: bytes.subarray(0, bodyEnd),
    credentialKey: canonical(() => PublicPoint.decode(keyBytes)),
    castSignature: canonical(() => decodeSignature(bytes.subarray(-signatureLength))),
  }
}

/** Those whose cast signature is wrong, by halving. */
function forged (envelopes: readonly Envelope[]): number[] {
  if (envelopes.length === 0) return []
  const equations = new Equations()
  for (const { credentialKey, body, castSignature } of envelopes) addSignatureEquation(equations, tags.castSignature, credentialKey, body, castSignature)
  if (equations.hold()) return []
  if (envelopes.length === 1) return [envelopes[0]!.index]
  const middle = envelopes.length >>> 1
  return [...forged(envelopes.slice(0, middle)), ...forged(envelopes.slice(middle))]
}

function canonical<T> (decode: () => T): T {
  try {
    return decode()
  } catch (error) {
    if (error instanceof ScrutinError && error.code === 'input.not-canonical') throw new ScrutinError('ballot.malformed', error.detail)
    throw error
  }
}
