/** Where a committed transaction stands in the chain. */
export interface Position {
  readonly blockNumber: bigint
  /** Index of the transaction in its block, from 0. */
  readonly index: number
}

export interface Committed extends Position {
  readonly transactionId: string
  /** What the contract returned. */
  readonly result: Uint8Array
}

export interface LedgerStatus {
  /** Number of blocks, the genesis block included. */
  readonly height: bigint
  /** Hash of the newest block, lower-case hex. */
  readonly blockHash: string
}

export interface ContractEvent extends Position {
  readonly transactionId: string
  readonly name: string
  readonly payload: Uint8Array
}

/** A whole block, as the member's own peer holds it. */
export interface LedgerBlock {
  readonly number: bigint
  /** The serialised `common.Block`, byte for byte: hashes and signatures go over it. */
  readonly bytes: Uint8Array
}

export interface BlocksOptions {
  /** First block; the genesis block (0) by default. */
  readonly from?: bigint
  /** Last block, waited for where it does not exist yet; without it, the iteration follows the chain and never ends. */
  readonly to?: bigint
  /** Ends the iteration quietly, as closing does. */
  readonly signal?: AbortSignal
}

export interface EventsOptions {
  /** First block to read; without it, only what comes after the call of `events`. */
  readonly from?: bigint
  /** Ends the iteration quietly, as closing the ledger does. */
  readonly signal?: AbortSignal
}

/**
 * The one way to the ballot box. Two adapters implement it: Fabric and embedded.
 *
 * Refusals by the contract reach the caller as the `ScrutinError` the contract threw (same code and detail). Besides:
 * - `ledger.conflict`: the transaction was ordered but invalidated by MVCC; it changed nothing and may be tried again.
 * - `ledger.unavailable`, `ledger.timeout`: the outcome of a submit may be unknown: look before sending again.
 */
export interface Ledger {
  /** 'fabric' or 'embedded': for logs and status pages only. */
  readonly kind: 'fabric' | 'embedded'
  /** A sentence to print when a service starts: the embedded ledger says that it is for trying out only. */
  readonly notice?: string
  readonly mspId: string
  /** Endorses, orders and waits until the transaction is committed as valid. */
  submit (transaction: string, args: readonly string[], transient?: Readonly<Record<string, Uint8Array>>): Promise<Committed>
  /** Asks one peer, writes nothing. */
  evaluate (transaction: string, args: readonly string[]): Promise<Uint8Array>
  /** The place of a committed, valid transaction; undefined when there is none. */
  locate (transactionId: string): Promise<Position | undefined>
  status (): Promise<LedgerStatus>
  /** Contract events of valid transactions, in order. */
  events (options?: EventsOptions): AsyncIterable<ContractEvent>
  /**
   * Whole blocks in order, none left out; a lost connection is taken up again. Fabric only: the embedded ledger's blocks
   * are signed by nobody, and it throws `ledger.unavailable`.
   */
  blocks (options?: BlocksOptions): AsyncIterable<LedgerBlock>
  close (): Promise<void>
}
