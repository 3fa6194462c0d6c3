/**
 * The ballots that the gateway has taken on, on disk: what `put` has resolved for survives SIGKILL and a power cut.
 *
 * One SQLite file (WAL, synchronous=FULL). All that arrives in one turn of the event loop shares one transaction and
 * so one fsync. Measured with ballots of 2.2 kB on the machine of BENCHMARKS.md: 17,500 ballots a second from 64
 * clients, 0.05 ms of one core each. A journal of our own with fdatasync made 89,000 of them; but both are far above
 * what the ledger takes, and what SQLite does after a torn write need not be proven by us.
 *
 * Nothing here says who sent a ballot, when, or in which order: rows are kept in the order of their trackers.
 */
import { mkdirSync } from 'node:fs'
import { dirname } from 'node:path'
import { DatabaseSync, type StatementSync } from 'node:sqlite'
import { isErrorCode, ScrutinError } from '../../../protocol/src/errors.ts'
import { ballotName, type QueuedBallot, type Refusal } from './queued-ballot.ts'

export interface StoreLimits {
  readonly maxBallots: number
  readonly maxBytes: number
  /** Of 4 KiB, of the file. */
  readonly maxPages?: number
}

/** Of as many ballots the store remembers why they are not in the box. */
const mostRefusals = 100_000
/** Rows that are no longer needed go with the next ballots that come, or after this time. */
const removeWithinMs = 1000

const applicationId = 0x53637242 // 'ScrB'
const schema = `
  CREATE TABLE IF NOT EXISTS ballots (
    election TEXT NOT NULL,
    tracker TEXT NOT NULL,
    credential_key TEXT NOT NULL,
    bytes BLOB NOT NULL,
    PRIMARY KEY (election, tracker)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS refusals (
    election TEXT NOT NULL,
    tracker TEXT NOT NULL,
    code TEXT NOT NULL,
    detail TEXT,
    PRIMARY KEY (election, tracker)
  ) STRICT, WITHOUT ROWID;
  PRAGMA application_id = ${applicationId};
  PRAGMA user_version = 1;
`

interface Waiting {
  readonly ballot: QueuedBallot
  readonly resolve: () => void
  readonly reject: (error: ScrutinError) => void
}

interface Settled {
  readonly ballot: QueuedBallot
  readonly refusal: Refusal | undefined
}

export class BallotStore {
  readonly #limits: StoreLimits
  readonly #database: DatabaseSync
  readonly #insert: StatementSync
  readonly #remove: StatementSync
  readonly #refuse: StatementSync
  readonly #findRefusal: StatementSync
  readonly #forgetRefusals: StatementSync
  /** Settled, but not yet written down as that: what the file says of them is out of date. */
  readonly #unwritten = new Map<string, Settled>()
  #waiting: Waiting[] = []
  #scheduled: NodeJS.Immediate | undefined
  /** Nothing else runs while the disk writes: after each time, twice as long is left for the rest, and more ballots come together. */
  #restUntil = 0
  #timer: NodeJS.Timeout | undefined
  #refusals: number
  #count = 0
  #bytes = 0

  /** @param file made when there is none; `:memory:` keeps nothing, for tests */
  constructor (file: string, limits: StoreLimits) {
    this.#limits = limits
    if (file !== ':memory:') mkdirSync(dirname(file), { recursive: true, mode: 0o700 })
    // a second gateway on the same folder would cast everything twice: the lock keeps it out
    this.#database = new DatabaseSync(file, { timeout: 2000 })
    this.#database.exec('PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA secure_delete = ON')
    this.#database.exec(schema)
    if (limits.maxPages !== undefined) this.#database.exec(`PRAGMA max_page_count = ${limits.maxPages}`)
    this.#insert = this.#database.prepare('INSERT OR REPLACE INTO ballots (election, tracker, credential_key, bytes) VALUES (?, ?, ?, ?)')
    this.#remove = this.#database.prepare('DELETE FROM ballots WHERE election = ? AND tracker = ?')
    this.#refuse = this.#database.prepare('INSERT OR REPLACE INTO refusals (election, tracker, code, detail) VALUES (?, ?, ?, ?)')
    this.#findRefusal = this.#database.prepare('SELECT code, detail FROM refusals WHERE election = ? AND tracker = ?')
    // trackers are hashes: the first in order are any
    this.#forgetRefusals = this.#database.prepare('DELETE FROM refusals WHERE (election, tracker) IN (SELECT election, tracker FROM refusals ORDER BY tracker LIMIT ?)')
    this.#refusals = Number(this.#database.prepare('SELECT count(*) AS n FROM refusals').get()!['n'])
  }

