/**
 * What a voter says after looking their ballot up: "I have found mine." Signed
 * with the credential's key, so it counts each voter once, tells no choice, and
 * links nothing that the ballot itself does not. Anyone can count them.
 */
import Type, { type Static } from 'typebox'
import { Value } from 'typebox/value'
import { fromHex, concatBytes, toHex } from './bytes.ts'
import { Hash } from './definition-schema.ts'
import { ScrutinError } from './errors.ts'
import { publicPointFromHex } from './public-point.ts'
import { type KeyPair, sign, signatureLength, verifySignature } from './schnorr.ts'
import { tags } from './tagged-hash.ts'

export const VoterCheck = Type.Object({
  tracker: Hash,
  /** Over election id (32 bytes) ‖ tracker (32), 64 bytes in hex. */
  signature: Type.String({ pattern: '^[0-9a-f]{128}$' }),
}, { additionalProperties: false })
export type VoterCheck = Static<typeof VoterCheck>

/** So many may stand in one transaction. */
export const mostVoterChecksAtOnce = 200
const VoterChecks = Type.Array(VoterCheck, { minItems: 1, maxItems: mostVoterChecksAtOnce })

/** @param credential whose ballot the tracker names */
export function signVoterCheck (electionId: string, tracker: string, credential: KeyPair): VoterCheck {
  return { tracker, signature: toHex(sign(tags.voterCheck, credential, signedBytes(electionId, tracker))) }
}

/** Throws `access.signature` unless the holder of this credential key signed it, for this election. */
export function assertVoterCheck (electionId: string, credentialKey: string, { tracker, signature }: VoterCheck): void {
  const holds = verifySignature(tags.voterCheck, publicPointFromHex(credentialKey), signedBytes(electionId, tracker), fromHex(signature, signatureLength))
  if (!holds) throw new ScrutinError('access.signature')
}

/** Several, none twice; throws `input.malformed`. */
export function parseVoterChecks (value: unknown): VoterCheck[] {
  if (!Value.Check(VoterChecks, value)) throw new ScrutinError('input.malformed', `expected 1 to ${mostVoterChecksAtOnce} signed checks`)
  if (new Set(value.map(({ tracker }) => tracker)).size < value.length) throw new ScrutinError('input.malformed', 'a tracker is named twice')
  return value
}

function signedBytes (electionId: string, tracker: string): Uint8Array {
  return concatBytes(fromHex(electionId, 32), fromHex(tracker, 32))
}
