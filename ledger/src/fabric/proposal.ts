/** Proposals, made by fabric-network's parts and signed here. */
import type { IdentityContext } from 'fabric-common'
import type { Network } from 'fabric-network'
import { peer } from '@hyperledger/fabric-protos'
import type { SigningIdentity } from './signing-identity.ts'

export interface Submission {
  readonly transaction: string
  readonly args: readonly string[]
  readonly transient: Readonly<Record<string, Uint8Array>>
}

export interface SignedProposal {
  readonly transactionId: string
  /** The serialised `peer.Proposal`. */
  readonly proposal: Uint8Array
  /** The serialised `peer.SignedProposal`. */
  readonly signed: Uint8Array
}

export class Proposals {
  readonly #network: Network
  readonly #context: IdentityContext
  readonly #identity: SigningIdentity

  constructor (network: Network, context: IdentityContext, identity: SigningIdentity) {
    this.#network = network
    this.#context = context
    this.#identity = identity
  }

  /** A new proposal, with a transaction id nobody has used before. */
  build (chaincode: string, { transaction, args, transient }: Submission): SignedProposal {
    const context = this.#context.calculateTransactionId()
    const endorsement = this.#network.getChannel().newEndorsement(chaincode)
    const proposal = new Uint8Array(endorsement.build(context, {
      fcn: transaction,
      args: [...args],
      transientMap: Object.fromEntries(Object.entries(transient).map(([name, value]) => [name, Buffer.from(value)])),
      generateTransactionId: false,
    }))
    const signed = new peer.SignedProposal()
    signed.setProposalBytes(proposal)
    signed.setSignature(this.#identity.sign(proposal))
    return { transactionId: endorsement.getTransactionId(), proposal, signed: signed.serializeBinary() }
  }
}
