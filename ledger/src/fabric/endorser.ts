/** One peer as an endorser: asks it, and believes only what its signature covers. */
import type { Client } from '@grpc/grpc-js'
import { peer } from '@hyperledger/fabric-protos'
import type { MemberIdentities } from '../../../chain/src/member-identities.ts'
import { plainEndorser } from '../../../chain/src/plain-endorsement.ts'
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
 * @param member as for `requireEndorsement`
 */
export async function askEndorser (client: Client, member: MemberIdentities | undefined, signed: Uint8Array, milliseconds: number): Promise<Answer> {
  try {
    const response = peer.ProposalResponse.deserializeBinary(await call(client, '/protos.Endorser/ProcessProposal', signed, milliseconds))
    const endorsement = response.getEndorsement()
    if ((response.getResponse()?.getStatus() ?? 0) >= leastRefusal || endorsement === undefined) {
      return { kind: 'refused', message: response.getResponse()?.getMessage() ?? '' }
    }
    const payload = response.getPayload_asU8()
    requireEndorsement(payload, endorsement, member, Date.now())
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
 * Throws unless this is an endorsement by the member's peer that Fabric counts, and audits too. Any other would make the
 * whole transaction invalid, or one that they judge differently, for all that endorsed it honestly.
 *
 * @param member the identities of this member alone; undefined when the channel has no such member, or none that can be judged
 */
export function requireEndorsement (payload: Uint8Array, endorsement: peer.Endorsement, member: MemberIdentities | undefined, timeMs: number): void {
  if (member === undefined) throw new Error('nobody knows this endorser')
  const found = plainEndorser(member, { payload, endorser: endorsement.getEndorser_asU8(), signature: endorsement.getSignature_asU8() }, timeMs)
  if (typeof found === 'string') throw new Error(`the endorsement does not count: ${found}`)
}
