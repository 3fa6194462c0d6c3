import { common, peer } from '@hyperledger/fabric-protos'
import type { ContractEvent } from '../port.ts'
import type { Delivered, DeliverService } from './deliver.ts'
import { followBlocks } from './follow-blocks.ts'
import { isValid } from './validation-codes.ts'

/**
 * The contract's events of valid transactions from a block on, read from the own peer's blocks.
 *
 * @param from number of the first block
 * @param signal ends the iteration
 */
export async function * contractEvents (service: DeliverService, chaincode: string, from: Promise<bigint>, signal: AbortSignal): AsyncGenerator<ContractEvent> {
  for await (const block of followBlocks(service, { kind: 'whole', from: await from, signal })) {
    for (const event of eventsOf(block, chaincode)) {
      if (signal.aborted) return
      yield event
    }
  }
}

function eventsOf ({ number, bytes }: Delivered, chaincode: string): ContractEvent[] {
  const block = common.Block.deserializeBinary(bytes)
  const verdicts = block.getMetadata()?.getMetadataList_asU8()[common.BlockMetadataIndex.TRANSACTIONS_FILTER]
  return (block.getData()?.getDataList_asU8() ?? []).flatMap((envelope, index) => {
    if (!isValid(verdicts?.[index] ?? peer.TxValidationCode.NOT_VALIDATED)) return []
    const event = eventOf(envelope)
    return event === undefined || event.getChaincodeId() !== chaincode
      ? []
      : [{ blockNumber: number, index, transactionId: event.getTxId(), name: event.getEventName(), payload: event.getPayload_asU8() }]
  })
}

/** The event a transaction set, if it is an endorser transaction (not one of configuration) and set one. */
function eventOf (envelope: Uint8Array): peer.ChaincodeEvent | undefined {
  const payload = common.Payload.deserializeBinary(common.Envelope.deserializeBinary(envelope).getPayload_asU8())
  const channelHeader = common.ChannelHeader.deserializeBinary(payload.getHeader()?.getChannelHeader_asU8() ?? new Uint8Array())
  if (channelHeader.getType() !== common.HeaderType.ENDORSER_TRANSACTION) return undefined
  const [action] = peer.Transaction.deserializeBinary(payload.getData_asU8()).getActionsList()
  if (action === undefined) return undefined
  const endorsed = peer.ChaincodeActionPayload.deserializeBinary(action.getPayload_asU8()).getAction()
  const response = peer.ProposalResponsePayload.deserializeBinary(endorsed?.getProposalResponsePayload_asU8() ?? new Uint8Array())
  const event = peer.ChaincodeEvent.deserializeBinary(peer.ChaincodeAction.deserializeBinary(response.getExtension_asU8()).getEvents_asU8())
  return event.getEventName() === '' ? undefined : event
}
