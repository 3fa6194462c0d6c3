/** The issuances in `roll.db`: those that wait to be written to the ledger, and those that stand there. */
import type { DatabaseSync } from 'node:sqlite'
import { inTransaction } from './database.ts'

export interface Issuance {
  readonly position: number
  /** Hash of the one blinded message that is signed for this leaf, hex. */
  readonly blinded: string
  /** Milliseconds since 1970; null: the ledger has it. */
  readonly waitingSince: number | null
}

export interface WaitingIssuance extends Issuance {
  readonly waitingSince: number
}

export class IssuanceStore {
  readonly #database: DatabaseSync
  readonly #electionId: string

  constructor (database: DatabaseSync, electionId: string) {
    this.#database = database
    this.#electionId = electionId
  }

  find (position: number): Issuance | undefined {
    const row = this.#database.prepare('SELECT blinded, waiting_since FROM issuance WHERE election = ? AND position = ?').get(this.#electionId, position)
    if (row === undefined) return undefined
    return { position, blinded: String(row['blinded']), waitingSince: row['waiting_since'] === null ? null : Number(row['waiting_since']) }
  }

  /** Keeps a request on disk, unless the leaf has one already; returns the one that counts. */
  request (position: number, blinded: string, nowMs: number): Issuance {
    this.#database.prepare('INSERT INTO issuance (election, position, blinded, waiting_since) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING')
      .run(this.#electionId, position, blinded, nowMs)
    return this.find(position)!
  }

  /** How many wait, and since when the oldest does. */
  queue (): { count: number, oldest: number | null } {
    const row = this.#database.prepare('SELECT count(*) AS count, min(waiting_since) AS oldest FROM issuance WHERE election = ? AND waiting_since IS NOT NULL').get(this.#electionId)!
    return { count: Number(row['count']), oldest: row['oldest'] === null ? null : Number(row['oldest']) }
  }

  waiting (): WaitingIssuance[] {
    return this.#database.prepare('SELECT position, blinded, waiting_since FROM issuance WHERE election = ? AND waiting_since IS NOT NULL')
      .all(this.#electionId)
      .map((row) => ({ position: Number(row['position']), blinded: String(row['blinded']), waitingSince: Number(row['waiting_since']) }))
  }

  /** The ledger has these; when they came is forgotten. `blinded` is what stands there. */
  recorded (issuances: Iterable<{ position: number, blinded: string }>): void {
    inTransaction(this.#database, () => {
      const put = this.#database.prepare(`INSERT INTO issuance (election, position, blinded, waiting_since) VALUES (?, ?, ?, NULL)
        ON CONFLICT DO UPDATE SET blinded = excluded.blinded, waiting_since = NULL`)
      for (const { position, blinded } of issuances) put.run(this.#electionId, position, blinded)
    })
  }

  /** Forgets a request that the ledger refused. */
  refused (position: number): void {
    this.#database.prepare('DELETE FROM issuance WHERE election = ? AND position = ? AND waiting_since IS NOT NULL').run(this.#electionId, position)
  }
}
