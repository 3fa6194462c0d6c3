/**
 * Puts ballots into transactions. An idle gateway casts a ballot at once and by itself; under load, a transaction
 * carries all that came while the last ones were under way, up to the most that one may carry.
 */
import { randomInt } from 'node:crypto'
import type { Ledger } from '../../../ledger/src/port.ts'
import { type BallotOutcome, castBatch } from './cast-batch.ts'
import { ballotName, type QueuedBallot } from './queued-ballot.ts'

export interface BatchRules {
  /** Ballots of one transaction; 1: one ballot, one transaction. */
  readonly maxBallots: number
  /** Bytes of all ballots of one transaction. */
  readonly maxBytes: number
  /** How long the first ballot of a batch waits for others; 0: not at all when the gateway is idle. */
  readonly windowMs: number
  /** Transactions under way at the same time. */
  readonly transactionsAtOnce: number
}

export interface BatchReport {
  readonly ballots: number
  readonly seconds: number
  /** `committed`, or the code of the failure. */
  readonly outcome: string
}

export interface BatchesOptions {
  readonly ledger: Ledger
  readonly rules: BatchRules
  readonly log: { warn (fields: object, message: string): void }
  /** Called once for every ballot that was added. */
  readonly onSettled: (ballot: QueuedBallot, outcome: BallotOutcome) => void
  readonly onBatch?: (report: BatchReport) => void
}

/** While so many are under way, only a full batch joins them: what comes in the meantime shares the next transaction. */
const partialAtOnce = 2
/** After an outage of the ledger, doubled each time. */
const pauseMs = { first: 250, longest: 5000 }
/** Until the own peer knows what others tell of: a ballot in the box, the end of a voting. */
const undecidedMs = 500
/** A ballot that failed alone is tried again after this time, doubled each time. */
const suspectMs = { first: 100, longest: 15_000 }

interface Arrived { readonly ballot: QueuedBallot, readonly at: number }
interface Group { readonly ballots: readonly QueuedBallot[], readonly isSuspect: boolean }

export class Batches {
  readonly #options: BatchesOptions
  /** By election, in the order in which they came. */
  readonly #fresh = new Map<string, Arrived[]>()
  /** What is left of a transaction that failed: goes first. */
  readonly #again: Group[] = []
  /** Ballots that failed alone. Their lane is narrow: at most every other transaction is theirs, and one at a time. */
  #suspects: QueuedBallot[] = []
  #suspectsAtOnce = 1
  #isSuspectUnderWay = false
  #wasSuspect = false
  readonly #failures = new Map<string, number>()
  readonly #running = new Set<Promise<void>>()
  readonly #timers = new Set<NodeJS.Timeout>()
  #windowTimer: NodeJS.Timeout | undefined
  #pauseTimer: NodeJS.Timeout | undefined
  #pauseMs = 0
  #pausedUntil = 0
  #scheduled = false
  #closed = false

  constructor (options: BatchesOptions) {
    this.#options = options
  }

  add (ballot: QueuedBallot): void {
    const waiting = this.#fresh.get(ballot.electionId)
    if (waiting === undefined) this.#fresh.set(ballot.electionId, [{ ballot, at: performance.now() }])
    else waiting.push({ ballot, at: performance.now() })
    this.#schedule()
  }

  get transactionsUnderWay (): number {
    return this.#running.size
  }

