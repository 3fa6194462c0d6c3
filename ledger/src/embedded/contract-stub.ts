import Long from 'long'
import type { ChaincodeResponse, ChaincodeStub, Iterators, SerializedIdentity, SplitCompositekey, Timestamp } from 'fabric-shim-api'
import type { EmbeddedIdentity } from './client-identity.ts'
import { oneByOne, type PagePromise, queryPage, queryResults, type ResultPromise } from './contract-iterators.ts'
import type { Simulation } from './simulation.ts'
import type { StateEntry } from './snapshot.ts'

export interface Invocation {
  readonly transactionId: string
  /** Milliseconds since 1970. */
  readonly timestamp: number
  readonly transaction: string
  readonly args: readonly string[]
  readonly transient: Readonly<Record<string, Uint8Array>>
  readonly identity: EmbeddedIdentity
}

const channel = 'scrutin'
const lowestSimpleKey = '\u0001'
const highestCharacter = '\u{10ffff}'

/** `ctx.stub` of a contract on the embedded ledger: what fabric-shim's stub does, as far as Scrutin needs it. */
export class ContractStub implements ChaincodeStub {
  readonly #simulation: Simulation
  readonly #invocation: Invocation
  #event: { name: string, payload: Uint8Array } | undefined

  constructor (simulation: Simulation, invocation: Invocation) {
    this.#simulation = simulation
    this.#invocation = invocation
  }

  /** The event set last, as in Fabric: one a transaction. */
  get event (): { name: string, payload: Uint8Array } | undefined {
    return this.#event
  }

  getArgs (): string[] { return [this.#invocation.transaction, ...this.#invocation.args] }
  getStringArgs (): string[] { return this.getArgs() }
  getFunctionAndParameters (): { params: string[], fcn: string } {
    return { fcn: this.#invocation.transaction, params: [...this.#invocation.args] }
  }

  getTxID (): string { return this.#invocation.transactionId }
  getChannelID (): string { return channel }
  getMspID (): string { return this.#invocation.identity.getMSPID() }
  getCreator (): SerializedIdentity {
    return { mspid: this.#invocation.identity.getMSPID(), idBytes: this.#invocation.identity.getIDBytes() }
  }

  getTransient (): Map<string, Uint8Array> {
    return new Map(Object.entries(this.#invocation.transient).map(([name, value]) => [name, Buffer.from(value)]))
  }

  getTxTimestamp (): Timestamp { return fabricTimestamp(this.#invocation.timestamp) }
  getDateTimestamp (): Date { return new Date(this.#invocation.timestamp) }

  async getState (key: string): Promise<Uint8Array> {
    return Buffer.from(this.#simulation.get(key) ?? [])
  }

  async putState (key: string, value: Uint8Array): Promise<void> {
    this.#simulation.put(key, typeof value === 'string' ? Buffer.from(value) : value)
  }

  async deleteState (key: string): Promise<void> {
    this.#simulation.put(key, undefined)
  }

  getStateByRange (startKey: string, endKey: string): ResultPromise<Iterators.KV> {
    return this.#scan(startKey === '' ? lowestSimpleKey : startKey, endKey)
  }

  getStateByRangeWithPagination (startKey: string, endKey: string, pageSize: number, bookmark = ''): PagePromise<Iterators.KV> {
    const from = bookmark !== '' ? bookmark : startKey === '' ? lowestSimpleKey : startKey
    const page = this.#simulation.page(from, endKey, pageSize)
    return queryPage(page.entries.map(keyAndValue), page.next)
  }

  getStateByPartialCompositeKey (objectType: string, attributes: string[]): ResultPromise<Iterators.KV> {
    const prefix = this.createCompositeKey(objectType, attributes)
    return this.#scan(prefix, prefix + highestCharacter)
  }

  getHistoryForKey (key: string): ResultPromise<Iterators.KeyModification> {
    return queryResults(oneByOne(this.#simulation.history(key).map((entry) => ({
      txId: entry.transactionId,
      isDelete: entry.value === undefined,
      value: Buffer.from(entry.value ?? []),
      timestamp: fabricTimestamp(entry.timestamp),
    }))))
  }

  setEvent (name: string, payload: Uint8Array): void {
    if (name === '') throw new Error('Event name must be a non-empty string')
    this.#event = { name, payload: Uint8Array.from(payload) }
  }

  createCompositeKey (objectType: string, attributes: string[]): string {
    return `\0${[objectType, ...attributes].map((part) => `${part}\0`).join('')}`
  }

  splitCompositeKey (compositeKey: string): SplitCompositekey {
    const [objectType = '', ...attributes] = compositeKey.slice(1, -1).split('\0')
    return { objectType, attributes }
  }

  getSignedProposal (): never { return notThere('signed proposals') }
  getBinding (): never { return notThere('signed proposals') }
  async setStateValidationParameter (): Promise<void> { notThere('state-based endorsement') }
  async getStateValidationParameter (): Promise<Uint8Array> { return notThere('state-based endorsement') }
  getStateByPartialCompositeKeyWithPagination (): never { return notThere('pages of composite keys') }
  getQueryResult (): never { return notThere('rich queries') }
  getQueryResultWithPagination (): never { return notThere('rich queries') }
  async invokeChaincode (): Promise<ChaincodeResponse> { return notThere('other chaincodes') }
  async getPrivateData (): Promise<Uint8Array> { return notThere('private data') }
  async getPrivateDataHash (): Promise<Uint8Array> { return notThere('private data') }
  async putPrivateData (): Promise<void> { notThere('private data') }
  async deletePrivateData (): Promise<void> { notThere('private data') }
  async purgePrivateData (): Promise<void> { notThere('private data') }
  async setPrivateDataValidationParameter (): Promise<void> { notThere('private data') }
  async getPrivateDataValidationParameter (): Promise<Uint8Array> { return notThere('private data') }
  getPrivateDataByRange (): never { return notThere('private data') }
  getPrivateDataByPartialCompositeKey (): never { return notThere('private data') }
  getPrivateDataQueryResult (): never { return notThere('private data') }

  #scan (startKey: string, endKey: string): ResultPromise<Iterators.KV> {
    const scan = this.#simulation.range(startKey, endKey)
    return queryResults(() => {
      const entry = scan.next()
      return entry === undefined ? undefined : keyAndValue(entry)
    })
  }
}

function keyAndValue (entry: StateEntry): Iterators.KV {
  return { namespace: channel, key: entry.key, value: Buffer.from(entry.value) }
}

function fabricTimestamp (milliseconds: number): Timestamp {
  return { seconds: Long.fromNumber(Math.floor(milliseconds / 1000), true), nanos: (milliseconds % 1000) * 1_000_000 }
}

function notThere (what: string): never {
  throw new Error(`the embedded ledger has no ${what}`)
}
