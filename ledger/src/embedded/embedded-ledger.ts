import { randomBytes } from 'node:crypto'
import type { DatabaseSync } from 'node:sqlite'
import { setImmediate as nextTurn } from 'node:timers/promises'
import type { Contract } from 'fabric-contract-api'
import { ScrutinError } from '../../../protocol/src/errors.ts'
import type { EmbeddedLedgerConfig } from '../config.ts'
import type { Committed, ContractEvent, EventsOptions, Ledger, LedgerBlock, LedgerStatus, Position } from '../port.ts'
import { BlockCutter } from './block-cutter.ts'
import { BlockWatch } from './block-watch.ts'
import { Chain } from './chain.ts'
import { EmbeddedIdentity } from './client-identity.ts'
import type { Invocation } from './contract-stub.ts'
import { openDatabase } from './database.ts'
import { invokeContract } from './invoke-contract.ts'
import type { Version } from './read-write-set.ts'
import { Simulation } from './simulation.ts'
import { SnapshotPool } from './snapshot.ts'
import type { SimulatedTransaction } from './transaction-record.ts'

export const embeddedNotice = 'Embedded ledger: one SQLite file on this machine, for trying out only. ' +
  'Whoever can write to the file can change the ballot box; no other member checks it.'

const eventsAtOnce = 256

/**
 * The contract over one SQLite file that several processes share, with Fabric's rules: a transaction is simulated
 * against a snapshot, then ordered, checked (MVCC) and committed in a hash-chained block.
 *
 * @param contract the contract to run, by default Scrutin's; every process that shares the file must run the same
 */
export async function openEmbeddedLedger (config: EmbeddedLedgerConfig, contract?: Contract): Promise<Ledger> {
  return new EmbeddedLedger(config, contract ?? await scrutinContract(), await openDatabase(config.file))
}

async function scrutinContract (): Promise<Contract> {
  const { ScrutinContract } = await import('../../../chaincode/src/scrutin-contract.ts')
  return new ScrutinContract()
}

class EmbeddedLedger implements Ledger {
  readonly kind = 'embedded'
  readonly notice = embeddedNotice
  readonly mspId: string
  readonly #identity: EmbeddedIdentity
  readonly #role: string
  readonly #contract: Contract
  readonly #database: DatabaseSync
  readonly #chain: Chain
  readonly #snapshots: SnapshotPool
  readonly #cutter: BlockCutter
  readonly #watch: BlockWatch
  #closed = false

  constructor (config: EmbeddedLedgerConfig, contract: Contract, database: DatabaseSync) {
    this.mspId = config.mspId
    this.#role = config.role
    this.#identity = new EmbeddedIdentity(config.mspId, config.role)
    this.#contract = contract
    this.#database = database
    this.#chain = new Chain(database)
    this.#snapshots = new SnapshotPool(config.file)
    this.#watch = new BlockWatch(() => this.#chain.tip().number)
    this.#cutter = new BlockCutter(this.#chain, () => { this.#watch.check() })
  }

  async submit (transaction: string, args: readonly string[], transient: Readonly<Record<string, Uint8Array>> = {}): Promise<Committed> {
    this.#assertOpen()
    const invocation = this.#invocation(transaction, args, transient)
    const { transactionId, timestamp } = invocation
    let result: Uint8Array = new Uint8Array()
    const simulate = async (): Promise<SimulatedTransaction> => {
      const simulated = { transactionId, mspId: this.mspId, role: this.#role, timestamp, transaction, args, ...await this.#simulate(invocation) }
      result = simulated.result
      return simulated
    }
    const verdict = await this.#cutter.submit(simulate)
    if (verdict.code !== 'VALID') throw new ScrutinError('ledger.conflict', `${verdict.code} in transaction ${transactionId}`)
    return { ...position(verdict), transactionId, result }
  }

  async evaluate (transaction: string, args: readonly string[]): Promise<Uint8Array> {
    this.#assertOpen()
    return (await this.#simulate(this.#invocation(transaction, args, {}))).result
  }

  async locate (transactionId: string): Promise<Position | undefined> {
    this.#assertOpen()
    const found = this.#chain.locate(transactionId)
    return found === undefined ? undefined : position(found)
  }

  async status (): Promise<LedgerStatus> {
    this.#assertOpen()
    const tip = this.#chain.tip()
    return { height: BigInt(tip.number + 1), blockHash: Buffer.from(tip.hash).toString('hex') }
  }

  events (options: EventsOptions = {}): AsyncIterable<ContractEvent> {
    this.#assertOpen()
    const start = options.from === undefined ? this.#chain.tip().number + 1 : Number(options.from)
    return this.#follow(start, options.signal)
  }

  blocks (): AsyncIterable<LedgerBlock> {
    throw new ScrutinError('ledger.unavailable', 'the embedded ledger has no blocks to show: nobody signs them')
  }

  async close (): Promise<void> {
    if (this.#closed) return
    this.#closed = true
    await this.#cutter.drain()
    this.#watch.close()
    this.#snapshots.close()
    this.#database.close()
  }

  async * #follow (start: number, signal: AbortSignal | undefined): AsyncGenerator<ContractEvent> {
    let seen: Version = { block: start - 1, index: Number.MAX_SAFE_INTEGER }
    let complete = start - 1
    const ended = (): boolean => signal?.aborted === true || this.#watch.closed
    while (!ended()) {
      await this.#watch.waitForBlockAfter(complete, signal)
      if (ended()) return
      const newest = this.#chain.tip().number
      const found = this.#chain.eventsAfter(seen, eventsAtOnce)
      for (const event of found) {
        if (ended()) return
        yield { ...position(event), transactionId: event.transactionId, name: event.name, payload: event.payload }
      }
      seen = found.at(-1) ?? seen
      if (found.length < eventsAtOnce) complete = newest
    }
  }

  async #simulate (invocation: Invocation): ReturnType<typeof invokeContract> {
    // Contracts may compute long without waiting for anything: let other work in between.
    await nextTurn()
    return await this.#snapshots.with(async (snapshot) =>
      await invokeContract(this.#contract, new Simulation(snapshot), invocation))
  }

  #invocation (transaction: string, args: readonly string[], transient: Readonly<Record<string, Uint8Array>>): Invocation {
    const transactionId = randomBytes(32).toString('hex')
    return { transactionId, timestamp: Date.now(), transaction, args, transient, identity: this.#identity }
  }

  #assertOpen (): void {
    if (this.#closed) throw new ScrutinError('ledger.unavailable', 'this ledger has been closed')
  }
}

function position (version: Version): Position {
  return { blockNumber: BigInt(version.block), index: version.index }
}