  /** What was left when the process ended: to be cast. Call it once, before the first `put`. */
  load (): QueuedBallot[] {
    const rows = this.#database.prepare('SELECT election, tracker, credential_key, bytes FROM ballots').all()
    const ballots = rows.map((row) => ({
      electionId: String(row['election']), tracker: String(row['tracker']), credentialKey: String(row['credential_key']), bytes: row['bytes'] as Uint8Array,
    }))
    this.#count = ballots.length
    this.#bytes = ballots.reduce((sum, { bytes }) => sum + bytes.length, 0)
    return ballots
  }

  /** Ballots and bytes that are not settled. */
  get depth (): { readonly ballots: number, readonly bytes: number } {
    return { ballots: this.#count, bytes: this.#bytes }
  }

  /**
   * Resolves when the ballot is on disk.
   *
   * @throws ScrutinError `service.busy` when there is no room; `service.storage` when it could not be written
   */
  async put (ballot: QueuedBallot): Promise<void> {
    const { maxBallots, maxBytes } = this.#limits
    if (this.#count >= maxBallots || this.#bytes + ballot.bytes.length > maxBytes) throw new ScrutinError('service.busy', 'the queue of ballots is full')
    this.#count++
    this.#bytes += ballot.bytes.length
    try {
      await new Promise<void>((resolve, reject) => {
        this.#waiting.push({ ballot, resolve, reject })
        this.#schedule()
      })
    } catch (error) {
      this.#release(ballot)
      throw error
    }
  }

  /** The ballot is in the box, or will not be: its row is no longer needed. It may still stand there after a crash: then it is cast again and found. */
  settle (ballot: QueuedBallot, refusal?: Refusal): void {
    this.#release(ballot)
    this.#unwritten.set(ballotName(ballot), { ballot, refusal })
    this.#timer ??= setTimeout(() => { this.#write() }, removeWithinMs)
  }

  /** Why the ballot is not in the box, if it was refused here. */
  refusalOf (electionId: string, tracker: string): Refusal | undefined {
    const settled = this.#unwritten.get(ballotName({ electionId, tracker }))
    if (settled !== undefined) return settled.refusal
    const row = this.#findRefusal.get(electionId, tracker)
    if (row === undefined || !isErrorCode(row['code'])) return undefined
    return { code: row['code'], ...(row['detail'] === null ? {} : { detail: String(row['detail']) }) }
  }

  close (): void {
    this.#write()
    clearTimeout(this.#timer)
    this.#database.close()
  }

  #release ({ bytes }: QueuedBallot): void {
    this.#count--
    this.#bytes -= bytes.length
  }

  #write (): void {
    clearImmediate(this.#scheduled)
    clearTimeout(this.#timer)
    this.#scheduled = this.#timer = undefined
    const started = performance.now()
    const waiting = this.#waiting
    this.#waiting = []
    const settled = [...this.#unwritten.values()]
    if (waiting.length === 0 && settled.length === 0) return
    try {
      this.#commit(waiting.map(({ ballot }) => ballot), settled)
    } catch (cause) {
      for (const { reject } of waiting) reject(new ScrutinError('service.storage', undefined, { cause }))
      // what could not be removed is kept in mind, and tried again
      if (this.#unwritten.size > 0 && this.#database.isOpen) this.#timer = setTimeout(() => { this.#write() }, removeWithinMs)
      return
    }
    const ended = performance.now()
    this.#restUntil = ended + 2 * (ended - started)
    for (const { resolve } of waiting) resolve()
    this.#unwritten.clear()
  }

  #schedule (): void {
    const rest = this.#restUntil - performance.now()
    if (rest <= 0) {
      this.#scheduled ??= setImmediate(() => { this.#write() })
    } else if (this.#waiting.length === 1 || this.#timer === undefined) {
      clearTimeout(this.#timer)
      this.#timer = setTimeout(() => { this.#write() }, rest)
    }
  }

  #commit (ballots: readonly QueuedBallot[], settled: readonly Settled[]): void {
    this.#database.exec('BEGIN IMMEDIATE')
    try {
      for (const { ballot: { electionId, tracker }, refusal } of settled) {
        this.#remove.run(electionId, tracker)
        if (refusal !== undefined) this.#refusals += Number(this.#refuse.run(electionId, tracker, refusal.code, refusal.detail ?? null).changes)
      }
      for (const { electionId, tracker, credentialKey, bytes } of ballots) this.#insert.run(electionId, tracker, credentialKey, bytes)
      if (this.#refusals > mostRefusals) this.#refusals -= Number(this.#forgetRefusals.run(this.#refusals - mostRefusals).changes)
      this.#database.exec('COMMIT')
    } catch (error) {
      if (this.#database.isTransaction) this.#database.exec('ROLLBACK')
      throw error
    }
  }
}
