import { peer } from '@hyperledger/fabric-protos'
import { asUnavailable, call } from './call-peer.ts'
import type { FabricConnection } from './connection.ts'
import { refusedByContract } from './endorsement-failure.ts'

const leastRefusal = 400

/**
 * Asks a chaincode through the member's own peer, the only one whose answers it relies on alone; writes nothing.
 *
 * @throws the contract's refusal; `ledger.refused` for others; `ledger.unavailable`, `ledger.timeout`
 */
export async function askOwnPeer (connection: FabricConnection, chaincode: string, transaction: string, args: readonly string[], milliseconds: number): Promise<Uint8Array> {
  const { signed } = connection.proposals.build(chaincode, { transaction, args, transient: {} })
  const answer = await call(connection.delivery.client, '/protos.Endorser/ProcessProposal', signed, milliseconds)
    .catch((cause: unknown) => { throw asUnavailable(cause, `the peer of ${connection.mspId} does not answer`) })
  const response = peer.ProposalResponse.deserializeBinary(answer).getResponse()
  if ((response?.getStatus() ?? leastRefusal) >= leastRefusal) throw refusedByContract(response?.getMessage() ?? 'an empty answer')
  return response?.getPayload_asU8() ?? new Uint8Array()
}
