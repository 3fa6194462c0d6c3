import type { FabricLedgerConfig } from '../config.ts'
import type { BlocksOptions, Committed, ContractEvent, EventsOptions, Ledger, LedgerBlock, LedgerStatus, Position } from '../port.ts'
import { ScrutinError } from '../../../protocol/src/errors.ts'
import { chainStatus, lookUp } from './chain-queries.ts'
import { connect, type FabricConnection } from './connection.ts'
import { contractEvents } from './contract-events.ts'
import { followBlocks } from './follow-blocks.ts'
import { askOwnPeer } from './own-peer.ts'
import { submitTransaction } from './submit-transaction.ts'
import { isValid } from './validation-codes.ts'

const evaluateMilliseconds = 30_000

/**
 * A real Fabric channel, through the member's own peer.
 *
 * @throws ScrutinError `ledger.unavailable` when the peer can't be reached
 */
export async function openFabricLedger (config: FabricLedgerConfig): Promise<Ledger> {
  const { connection, release } = await connect(config)
  return new FabricLedger(connection, release)
}

class FabricLedger implements Ledger {
  readonly kind = 'fabric'
  readonly mspId: string
  readonly #connection: FabricConnection
  readonly #release: () => void
  readonly #closing = new AbortController()

  constructor (connection: FabricConnection, release: () => void) {
    this.mspId = connection.mspId
    this.#connection = connection
    this.#release = release
  }

  async submit (transaction: string, args: readonly string[], transient: Readonly<Record<string, Uint8Array>> = {}): Promise<Committed> {
    return await submitTransaction(this.#open(), { transaction, args, transient })
  }

  async evaluate (transaction: string, args: readonly string[]): Promise<Uint8Array> {
    const connection = this.#open()
    return await askOwnPeer(connection, connection.chaincode, transaction, args, evaluateMilliseconds)
  }

  async locate (transactionId: string): Promise<Position | undefined> {
    const found = await lookUp(this.#open(), transactionId)
    return found !== undefined && isValid(found.code) ? { blockNumber: found.blockNumber, index: found.index } : undefined
  }

  async status (): Promise<LedgerStatus> {
    return await chainStatus(this.#open())
  }

  events (options: EventsOptions = {}): AsyncIterable<ContractEvent> {
    const connection = this.#open()
    // asked now, not when the iteration begins: what is committed after this call belongs to it
    const from = options.from === undefined ? chainStatus(connection).then(({ height }) => height) : Promise.resolve(options.from)
    from.catch(() => {}) // reported to whoever iterates
    return contractEvents(connection.delivery, connection.chaincode, from, this.#untilClosed(options.signal))
  }

  blocks ({ from = 0n, to, signal }: BlocksOptions = {}): AsyncIterable<LedgerBlock> {
    return followBlocks(this.#open().delivery, { kind: 'whole', from, ...to === undefined ? {} : { to }, signal: this.#untilClosed(signal) })
  }

  async close (): Promise<void> {
    this.#closing.abort()
    this.#release()
  }

  #untilClosed (signal: AbortSignal | undefined): AbortSignal {
    return signal === undefined ? this.#closing.signal : AbortSignal.any([signal, this.#closing.signal])
  }

  #open (): FabricConnection {
    if (this.#closing.signal.aborted) throw new ScrutinError('ledger.unavailable', 'this ledger has been closed')
    return this.#connection
  }
}
