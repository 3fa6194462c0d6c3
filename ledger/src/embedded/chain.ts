import type { DatabaseSync, StatementSync } from 'node:sqlite'
import { blockHash, dataHash } from './block-hash.ts'
import { CommittedState } from './committed-state.ts'
import { inWriteTransaction } from './database.ts'
import type { Version } from './read-write-set.ts'
import { bytesColumn, numberColumn, rowVersion, textColumn } from './snapshot.ts'
import { type SimulatedTransaction, transactionRecord } from './transaction-record.ts'
import { validate, type ValidationCode } from './validate.ts'

export interface Verdict extends Version {
  readonly code: ValidationCode
}

export interface ChainTip {
  readonly number: number
  readonly hash: Uint8Array
}

export interface StoredEvent extends Version {
  readonly transactionId: string
  readonly name: string
  readonly payload: Uint8Array
}

/** The hash-chained blocks in the shared file: appending and reading them. */
export class Chain {
  readonly #database: DatabaseSync
  readonly #state: CommittedState
  readonly #tip: StatementSync
  readonly #insertBlock: StatementSync
  readonly #insertTransaction: StatementSync
  readonly #locate: StatementSync
  readonly #events: StatementSync

  constructor (database: DatabaseSync) {
    this.#database = database
    this.#state = new CommittedState(database)
    this.#tip = database.prepare('SELECT number, hash FROM blocks ORDER BY number DESC LIMIT 1')
    this.#insertBlock = database.prepare('INSERT INTO blocks (number, previous_hash, data_hash, hash, time) VALUES (?, ?, ?, ?, ?)')
    this.#insertTransaction = database.prepare(`
      INSERT INTO transactions (id, block, position, code, time, record, event_name, event_payload)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?)`)
    this.#locate = database.prepare("SELECT block, position FROM transactions WHERE id = ? AND code = 'VALID'")
    this.#events = database.prepare(`
      SELECT id, block, position, event_name, event_payload FROM transactions
      WHERE (block, position) > (?, ?) AND code = 'VALID' AND event_name IS NOT NULL
      ORDER BY block, position LIMIT ?`)
  }

  /**
   * Orders, validates and commits the transactions as one block, in one SQLite transaction: either all of it is in
   * the file afterwards or nothing. An invalid transaction stands in its block with its code and changes no state.
   */
  appendBlock (transactions: readonly SimulatedTransaction[]): Verdict[] {
    return inWriteTransaction(this.#database, () => {
      const previous = this.tip()
      const number = previous.number + 1
      const records = transactions.map(transactionRecord)
      const header = { number, previousHash: previous.hash, dataHash: dataHash(records) }
      const time = Date.now()
      this.#insertBlock.run(number, header.previousHash, header.dataHash, blockHash(header), time)
      const updatedInBlock = new Set<string>()
      return transactions.map((transaction, index) => {
        const { transactionId, timestamp, readWriteSet, event } = transaction
        const code = validate(readWriteSet, this.#state, updatedInBlock)
        this.#insertTransaction.run(transactionId, number, index, code, timestamp, records[index]!, event?.name ?? null, event?.payload ?? null)
        if (code === 'VALID') {
          for (const write of readWriteSet.writes) {
            this.#state.apply(write, { block: number, index })
            updatedInBlock.add(write.key)
          }
        }
        return { code, block: number, index }
      })
    })
  }

  tip (): ChainTip {
    const row = this.#tip.get()
    if (row === undefined) throw new Error('the embedded ledger has no genesis block')
    return { number: numberColumn(row, 'number'), hash: bytesColumn(row, 'hash') }
  }

  locate (transactionId: string): Version | undefined {
    const row = this.#locate.get(transactionId)
    return row === undefined ? undefined : rowVersion(row)
  }

  /** Events of valid transactions after the given place, in order. */
  eventsAfter (after: Version, limit: number): StoredEvent[] {
    return this.#events.all(after.block, after.index, limit).map((row) => ({
      ...rowVersion(row),
      transactionId: textColumn(row, 'id'),
      name: textColumn(row, 'event_name'),
      payload: bytesColumn(row, 'event_payload'),
    }))
  }

  /**
   * Recomputes every hash of the chain.
   *
   * @throws Error at the first block that is not what its hash says
   */
  check (): void {
    let previousHash = new Uint8Array()
    let expected = 0
    const records = this.#database.prepare('SELECT record FROM transactions WHERE block = ? ORDER BY position')
    for (const row of this.#database.prepare('SELECT number, previous_hash, data_hash, hash FROM blocks ORDER BY number').iterate()) {
      const number = numberColumn(row, 'number')
      const header = { number, previousHash, dataHash: dataHash(records.all(number).map((record) => bytesColumn(record, 'record'))) }
      const holds = number === expected++ &&
        Buffer.compare(previousHash, bytesColumn(row, 'previous_hash')) === 0 &&
        Buffer.compare(header.dataHash, bytesColumn(row, 'data_hash')) === 0 &&
        Buffer.compare(blockHash(header), bytesColumn(row, 'hash')) === 0
      if (!holds) throw new Error(`block ${number} is not what its hash says`)
      previousHash = Uint8Array.from(bytesColumn(row, 'hash'))
    }
  }
}
