/**
 * Where ballots are taken on, and where they are asked after. A ballot that was taken on is on disk until it stands
 * in the box or was refused; only a receipt acknowledges it.
 */
import type { FastifyBaseLogger } from 'fastify'
import { ballotTracker, peekBallot } from '../../../protocol/src/ballot-encoding.ts'
import { type BallotRules, checkBallots } from '../../../protocol/src/check-ballots.ts'
import { ScrutinError } from '../../../protocol/src/errors.ts'
import type { Inclusion, Receipt } from '../../../protocol/src/receipt.ts'
import type { Ledger } from '../../../ledger/src/port.ts'
import { RecordedBallot } from '../answers.ts'
import { BoundedCache } from '../bounded-cache.ts'
import type { Elections } from '../elections.ts'
import type { GatewayMetrics } from '../gateway-metrics.ts'
import { readContract } from '../read-contract.ts'
import type { BallotStore } from './ballot-store.ts'
import { Batches, type BatchRules } from './batches.ts'
import type { BallotOutcome } from './cast-batch.ts'
import { EnvelopeDoor } from './envelope-door.ts'
import { ballotName, type QueuedBallot, type Refusal } from './queued-ballot.ts'
import type { Receipts } from './receipts.ts'
import type { TrackerLookUps } from './tracker-look-ups.ts'

export interface CastingDeskOptions {
  readonly ledger: Ledger
  readonly elections: Elections
  readonly store: BallotStore
  readonly receipts: Receipts
  readonly rules: BatchRules
  /** For those who ask after ballots that this gateway does not know. */
  readonly lookUps: TrackerLookUps
  readonly metrics: GatewayMetrics
  readonly log: FastifyBaseLogger
}

export type CastStatus =
  /** `isNew`: it was this request that brought the ballot. */
  | { readonly status: 'queued', readonly tracker: string, readonly isNew: boolean }
  | { readonly status: 'recorded', readonly tracker: string, readonly receipt: Receipt, readonly isNew: boolean }
  | { readonly status: 'refused', readonly tracker: string, readonly refusal: Refusal }

type Settled = { readonly receipt: Receipt, readonly isNew: boolean } | { readonly refusal: Refusal }

interface Entry {
  readonly ballot: QueuedBallot
  /** Rejects when the disk did not take it. */
  readonly durable: Promise<void>
  /** Never rejects; `undefined`: the gateway stops, or the ballot was not taken on after all. */
  readonly settled: Promise<Settled | undefined>
  readonly settle: (settled: Settled | undefined) => void
}

/** A gateway that is told to stop waits so long for the last receipts: who asks again gets them elsewhere. */
const closingMs = 3000
/** Making the receipt of a ballot that stands in the box already takes a moment, whatever the client would wait. */
const leastWaitMs = 1500

export class CastingDesk {
  readonly #options: CastingDeskOptions
  readonly #door = new EnvelopeDoor()
  readonly #batches: Batches
  readonly #entries = new Map<string, Entry>()
  /** The one ballot of each credential that is on its way. */
  readonly #byCredential = new Map<string, Entry>()
  /** Credentials with a ballot whose proofs did not hold: what they cast next is checked whole before it is taken on. */
  readonly #suspectCredentials = new BoundedCache<true>(10_000)
  /** By credential, the tracker of its ballot in the box, as far as this gateway has seen it. */
  readonly #cast = new BoundedCache<string>(100_000)
  #isClosing = false
  readonly #collecting = new Set<Promise<void>>()

