/** What Fabric's system chaincode `qscc` tells about the chain, from the member's own peer. */
import { common } from '@hyperledger/fabric-protos'
import { ScrutinError } from '../../../protocol/src/errors.ts'
import type { LedgerStatus } from '../port.ts'
import type { RecordedTransaction } from './commit-feed.ts'
import type { FabricConnection } from './connection.ts'
import { askOwnPeer } from './own-peer.ts'

const milliseconds = 10_000

/** @throws ScrutinError `ledger.unavailable`, or `ledger.timeout` after 10 s */
export async function chainStatus (connection: FabricConnection): Promise<LedgerStatus> {
  const answer = await askOwnPeer(connection, 'qscc', 'GetChainInfo', [connection.channel], milliseconds)
  const info = common.BlockchainInfo.deserializeBinary(answer)
  return { height: BigInt(info.getHeight()), blockHash: Buffer.from(info.getCurrentblockhash_asU8()).toString('hex') }
}

/**
 * A transaction's place and verdict, valid or not; undefined while it stands in no block.
 *
 * @throws ScrutinError `ledger.unavailable`, or `ledger.timeout` after 20 s
 */
export async function lookUp (connection: FabricConnection, transactionId: string): Promise<RecordedTransaction | undefined> {
  let answer: Uint8Array
  try {
    answer = await askOwnPeer(connection, 'qscc', 'GetBlockByTxID', [connection.channel, transactionId], milliseconds)
  } catch (error) {
    if (!(error instanceof ScrutinError) || error.code !== 'ledger.refused') throw error
    // qscc has no code of its own for a transaction it does not have: that it answers else shows that this is what it means
    await chainStatus(connection)
    return undefined
  }
  const block = common.Block.deserializeBinary(answer)
  const index = block.getData()?.getDataList_asU8().findIndex((envelope) => transactionIdOf(envelope) === transactionId) ?? -1
  const verdicts = block.getMetadata()?.getMetadataList_asU8()[common.BlockMetadataIndex.TRANSACTIONS_FILTER]
  const code = verdicts?.[index]
  const number = block.getHeader()?.getNumber()
  if (code === undefined || number === undefined) throw new Error(`the peer gave a block without transaction ${transactionId}`)
  return { blockNumber: BigInt(number), index, code }
}

function transactionIdOf (envelope: Uint8Array): string | undefined {
  const header = common.Payload.deserializeBinary(common.Envelope.deserializeBinary(envelope).getPayload_asU8()).getHeader()
  return header === undefined ? undefined : common.ChannelHeader.deserializeBinary(header.getChannelHeader_asU8()).getTxId()
}
