/**
 * An issuance says on the ledger that a registrar signed one blinded message
 * for one leaf of the roll. It is signed by the registrar's key of the
 * definition: a role that a member's CA gives out is not enough to write one.
 */
import type { Definition } from './definition-schema.ts'
import { ScrutinError } from './errors.ts'
import { type Point, pointFromHex } from './group.ts'
import type { IssuanceRecord, SignedIssuance } from './records.ts'
import type { KeyPair } from './schnorr.ts'
import { findWronglySigned, signMessage } from './signed-message.ts'
import { tags } from './tagged-hash.ts'

export function signIssuance (electionId: Uint8Array, keys: KeyPair, issuance: IssuanceRecord): SignedIssuance {
  return signMessage(tags.issuance, electionId, keys, issuance)
}

/** The registrars' keys, decoded once for many batches. */
export function issuanceKeys (definition: Definition): Point[] {
  return definition.registrars.map(({ key }) => pointFromHex(key))
}

/** Positions of the issuances that are not signed by the registrar they name; throws `registrar.unknown` if there is no such registrar. */
export function findForgedIssuances (keys: readonly Point[], electionId: Uint8Array, issuances: readonly SignedIssuance[]): number[] {
  return findWronglySigned(tags.issuance, electionId, issuances.map((signed) => {
    const publicKey = keys[signed.message.registrar]
    if (publicKey === undefined) throw new ScrutinError('registrar.unknown')
    return { publicKey, signed }
  }))
}
