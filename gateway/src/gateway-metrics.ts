/** What the gateway counts, for Prometheus. No label names a ballot, a voter, an election or an address. */
import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client'
import type { BatchReport } from './casting/batches.ts'

/** What is true at the moment of asking. */
export interface Levels {
  readonly queue: () => { readonly ballots: number, readonly bytes: number }
  readonly transactionsUnderWay: () => number
  readonly eventClients: () => number
}

export class GatewayMetrics {
  readonly registry = new Registry()
  readonly #received: Counter
  readonly #settled: Counter<'outcome'>
  readonly #batchBallots: Histogram
  readonly #transactionSeconds: Histogram<'outcome'>
  readonly #receiptSeconds: Histogram
  readonly #requests: Histogram<'method' | 'route' | 'status'>

  constructor () {
    const registers = [this.registry]
    collectDefaultMetrics({ register: this.registry })
    this.#received = new Counter({ name: 'scrutin_ballots_received_total', help: 'Ballots that came, repetitions included', registers })
    this.#settled = new Counter({ name: 'scrutin_ballots_settled_total', help: 'Ballots taken on that were recorded, or refused with a code', labelNames: ['outcome'], registers })
    this.#batchBallots = new Histogram({ name: 'scrutin_batch_ballots', help: 'Ballots of a transaction', buckets: [1, 2, 5, 10, 20, 50, 100, 200], registers })
    this.#transactionSeconds = new Histogram({
      name: 'scrutin_transaction_seconds', help: 'From endorsing to the commit on the own peer', labelNames: ['outcome'], buckets: [0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 30], registers,
    })
    this.#receiptSeconds = new Histogram({
      name: 'scrutin_receipt_seconds', help: 'From the commit to the statements of enough members', buckets: [0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 20], registers,
    })
    this.#requests = new Histogram({
      name: 'scrutin_http_request_seconds', help: 'Requests by route', labelNames: ['method', 'route', 'status'], buckets: [0.005, 0.02, 0.1, 0.5, 2, 10], registers,
    })
  }

  follow ({ queue, transactionsUnderWay, eventClients }: Levels): void {
    const gauge = (name: string, help: string, level: () => number): void => {
      const made: Gauge = new Gauge({ name, help, registers: [this.registry], collect: () => { made.set(level()) } })
    }
    gauge('scrutin_queue_ballots', 'Ballots taken on that are not settled', () => queue().ballots)
    gauge('scrutin_queue_bytes', 'Their bytes', () => queue().bytes)
    gauge('scrutin_transactions_under_way', 'Transactions with ballots that are under way', transactionsUnderWay)
    gauge('scrutin_event_clients', 'Clients that follow the events', eventClients)
  }

  received (): void {
    this.#received.inc()
  }

  /** @param outcome `recorded`, or the code of the refusal */
  settled (outcome: string): void {
    this.#settled.inc({ outcome })
  }

  batch ({ ballots, seconds, outcome }: BatchReport): void {
    this.#batchBallots.observe(ballots)
    this.#transactionSeconds.observe({ outcome }, seconds)
  }

  receipt (seconds: number): void {
    this.#receiptSeconds.observe(seconds)
  }

  request (method: string, route: string, status: number, seconds: number): void {
    this.#requests.observe({ method, route, status }, seconds)
  }
}
