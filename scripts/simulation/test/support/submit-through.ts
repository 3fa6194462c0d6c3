/** A dishonest client: it takes the endorsements of the members it likes, and sends the transaction to the orderers whatever is missing. */
import '../../../../ledger/src/fabric/silent-logging.ts'
import { readFile } from 'node:fs/promises'
import { Gateway, Wallets } from 'fabric-network'
import type { RunningMember } from '../../../../network/src/bring-up.ts'

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
  const ledger = member.ledgers.gateway
  if (ledger?.kind !== 'fabric') throw new Error(`${member.name} has no gateway on Fabric`)
  const wallet = await Wallets.newInMemoryWallet()
  await wallet.put('identity', {
    type: 'X.509',
    mspId: ledger.mspId,
    version: 1,
    credentials: { certificate: await readFile(ledger.certificate, 'utf8'), privateKey: await readFile(ledger.privateKey, 'utf8') },
  } as never)
  const gateway = new Gateway()
  try {
    const profile = JSON.parse(await readFile(ledger.connectionProfile, 'utf8')) as Record<string, unknown>
    await gateway.connect(profile, { wallet, identity: 'identity', discovery: { enabled: true, asLocalhost: false } })
    const network = await gateway.getNetwork(ledger.channel)
    const proposal = network.getContract(ledger.chaincode).createTransaction(transaction)
    proposal.setEndorsingPeers(endorsers.flatMap(mspId => network.getChannel().getEndorsers(mspId)))
    proposal.setTransient(Object.fromEntries(Object.entries(transient).map(([name, value]) => [name, Buffer.from(value)])))
    await proposal.submit(...args)
    return 'VALID'
  } catch (error) {
    if (error instanceof Error && 'transactionCode' in error && typeof error.transactionCode === 'string') return error.transactionCode
    throw error
  } finally {
    gateway.disconnect()
  }
}