  constructor (options: CastingDeskOptions) {
    this.#options = options
    const { ledger, rules, log, metrics } = options
    this.#batches = new Batches({
      ledger, rules, log, onSettled: (ballot, outcome) => { this.#onSettled(ballot, outcome) }, onBatch: (report) => { metrics.batch(report) },
    })
  }

  /** Casts what was left on disk. */
  start (): void {
    for (const ballot of this.#options.store.load()) {
      this.#enter(ballot, Promise.resolve())
      this.#batches.add(ballot)
    }
  }

  get transactionsUnderWay (): number {
    return this.#batches.transactionsUnderWay
  }

  /** Waits for the transactions under way and, for a moment, for their receipts; what waits stays on disk for the next start. */
  async close (): Promise<void> {
    this.#isClosing = true
    await this.#batches.close()
    await within(Promise.all(this.#collecting), performance.now() + closingMs)
    this.#options.receipts.close()
    await Promise.all(this.#collecting)
    for (const entry of this.#entries.values()) entry.settle(undefined)
  }

  /**
   * Takes a ballot on, or finds it taken on or in the box already. `queued` is only answered when it is on disk.
   * After the closing time it only looks: the contract would still take the ballot for the grace, which is for those
   * that gateways took in time.
   *
   * @param waitMs how long to wait for the receipt
   * @param onChecked called when these very bytes are a ballot of their credential, before it is taken on; what it throws ends it
   * @throws ScrutinError what the ballot is refused for; `election.too-late`, `election.state`; `service.busy`, `service.storage`
   */
  async cast (electionId: string, bytes: Uint8Array, waitMs: number, onChecked: () => void = () => {}): Promise<CastStatus> {
    this.#options.metrics.received()
    const until = performance.now() + waitMs
    const form = await this.#options.elections.ballotForm(electionId)
    if (bytes.length !== form.length) throw new ScrutinError('ballot.malformed', `a ballot of this election has ${form.length} bytes`)
    const front = peekBallot(bytes)
    if (front.electionId !== electionId) throw new ScrutinError('ballot.election')
    const ballot: QueuedBallot = { electionId, bytes, credentialKey: front.credentialKey, tracker: ballotTracker(bytes, form.rules) }
    const known = this.#known(ballot)
    if (known !== undefined) return known
    const earlier = this.#cast.get(credentialName(ballot))
    if (earlier !== undefined && earlier !== ballot.tracker) throw new ScrutinError('ballot.credential-used')
    const found = this.#entries.get(ballotName(ballot))
    if (found !== undefined) return await this.#wait(found, until, false)
    let rules: BallotRules
    try {
      if (Date.now() > form.closesAt) throw new ScrutinError('election.too-late', 'voting has ended')
      rules = await this.#options.elections.openRules(electionId)
    } catch (error) {
      const found = await this.#findByCredential(ballot, until)
      if (found === undefined) throw error
      return found
    }
    await this.#door.check(rules, bytes)
    onChecked()
    const meanwhile = this.#known(ballot)
    if (meanwhile !== undefined) return meanwhile
    return await this.#takeOn(ballot, rules, until)
  }

  /**
   * What has become of a ballot.
   *
   * @throws ScrutinError `ballot.unknown` when it was not taken on here and is not in the box
   */
  async status (electionId: string, tracker: string, waitMs: number): Promise<CastStatus> {
    const known = this.#known({ electionId, tracker })
    if (known !== undefined) return known
    const entry = this.#entries.get(ballotName({ electionId, tracker }))
    if (entry !== undefined) return await this.#wait(entry, performance.now() + waitMs, false)
    const transactionId = await this.#options.lookUps.find(electionId, tracker)
    if (transactionId === undefined) throw new ScrutinError('ballot.unknown')
    return await this.#receiptOf(electionId, { tracker, transactionId }, performance.now() + waitMs)
  }

  #known ({ electionId, tracker }: Pick<QueuedBallot, 'electionId' | 'tracker'>): CastStatus | undefined {
    const receipt = this.#options.receipts.known(electionId, tracker)
    if (receipt !== undefined) return { status: 'recorded', tracker, receipt, isNew: false }
    const refusal = this.#options.store.refusalOf(electionId, tracker)
    return refusal === undefined ? undefined : { status: 'refused', tracker, refusal }
  }

  async #takeOn (ballot: QueuedBallot, rules: BallotRules, until: number): Promise<CastStatus> {
    const credential = credentialName(ballot)
    for (let rival = this.#byCredential.get(credential); rival !== undefined; rival = this.#byCredential.get(credential)) {
      if (rival.ballot.tracker === ballot.tracker) return await this.#wait(rival, until, false)
      // one ballot of a credential at a time: many could neither fill the queue nor bring down each other's transactions
      const settled = await within(rival.settled, until)
      if (settled === undefined) throw new ScrutinError('service.busy', 'another ballot of this credential is on its way')
      if ('receipt' in settled || settled.refusal.code === 'ballot.credential-used') {
        const found = await this.#findByCredential(ballot, until)
        if (found !== undefined) return found
      }
    }
    if (this.#suspectCredentials.get(credential) === true) {
      const [verdict] = checkBallots(rules, [ballot.bytes])
      if (verdict?.accepted === false) throw new ScrutinError(verdict.code, verdict.detail)
    }
    const entry = this.#enter(ballot, this.#options.store.put(ballot))
    try {
      await entry.durable
    } catch (error) {
      this.#leave(entry, undefined)
      throw error
    }
    this.#batches.add(ballot)
    return await this.#wait(entry, until, true)
  }

  #enter (ballot: QueuedBallot, durable: Promise<void>): Entry {
    const { promise: settled, resolve: settle } = Promise.withResolvers<Settled | undefined>()
    const entry = { ballot, durable, settled, settle }
    this.#entries.set(ballotName(ballot), entry)
    this.#byCredential.set(credentialName(ballot), entry)
    return entry
  }

  #leave (entry: Entry, settled: Settled | undefined): void {
    this.#entries.delete(ballotName(entry.ballot))
    this.#byCredential.delete(credentialName(entry.ballot))
    entry.settle(settled)
  }

  async #wait (entry: Entry, until: number, isFirst: boolean): Promise<CastStatus> {
    await entry.durable
    const { tracker } = entry.ballot
    const settled = await within(entry.settled, this.#isClosing ? 0 : until)
    if (settled === undefined) return { status: 'queued', tracker, isNew: isFirst }
    if ('refusal' in settled) return { status: 'refused', tracker, refusal: settled.refusal }
    return { status: 'recorded', tracker, receipt: settled.receipt, isNew: settled.isNew && isFirst }
  }

  #onSettled (ballot: QueuedBallot, outcome: BallotOutcome): void {
    const { store, receipts, log, metrics } = this.#options
    metrics.settled(outcome.kind === 'recorded' ? 'recorded' : outcome.refusal.code)
    const settledAt = performance.now()
    const entry = this.#entries.get(ballotName(ballot))
    if (outcome.kind === 'refused') {
      if (outcome.refusal.code === 'ballot.proof') this.#suspectCredentials.set(credentialName(ballot), true)
      store.settle(ballot, outcome.refusal)
      if (entry !== undefined) this.#leave(entry, outcome)
      return
    }
    this.#cast.set(credentialName(ballot), ballot.tracker)
    // the ledger keeps it from now on
    store.settle(ballot)
    const { electionId, tracker } = ballot
    const inclusion: Inclusion = { electionId, tracker, transactionId: outcome.transactionId, blockNumber: outcome.blockNumber.toString() }
    const collecting = receipts.make(inclusion).then(
      (receipt) => {
        metrics.receipt((performance.now() - settledAt) / 1000)
        if (entry !== undefined) this.#leave(entry, { receipt, isNew: outcome.isNew })
      },
      (err: unknown) => {
        log.warn({ err }, 'a ballot is in the box, but its receipt could not be made yet')
        if (entry !== undefined) this.#leave(entry, undefined)
      }
    ).finally(() => { this.#collecting.delete(collecting) })
    this.#collecting.add(collecting)
  }

  /** This ballot if it stands in the box, with its receipt when there is one in time; `ballot.credential-used` if another one does. */
  async #findByCredential (ballot: QueuedBallot, until: number): Promise<CastStatus | undefined> {
    const { electionId, credentialKey, tracker } = ballot
    const seen = this.#cast.get(credentialName(ballot))
    if (seen !== undefined && seen !== tracker) throw new ScrutinError('ballot.credential-used')
    let recorded: RecordedBallot
    try {
      recorded = await readContract(this.#options.ledger, RecordedBallot, 'readBallotByCredential', [electionId, credentialKey])
    } catch (error) {
      if (error instanceof ScrutinError && error.code === 'ballot.unknown') return undefined
      throw error
    }
    this.#cast.set(credentialName(ballot), recorded.tracker)
    if (recorded.tracker !== tracker) throw new ScrutinError('ballot.credential-used')
    return await this.#receiptOf(electionId, recorded, until)
  }

  async #receiptOf (electionId: string, { tracker, transactionId }: Pick<RecordedBallot, 'tracker' | 'transactionId'>, until: number): Promise<CastStatus> {
    const position = await this.#options.ledger.locate(transactionId)
    if (position === undefined) throw new ScrutinError('ledger.timeout', 'the ballot is in the box, but its block is not known yet: ask again')
    const making = this.#options.receipts.make({ electionId, tracker, transactionId, blockNumber: position.blockNumber.toString() })
    const receipt = await within(making, Math.max(until, performance.now() + leastWaitMs))
    return receipt === undefined ? { status: 'queued', tracker, isNew: false } : { status: 'recorded', tracker, receipt, isNew: false }
  }
}

function credentialName ({ electionId, credentialKey }: QueuedBallot): string {
  return `${electionId}/${credentialKey}`
}

/** What the promise gives until then, or undefined. */
async function within<T> (promise: Promise<T>, until: number): Promise<T | undefined> {
  let timer: NodeJS.Timeout | undefined
  const timeout = new Promise<undefined>((resolve) => { timer = setTimeout(resolve, Math.max(0, until - performance.now()), undefined) })
  try {
    return await Promise.race([promise, timeout])
  } finally {
    clearTimeout(timer)
  }
}
