import type { BlockEvent } from 'fabric-network'
import type { ContractEvent } from '../port.ts'
import type { FabricConnection } from './connection.ts'

/**
 * The contract's events of valid transactions from a block on, read from the own peer's blocks. A lost stream is taken
 * up again by fabric-network at the block that comes next.
 *
 * @param from number of the first block
 * @param signal ends the iteration
 */
export async function * contractEvents (connection: FabricConnection, from: Promise<bigint>, signal: AbortSignal): AsyncGenerator<ContractEvent> {
  const { network, chaincode } = connection
  const startBlock = (await from).toString()
  const waiting: ContractEvent[] = []
  let wake = (): void => {}
  const listener = async (block: BlockEvent): Promise<void> => {
    waiting.push(...eventsOf(block, chaincode))
    wake()
  }
  const onAbort = (): void => { wake() }
  signal.addEventListener('abort', onAbort)
  try {
    if (signal.aborted) return
    await network.addBlockListener(listener, { type: 'full', startBlock })
    for (;;) {
      for (let event = waiting.shift(); event !== undefined; event = waiting.shift()) {
        if (signal.aborted) return
        yield event
      }
      if (signal.aborted) return
      await new Promise<void>((resolve) => {
        wake = resolve
        if (waiting.length > 0 || signal.aborted) resolve()
      })
    }
  } finally {
    signal.removeEventListener('abort', onAbort)
    network.removeBlockListener(listener)
  }
}

function eventsOf (block: BlockEvent, chaincode: string): ContractEvent[] {
  const blockNumber = BigInt(block.blockNumber.toString())
  const ids = transactionIds(block.blockData)
  return block.getTransactionEvents().filter((transaction) => transaction.isValid).flatMap((transaction) =>
    transaction.getContractEvents().filter((event) => event.chaincodeId === chaincode).map((event) => ({
      blockNumber,
      index: ids.indexOf(transaction.transactionId),
      transactionId: transaction.transactionId,
      name: event.eventName,
      payload: event.payload ?? new Uint8Array(),
    })))
}

/** Ids of all the block's transactions; fabric-network has decoded the block further than its typings say. */
function transactionIds (block: unknown): unknown[] {
  const envelopes = inside(block, 'data', 'data')
  return Array.isArray(envelopes) ? envelopes.map((envelope: unknown) => inside(envelope, 'payload', 'header', 'channel_header', 'tx_id')) : []
}

function inside (value: unknown, ...path: readonly string[]): unknown {
  return path.reduce((found: unknown, name): unknown => typeof found === 'object' && found !== null ? Reflect.get(found, name) : undefined, value)
}
