/**
 * Which endorsements a transaction should be built with: those that Fabric and
 * an audit take without a doubt. Both read more spellings than one (SPEC.md
 * 12.1); whoever collects endorsements takes only the one that peers write, so
 * that no single endorser can make a transaction of others invalid, or one
 * that the two judge differently.
 */
import { msp } from '@hyperledger/fabric-protos'
import { concatBytes, equalBytes } from '../../protocol/src/bytes.ts'
import { isValidAt } from './certificate.ts'
import { isPlainSignature } from './chain-crypto.ts'
import { type Identity, isIdentity, type MemberIdentities } from './member-identities.ts'

export interface GivenEndorsement {
  /** What was endorsed: a serialised `peer.ProposalResponsePayload`. */
  readonly payload: Uint8Array
  /** The serialised `msp.SerializedIdentity`. */
  readonly endorser: Uint8Array
  readonly signature: Uint8Array
}

/**
 * The peer whose endorsement it is; or why it must not be used: its identity is not a peer's of a member, not spelled as
 * peers spell it or not valid at the time, or its signature does not hold, is not in DER or has the higher S.
 */
export function plainEndorser (members: MemberIdentities, { payload, endorser, signature }: GivenEndorsement, timeMs: number): Identity | string {
  const identity = members.identify(endorser)
  if (!isIdentity(identity)) return identity.reason
  if (identity.kind !== 'peer') return `a ${identity.kind} of ${identity.mspId} endorses`
  if (!isValidAt(identity.certificate, timeMs)) return `the certificate of ${identity.mspId}'s peer is not valid now`
  if (!equalBytes(endorser, plainIdentity(identity))) return `the identity of ${identity.mspId}'s peer is not spelled as peers spell it`
  const { curve } = identity.certificate.key
  if (curve !== 'P-256') return `the key of ${identity.mspId}'s peer is one of ${curve}`
  if (!isPlainSignature(curve, signature)) return `a signature of ${identity.mspId}'s peer is not spelled as peers spell it`
  if (!members.hasSigned(identity, concatBytes(payload, endorser), signature)) return `a signature of ${identity.mspId}'s peer does not hold`
  return identity
}

/** Go's `pem.Encode`: lines of 64 characters, each ended by a line feed. */
function plainIdentity ({ mspId, certificate: { encoded } }: Identity): Uint8Array {
  const lines = btoa(String.fromCharCode(...encoded)).match(/.{1,64}/g) ?? []
  const identity = new msp.SerializedIdentity()
  identity.setMspid(mspId)
  identity.setIdBytes(new TextEncoder().encode(['-----BEGIN CERTIFICATE-----', ...lines, '-----END CERTIFICATE-----', ''].join('\n')))
  return identity.serializeBinary()
}
