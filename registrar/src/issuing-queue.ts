/**
 * Writes issuances to the ledger before any signature leaves: shuffled, and in
 * batches of the definition's minimum size or when the oldest has waited long
 * enough, so that the time of an issuance points at nobody.
 */
import { randomInt } from 'node:crypto'
import type { FastifyBaseLogger } from 'fastify'
import type { Ledger } from '../../ledger/src/port.ts'
import { fromHex } from '../../protocol/src/bytes.ts'
import { canonicalText } from '../../protocol/src/canonical-json.ts'
import { ScrutinError } from '../../protocol/src/errors.ts'
import { signIssuance } from '../../protocol/src/issuances.ts'
import type { IssuanceRecord } from '../../protocol/src/records.ts'
import type { KeyPair } from '../../protocol/src/schnorr.ts'
import { mostIssuancesFor } from '../../protocol/src/transaction-size.ts'
import type { IssuanceStore, WaitingIssuance } from './issuance-store.ts'
import { findIssuance, issuingEndMs } from './read-election.ts'
import type { RollStore, StoredElection } from './roll-store.ts'

/** A batch still goes out this long before issuing ends, full or not. */
const lastCallMs = 30_000
/** After a failure of the ledger, doubled each time. */
const pauseMs = { first: 250, longest: 30_000 }
const longestTimerMs = 3_600_000

export interface QueueOptions {
  readonly ledger: Ledger
  /** The registrar's key of the definition: signs every issuance. */
  readonly keys: KeyPair
  readonly election: StoredElection
  readonly roll: RollStore
  readonly issuances: IssuanceStore
  readonly log: FastifyBaseLogger
}

type Outcome = 'recorded' | 'waiting' | ScrutinError
type Waiter = (outcome: Outcome) => void

export class IssuingQueue {
  readonly #options: QueueOptions
  readonly #waiters = new Map<number, Set<Waiter>>()
  #timer: NodeJS.Timeout | undefined
  #running: Promise<void> | undefined
  #pauseMs = 0
  #pausedUntil = 0
  #closed = false

  constructor (options: QueueOptions) {
    this.#options = options
  }