  /** Starts no transaction any more, and waits for those that are under way. */
  async close (): Promise<void> {
    this.#closed = true
    clearTimeout(this.#windowTimer)
    clearTimeout(this.#pauseTimer)
    while (this.#running.size > 0) await Promise.all(this.#running)
    for (const timer of this.#timers) clearTimeout(timer)
  }

  /** Once in a turn of the event loop: what has come together travels together. */
  #schedule (): void {
    if (this.#scheduled || this.#closed) return
    this.#scheduled = true
    setImmediate(() => {
      this.#scheduled = false
      while (!this.#closed && this.#startOne());
    })
  }

  #startOne (): boolean {
    const { transactionsAtOnce } = this.#options.rules
    // after an outage, one transaction finds out whether the ledger is back
    if (this.#running.size >= (this.#pauseMs > 0 ? 1 : transactionsAtOnce)) return false
    const wait = this.#pausedUntil - performance.now()
    if (wait > 0) {
      clearTimeout(this.#pauseTimer)
      this.#pauseTimer = setTimeout(() => { this.#schedule() }, wait)
      return false
    }
    const group = this.#again.shift() ?? (this.#wasSuspect ? undefined : this.#takeSuspects()) ?? this.#takeFresh() ?? this.#takeSuspects()
    if (group === undefined) return false
    this.#wasSuspect = group.isSuspect
    const running: Promise<void> = this.#run(group).finally(() => {
      this.#running.delete(running)
      this.#schedule()
    })
    this.#running.add(running)
    return true
  }

  #takeFresh (): Group | undefined {
    const { maxBallots, maxBytes, windowMs } = this.#options.rules
    for (const [electionId, waiting] of this.#fresh) {
      let [count, bytes] = [0, 0]
      while (count < waiting.length && count < maxBallots && (count === 0 || bytes + waiting[count]!.ballot.bytes.length <= maxBytes)) {
        bytes += waiting[count]!.ballot.bytes.length
        count++
      }
      const isFull = count === maxBallots || count < waiting.length
      if (!isFull) {
        const wait = waiting[0]!.at + windowMs - performance.now()
        if (windowMs > 0 && wait > 0) {
          clearTimeout(this.#windowTimer)
          this.#windowTimer = setTimeout(() => { this.#schedule() }, wait)
          continue
        }
        if (this.#running.size >= partialAtOnce) continue
      }
      const taken = waiting.splice(0, count)
      // the elections take turns
      this.#fresh.delete(electionId)
      if (waiting.length > 0) this.#fresh.set(electionId, waiting)
      return { ballots: taken.map(({ ballot }) => ballot), isSuspect: false }
    }
    return undefined
  }

  #takeSuspects (): Group | undefined {
    const [first] = this.#suspects
    if (first === undefined || this.#isSuspectUnderWay) return undefined
    const ballots: QueuedBallot[] = []
    let bytes = 0
    this.#suspects = this.#suspects.filter((ballot) => {
      const isTaken = ballot.electionId === first.electionId && ballots.length < this.#suspectsAtOnce && bytes + ballot.bytes.length <= this.#options.rules.maxBytes
      if (isTaken) {
        ballots.push(ballot)
        bytes += ballot.bytes.length
      }
      return !isTaken
    })
    this.#isSuspectUnderWay = true
    return { ballots, isSuspect: true }
  }

  async #run ({ ballots, isSuspect }: Group): Promise<void> {
    const { ledger, log, onSettled, onBatch, rules } = this.#options
    const started = performance.now()
    const { settled, again, trouble } = await castBatch(ledger, ballots)
    const code = codeOf(trouble?.error)
    onBatch?.({ ballots: ballots.length, seconds: (performance.now() - started) / 1000, outcome: code ?? 'committed' })
    for (const [ballot, outcome] of settled) {
      this.#failures.delete(ballotName(ballot))
      onSettled(ballot, outcome)
    }
    if (isSuspect) {
      this.#isSuspectUnderWay = false
      this.#suspectsAtOnce = trouble === undefined ? Math.min(2 * this.#suspectsAtOnce, rules.maxBallots) : 1
    }
    if (trouble?.kind === 'outage') {
      this.#pauseMs = Math.min(Math.max(pauseMs.first, 2 * this.#pauseMs), pauseMs.longest)
      this.#pausedUntil = performance.now() + this.#pauseMs
      log.warn({ code, err: trouble.error, ballots: ballots.length }, 'the ledger is out of reach: the ballots wait')
    } else {
      this.#pauseMs = 0
      if (trouble !== undefined) log.warn({ code, err: trouble.error, ballots: ballots.length }, 'a batch of ballots failed')
    }
    for (const group of again) {
      if (trouble?.kind === 'undecided') this.#later(undecidedMs, () => { this.#again.push({ ballots: group, isSuspect: false }) })
      else if (trouble?.kind === 'failed' && group.length === 1) this.#suspect(group[0]!)
      else this.#again.push({ ballots: group, isSuspect: false })
    }
  }

  /** It failed alone: tried again later, and later still. */
  #suspect (ballot: QueuedBallot): void {
    const failures = (this.#failures.get(ballotName(ballot)) ?? 0) + 1
    this.#failures.set(ballotName(ballot), failures)
    const delay = Math.min(suspectMs.first * 2 ** (failures - 1), suspectMs.longest)
    this.#later(delay + randomInt(suspectMs.first), () => { this.#suspects.push(ballot) })
  }

  #later (ms: number, add: () => void): void {
    const timer = setTimeout(() => {
      this.#timers.delete(timer)
      add()
      this.#schedule()
    }, ms)
    this.#timers.add(timer)
  }
}

function codeOf (error: unknown): string | undefined {
  if (error === undefined) return undefined
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : 'failed'
}
