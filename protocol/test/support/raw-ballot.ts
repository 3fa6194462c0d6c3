/** Bodies and envelopes as whoever writes a program of his own can make them: what is opened may be signed, and signed again. */
import { concatBytes } from '../../src/bytes.ts'
import * as honest from '../../src/fill-ballot.ts'
import type { OpenedBallot } from '../../src/opened-ballot.ts'
import { type KeyPair, sign } from '../../src/schnorr.ts'
import { tags } from '../../src/tagged-hash.ts'

export function fillBallot (...args: Parameters<typeof honest.fillBallot>): OpenedBallot & { readonly tracker: string } {
  const filled = honest.fillBallot(...args)
  return { tracker: filled.tracker, ...filled.open() }
}

export function sealBallot (body: Uint8Array, credential: KeyPair, credentialSignatures: readonly Uint8Array[]): Uint8Array {
  return concatBytes(body, ...credentialSignatures, sign(tags.castSignature, credential, body))
}