  /** Looks whether a batch is due: call it at start and after each new request. */
  wake (): void {
    clearTimeout(this.#timer)
    const dueAt = this.#dueAt()
    if (this.#closed || this.#running !== undefined || dueAt === undefined) return
    const inMs = dueAt - Date.now()
    if (inMs > 0) {
      this.#timer = setTimeout(() => { this.wake() }, Math.min(inMs, longestTimerMs))
      return
    }
    this.#running = this.#writeWaiting()
      .then(() => { this.#pauseMs = 0 }, (error: unknown) => { this.#pause(error) })
      .finally(() => {
        this.#running = undefined
        this.wake()
      })
  }

  /**
   * Waits until the issuance of this leaf stands on the ledger.
   *
   * @returns false when it still waits after so many milliseconds
   * @throws ScrutinError why the ledger refused it
   */
  async recorded (position: number, ms: number): Promise<boolean> {
    const found = this.#options.issuances.find(position)
    if (found?.waitingSince === null) return true
    if (this.#closed) return false
    const outcome = await new Promise<Outcome>((resolve) => {
      const waiters = this.#waiters.get(position) ?? new Set()
      this.#waiters.set(position, waiters)
      const settle = (outcome: Outcome): void => {
        clearTimeout(timer)
        waiters.delete(settle)
        if (waiters.size === 0) this.#waiters.delete(position)
        resolve(outcome)
      }
      const timer = setTimeout(settle, ms, 'waiting')
      waiters.add(settle)
    })
    if (outcome instanceof ScrutinError) throw outcome
    return outcome === 'recorded'
  }

  /** Seconds until the next batch is due, at least 1. */
  secondsUntilDue (): number {
    return Math.max(1, Math.ceil(((this.#dueAt() ?? 0) - Date.now()) / 1000))
  }

  /** Waits for the batch that is under way; what waits stays on disk. */
  async close (): Promise<void> {
    this.#closed = true
    clearTimeout(this.#timer)
    await this.#running
    for (const position of [...this.#waiters.keys()]) this.#settle(position, 'waiting')
  }

  /** When what waits is to be written, milliseconds since 1970; undefined when nothing waits. */
  #dueAt (): number | undefined {
    const { issuances, election: { definition } } = this.#options
    const { count, oldest } = issuances.queue()
    if (oldest === null) return undefined
    const { minBatch, maxWaitSeconds } = definition.issuing
    const dueAt = count >= minBatch ? 0 : Math.min(oldest + maxWaitSeconds * 1000, issuingEndMs(definition) - lastCallMs)
    return Math.max(dueAt, this.#pausedUntil)
  }

  async #writeWaiting (): Promise<void> {
    const shuffled = shuffle(this.#options.issuances.waiting())
    const mostInBatch = mostIssuancesFor(this.#options.election.definition.roll.size)
    for (let i = 0; i < shuffled.length; i += mostInBatch) await this.#record(shuffled.slice(i, i + mostInBatch))
  }

  /** Settles every one of the batch, or throws when the ledger can't be asked now. */
  async #record (batch: readonly WaitingIssuance[]): Promise<void> {
    if (batch.length === 0) return
    const { ledger, keys, election, issuances, log } = this.#options
    const signed = batch.map((issuance) => signIssuance(fromHex(election.id, 32), keys, this.#issuanceRecord(issuance)))
    try {
      await ledger.submit('recordIssuances', [election.id, canonicalText(signed)])
    } catch (error) {
      if (!(error instanceof ScrutinError)) throw error
      await this.#settleRefused(batch, error)
      return
    }
    issuances.recorded(batch)
    for (const { position } of batch) this.#settle(position, 'recorded')
    log.info({ electionId: election.id, issuances: batch.length }, 'issuances recorded')
  }

  async #settleRefused (batch: readonly WaitingIssuance[], error: ScrutinError): Promise<void> {
    const [area] = error.code.split('.')
    if (area === 'ledger' || error.code === 'clock.skew') throw error
    if (error.code === 'issuance.exists') {
      const rest = await this.#settleThoseOnLedger(batch)
      if (rest.length === batch.length) throw new ScrutinError('ledger.conflict', undefined, { cause: error })
      await this.#record(rest)
    } else if (area === 'election' || area === 'access' || batch.length === 1) {
      // what the election or this registrar is refused for holds for all of them
      for (const { position } of batch) {
        this.#options.issuances.refused(position)
        this.#settle(position, error)
      }
    } else {
      const middle = batch.length >>> 1
      await this.#record(batch.slice(0, middle))
      await this.#record(batch.slice(middle))
    }
  }

  /** After a lost answer, a lost database or a race: what stands on the ledger decides. Returns those that don't. */
  async #settleThoseOnLedger (batch: readonly WaitingIssuance[]): Promise<WaitingIssuance[]> {
    const { ledger, election, issuances } = this.#options
    const rest: WaitingIssuance[] = []
    for (const issuance of batch) {
      const { place, registrar } = this.#issuanceRecord(issuance)
      const found = await findIssuance(ledger, election.id, registrar, place.commitment)
      if (found === undefined) {
        rest.push(issuance)
        continue
      }
      issuances.recorded([{ position: issuance.position, blinded: found.blinded }])
      this.#settle(issuance.position, found.blinded === issuance.blinded ? 'recorded' : new ScrutinError('issuance.exists'))
    }
    return rest
  }

  #issuanceRecord ({ position, blinded }: WaitingIssuance): IssuanceRecord {
    const { election, roll } = this.#options
    return { registrar: election.registrar, place: roll.leaf(election.id, position)!.place, blinded }
  }

  #settle (position: number, outcome: Outcome): void {
    for (const settle of [...this.#waiters.get(position) ?? []]) settle(outcome)
  }

  #pause (error: unknown): void {
    const { log, election } = this.#options
    this.#pauseMs = Math.min(Math.max(pauseMs.first, this.#pauseMs * 2), pauseMs.longest)
    this.#pausedUntil = Date.now() + this.#pauseMs
    log.warn({ err: error, electionId: election.id, againInMs: this.#pauseMs }, 'issuances could not be recorded yet')
  }
}

/** Fisher and Yates, with the machine's secure random numbers. */
function shuffle<T> (list: readonly T[]): T[] {
  const shuffled = [...list]
  for (let i = shuffled.length - 1; i > 0; i--) {
    const j = randomInt(i + 1)
    const swapped = shuffled[i]!
    shuffled[i] = shuffled[j]!
    shuffled[j] = swapped
  }
  return shuffled
}
