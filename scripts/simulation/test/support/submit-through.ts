/** A dishonest client: it takes the endorsements of the members it likes, and sends the transaction to the orderers whatever is missing. */
import '../../../../ledger/src/fabric/silent-logging.ts'
import type { RunningMember } from '../../../../network/src/bring-up.ts'
import { withGateway } from '../../../../network/test/support/fabric-client.ts'

export interface Submission {
  /** Whose gateway's identity signs. */
  readonly member: RunningMember
  readonly endorsers: readonly string[]
  readonly transaction: string
  readonly args: readonly string[]
  readonly transient: Readonly<Record<string, Uint8Array>>
}

/** @returns Fabric's verdict on the ordered transaction: `VALID`, `ENDORSEMENT_POLICY_FAILURE` … */
export async function submitThrough ({ member, endorsers, transaction, args, transient }: Submission): Promise<string> {
  try {
    return await withGateway(member.ledgers.gateway, async (gateway, { channel, chaincode }) => {
      const network = await gateway.getNetwork(channel)
      const proposal = network.getContract(chaincode).createTransaction(transaction)
      proposal.setEndorsingPeers(endorsers.flatMap(mspId => network.getChannel().getEndorsers(mspId)))
      proposal.setTransient(Object.fromEntries(Object.entries(transient).map(([name, value]) => [name, Buffer.from(value)])))
      await proposal.submit(...args)
      return 'VALID'
    })
  } catch (error) {
    if (error instanceof Error && 'transactionCode' in error && typeof error.transactionCode === 'string') return error.transactionCode
    throw error
  }
}
