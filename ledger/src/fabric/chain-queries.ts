/** What Fabric's system chaincode `qscc` tells about the chain, from the member's own peer. */
import { common } from '@hyperledger/fabric-protos'
import { ScrutinError } from '../../../protocol/src/errors.ts'
import type { LedgerStatus, Position } from '../port.ts'
import type { FabricConnection } from './connection.ts'
import { validationCodeName } from './validation-codes.ts'

export interface RecordedTransaction extends Position {
  /** Fabric's name of the verdict: VALID, MVCC_READ_CONFLICT … */
  readonly code: string
}

export async function chainStatus (connection: FabricConnection): Promise<LedgerStatus> {
  const answer = await connection.systemContract.evaluateTransaction('GetChainInfo', connection.channel)
  const info = common.BlockchainInfo.deserializeBinary(answer)
  return { height: BigInt(info.getHeight()), blockHash: Buffer.from(info.getCurrentblockhash_asU8()).toString('hex') }
}

/** A transaction's place and verdict, valid or not; undefined while it stands in no block. */
export async function lookUp (connection: FabricConnection, transactionId: string): Promise<RecordedTransaction | undefined> {
  let answer: Uint8Array
  try {
    answer = await connection.systemContract.evaluateTransaction('GetBlockByTxID', connection.channel, transactionId)
  } catch (error) {
    if (error instanceof ScrutinError && error.detail?.includes('no such transaction ID') === true) return undefined
    throw error
  }
  const block = common.Block.deserializeBinary(answer)
  const index = block.getData()?.getDataList_asU8().findIndex((envelope) => transactionIdOf(envelope) === transactionId) ?? -1
  const verdicts = block.getMetadata()?.getMetadataList_asU8()[common.BlockMetadataIndex.TRANSACTIONS_FILTER]
  const verdict = verdicts?.[index]
  const number = block.getHeader()?.getNumber()
  if (verdict === undefined || number === undefined) throw new Error(`the peer gave a block without transaction ${transactionId}`)
  return { blockNumber: BigInt(number), index, code: validationCodeName(verdict) }
}

function transactionIdOf (envelope: Uint8Array): string | undefined {
  const payload = common.Payload.deserializeBinary(common.Envelope.deserializeBinary(envelope).getPayload_asU8())
  const header = payload.getHeader()
  return header === undefined ? undefined : common.ChannelHeader.deserializeBinary(header.getChannelHeader_asU8()).getTxId()
}
