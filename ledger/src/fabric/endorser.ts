/** One peer as an endorser: asks it, and believes only what its signature covers. */
import { createHash, verify, X509Certificate } from 'node:crypto'
import type { Client } from '@grpc/grpc-js'
import { msp, peer } from '@hyperledger/fabric-protos'
import { call } from './call-peer.ts'

/** An endorsement that the other members will accept. */
export interface Endorsed {
  readonly kind: 'endorsed'
  /** The serialised `peer.ProposalResponsePayload`: what would be written. Endorsers agree when these bytes do. */
  readonly payload: Uint8Array
  readonly endorsement: peer.Endorsement
}

export interface Refused {
  readonly kind: 'refused'
  /** What the contract or the peer said. */
  readonly message: string
}

export interface Failed {
  readonly kind: 'failed'
  readonly cause: unknown
}

export type Answer = Endorsed | Refused | Failed

/** From here on a status is a refusal, and Fabric's peers do not sign (`shim.ERRORTHRESHOLD`). */
const leastRefusal = 400

/**
 * @param signed the serialised `peer.SignedProposal`
 * @param authorities certificates (PEM) of those who issue the member's identities
 */
export async function askEndorser (client: Client, mspId: string, authorities: readonly Uint8Array[], signed: Uint8Array, milliseconds: number): Promise<Answer> {
  try {
    const response = peer.ProposalResponse.deserializeBinary(await call(client, '/protos.Endorser/ProcessProposal', signed, milliseconds))
    const endorsement = response.getEndorsement()
    if ((response.getResponse()?.getStatus() ?? 0) >= leastRefusal || endorsement === undefined) {
      return { kind: 'refused', message: response.getResponse()?.getMessage() ?? '' }
    }
    const payload = response.getPayload_asU8()
    if (!isGenuineEndorsement(payload, endorsement, mspId, authorities)) throw new Error(`the endorsement is not signed by ${mspId}`)
    return { kind: 'endorsed', payload, endorsement }
  } catch (cause) {
    return { kind: 'failed', cause }
  }
}

/** What the contract returned, as the endorsement covers it. */
export function resultOf (payload: Uint8Array): Uint8Array {
  const action = peer.ChaincodeAction.deserializeBinary(peer.ProposalResponsePayload.deserializeBinary(payload).getExtension_asU8())
  return action.getResponse()?.getPayload_asU8() ?? new Uint8Array()
}

/**
 * Whether the member's peer signed this payload. A forged endorsement would make the whole transaction invalid, for all
 * that endorsed it honestly.
 */
export function isGenuineEndorsement (payload: Uint8Array, endorsement: peer.Endorsement, mspId: string, authorities: readonly Uint8Array[]): boolean {
  const endorser = endorsement.getEndorser_asU8()
  const certificate = certificateOf(endorser, mspId, authorities)
  return certificate !== undefined && verify('sha256', Buffer.concat([payload, endorser]), certificate.publicKey, endorsement.getSignature_asU8())
}

const certificates = new Map<string, X509Certificate>()
const mostCertificates = 1_000

/** The endorser's certificate, when one of the member's authorities issued it. */
function certificateOf (endorser: Uint8Array, mspId: string, authorities: readonly Uint8Array[]): X509Certificate | undefined {
  const key = createHash('sha256').update(endorser).update(mspId).update(Buffer.concat(authorities)).digest('hex')
  const known = certificates.get(key)
  if (known !== undefined) return known
  const identity = msp.SerializedIdentity.deserializeBinary(endorser)
  if (identity.getMspid() !== mspId) return undefined
  const certificate = new X509Certificate(identity.getIdBytes_asU8())
  const isIssued = authorities.map((pem) => new X509Certificate(pem)).some((authority) => certificate.checkIssued(authority) && certificate.verify(authority.publicKey))
  if (!isIssued) return undefined
  if (certificates.size >= mostCertificates) certificates.clear()
  certificates.set(key, certificate)
  return certificate
}
