import { common, peer } from '@hyperledger/fabric-protos'
import type { Endorsed } from './endorser.ts'
import type { SignedProposal } from './proposal.ts'
import type { SigningIdentity } from './signing-identity.ts'

/**
 * The transaction made of a proposal and its endorsements, signed: a serialised `common.Envelope`. What was passed as
 * transient data is not in it.
 *
 * @param endorsed with one and the same payload
 */
export function transactionEnvelope (identity: SigningIdentity, { proposal: bytes }: SignedProposal, endorsed: readonly Endorsed[]): Uint8Array {
  const [first] = endorsed
  if (first === undefined) throw new Error('a transaction needs an endorsement')
  const proposal = peer.Proposal.deserializeBinary(bytes)
  const header = common.Header.deserializeBinary(proposal.getHeader_asU8())

  const endorsedAction = new peer.ChaincodeEndorsedAction()
  endorsedAction.setProposalResponsePayload(first.payload)
  endorsedAction.setEndorsementsList(endorsed.map(({ endorsement }) => endorsement))
  const withoutTransient = new peer.ChaincodeProposalPayload()
  withoutTransient.setInput(peer.ChaincodeProposalPayload.deserializeBinary(proposal.getPayload_asU8()).getInput_asU8())
  const actionPayload = new peer.ChaincodeActionPayload()
  actionPayload.setAction(endorsedAction)
  actionPayload.setChaincodeProposalPayload(withoutTransient.serializeBinary())

  const action = new peer.TransactionAction()
  action.setHeader(header.getSignatureHeader_asU8())
  action.setPayload(actionPayload.serializeBinary())
  const transaction = new peer.Transaction()
  transaction.setActionsList([action])

  const payload = new common.Payload()
  payload.setHeader(header)
  payload.setData(transaction.serializeBinary())
  const envelope = new common.Envelope()
  envelope.setPayload(payload.serializeBinary())
  envelope.setSignature(identity.sign(envelope.getPayload_asU8()))
  return envelope.serializeBinary()
}
