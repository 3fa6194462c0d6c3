/**
 * A ledger that may be out of reach when the service starts: until it opens, it says that it is unavailable, and tries again.
 * Once open, it is the adapter's own matter to outlive what happens to its peer.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { type ErrorCode, ScrutinError } from '../../protocol/src/errors.ts'
import type { LedgerConfig } from '../../ledger/src/config.ts'
import { openLedger } from '../../ledger/src/open-ledger.ts'
import type { BlocksOptions, Committed, ContractEvent, EventsOptions, Ledger, LedgerBlock, LedgerStatus, Position } from '../../ledger/src/port.ts'

export interface PatientLedgerOptions {
  readonly log: { info (fields: object, message: string): void, warn (fields: object, message: string): void }
  /** Called when a later attempt fails for a reason that time does not heal: nothing is tried after it. */
  readonly onGivenUp: (error: unknown) => void
  /** After a failed attempt, doubled each time. */
  readonly pauseMs?: { readonly first: number, readonly longest: number }
}

/** All else is wrong with what the gateway was given, and stays so. */
const outages: ReadonlySet<ErrorCode> = new Set(['ledger.unavailable', 'ledger.timeout'] as const)
const defaultPauseMs = { first: 500, longest: 10_000 }

export class PatientLedger implements Ledger {
  readonly kind: 'fabric' | 'embedded'
  readonly mspId: string
  notice?: string
  readonly #openOnce: () => Promise<Ledger>
  readonly #stop = new AbortController()
  /** Undefined: it was closed before it opened, or given up. */
  readonly #settled = Promise.withResolvers<Ledger | undefined>()
  #ledger: Ledger | undefined

  /** @param open called again and again until it succeeds; by default, what opens every ledger */
  constructor (config: LedgerConfig, open: (config: LedgerConfig) => Promise<Ledger> = openLedger) {
    this.kind = config.kind
    this.mspId = config.mspId
    this.#openOnce = async () => await open(config)
  }

  /**
   * Resolves after the first attempt; when the ledger was out of reach, others follow by themselves. To be called once.
   *
   * @throws what the first attempt failed for, unless it is `ledger.unavailable` or `ledger.timeout`
   */
  async open (options: PatientLedgerOptions): Promise<void> {
    try {
      if (await this.#attempt(options)) return
    } catch (error) {
      this.#settled.resolve(undefined)
      throw error
    }
    void this.#keepTrying(options)
  }

  async submit (...args: Parameters<Ledger['submit']>): Promise<Committed> {
    return await this.#reached().submit(...args)
  }

  async evaluate (...args: Parameters<Ledger['evaluate']>): Promise<Uint8Array> {
    return await this.#reached().evaluate(...args)
  }

  async locate (transactionId: string): Promise<Position | undefined> {
    return await this.#reached().locate(transactionId)
  }

  async status (): Promise<LedgerStatus> {
    return await this.#reached().status()
  }

  /** While the ledger is out of reach, it can be said where to begin, not "now": that only the ledger knows. */
  events (options: EventsOptions = {}): AsyncIterable<ContractEvent> {
    if (this.#ledger !== undefined || options.from === undefined) return this.#reached().events(options)
    return this.#onceOpen(options.signal, (ledger) => ledger.events(options))
  }

  blocks (options: BlocksOptions = {}): AsyncIterable<LedgerBlock> {
    if (this.#ledger !== undefined) return this.#ledger.blocks(options)
    return this.#onceOpen(options.signal, (ledger) => ledger.blocks(options))
  }

  /** An attempt that is under way is not waited for: what it opens is closed at once. */
  async close (): Promise<void> {
    this.#stop.abort()
    this.#settled.resolve(undefined)
    await this.#ledger?.close()
  }

  #reached (): Ledger {
    if (this.#ledger !== undefined) return this.#ledger
    throw new ScrutinError('ledger.unavailable', this.#stop.signal.aborted ? 'this ledger has been closed' : 'the own peer has not been reached since the start')
  }

  async * #onceOpen<T> (signal: AbortSignal | undefined, iterate: (ledger: Ledger) => AsyncIterable<T>): AsyncGenerator<T> {
    const aborted = Promise.withResolvers<undefined>()
    const onAbort = (): void => { aborted.resolve(undefined) }
    if (signal?.aborted === true) return
    signal?.addEventListener('abort', onAbort)
    const ledger = await Promise.race([this.#settled.promise, aborted.promise])
    signal?.removeEventListener('abort', onAbort)
    if (ledger !== undefined) yield * iterate(ledger)
  }

  async #keepTrying (options: PatientLedgerOptions): Promise<void> {
    const { pauseMs: { first, longest } = defaultPauseMs, onGivenUp } = options
    try {
      for (let pauseMs = first; !this.#stop.signal.aborted; pauseMs = Math.min(2 * pauseMs, longest)) {
        await sleep(pauseMs, undefined, { signal: this.#stop.signal }).catch(() => undefined)
        if (this.#stop.signal.aborted || await this.#attempt(options)) return
      }
    } catch (error) {
      this.#settled.resolve(undefined)
      onGivenUp(error)
    }
  }

  /** @returns whether there is nothing left to try */
  async #attempt ({ log }: PatientLedgerOptions): Promise<boolean> {
    let ledger: Ledger
    try {
      ledger = await this.#openOnce()
    } catch (err) {
      if (this.#stop.signal.aborted) return true
      if (!(err instanceof ScrutinError) || !outages.has(err.code)) throw err
      log.warn({ err }, 'the ledger cannot be opened yet')
      return false
    }
    if (this.#stop.signal.aborted) {
      await ledger.close()
      return true
    }
    this.#ledger = ledger
    if (ledger.notice !== undefined) this.notice = ledger.notice
    log.info({ mspId: this.mspId }, 'the ledger is open')
    this.#settled.resolve(ledger)
    return true
  }
}
