/**
 * Sends ballots to gateways and waits for their receipts: over kept connections, at a given rate, or all at once.
 * It shares the machine with the network that it measures, so it does as little as it can: bytes out, receipt in.
 */
import { Agent, request } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'

export interface PreparedBallot {
  readonly bytes: Uint8Array
  readonly tracker: string
}

/** What came of one ballot. */
export interface CastOutcome {
  readonly ok: boolean
  readonly tracker: string
  /** From the moment it was due to its receipt. */
  readonly ms: number
  /** Answers 429 and 503: sent again later. */
  readonly retries: number
  /** Answers other than a receipt, "later" or "wait", and broken connections. */
  readonly failures: readonly string[]
}

interface Answer {
  readonly status: number
  readonly body: string
  readonly retryAfterMs: number
  readonly location: string | undefined
}

export interface Target {
  /** `http://host:port` of a gateway. */
  readonly gateway: string
  readonly agent: Agent
}

/** After this time a voter gives up. */
const patienceMs = 120_000
const shortestPauseMs = 100

export class CastLoad {
  readonly #electionId: string

  constructor (electionId: string) {
    this.#electionId = electionId
  }

  /** `inFlight` voters, each sending the next ballot as soon as the last has its receipt. */
  async closedLoop (ballots: readonly PreparedBallot[], gateways: readonly string[], inFlight: number, onCast: (done: number) => void): Promise<{ outcomes: CastOutcome[], seconds: number }> {
    const targets = gateways.map((gateway) => ({ gateway, agent: new Agent({ keepAlive: true, maxSockets: Infinity }) }))
    const queue = ballots.entries()
    const outcomes: CastOutcome[] = []
    const start = performance.now()
    await Promise.all(Array.from({ length: Math.min(inFlight, ballots.length) }, async () => {
      for (const [i, ballot] of queue) {
        outcomes.push(await this.#cast(targets[i % targets.length]!, ballot, performance.now()))
        onCast(outcomes.length)
      }
    }))
    const seconds = (performance.now() - start) / 1000
    for (const { agent } of targets) agent.destroy()
    return { outcomes, seconds }
  }

  /** Voters who arrive by themselves, however slow the answers are: so many a second on average, at random moments. */
  async openLoop (ballots: readonly PreparedBallot[], gateways: readonly string[], perSecond: number, onCast: (done: number) => void): Promise<CastOutcome[]> {
    const targets = gateways.map((gateway) => ({ gateway, agent: new Agent({ keepAlive: true, maxSockets: Infinity }) }))
    const casts: Promise<CastOutcome>[] = []
    let due = performance.now()
    let done = 0
    for (const [i, ballot] of ballots.entries()) {
      due += -Math.log(1 - Math.random()) * 1000 / perSecond
      const wait = due - performance.now()
      if (wait > 0) await sleep(wait)
      casts.push(this.#cast(targets[i % targets.length]!, ballot, due).finally(() => { onCast(++done) }))
    }
    const outcomes = await Promise.all(casts)
    for (const { agent } of targets) agent.destroy()
    return outcomes
  }

  /** Every voter opens a connection of its own and casts, all at the same moment. */
  async burst (ballots: readonly PreparedBallot[], gateways: readonly string[], onCast: (done: number) => void): Promise<{ outcomes: CastOutcome[], seconds: number }> {
    const start = performance.now()
    let done = 0
    const outcomes = await Promise.all(ballots.map(async (ballot, i) => {
      const agent = new Agent({ keepAlive: true, maxSockets: 1 })
      try {
        return await this.#cast({ gateway: gateways[i % gateways.length]!, agent }, ballot, start)
      } finally {
        agent.destroy()
        onCast(++done)
      }
    }))
    return { outcomes, seconds: (performance.now() - start) / 1000 }
  }

  async #cast ({ gateway, agent }: Target, ballot: PreparedBallot, dueAt: number): Promise<CastOutcome> {
    const failures: string[] = []
    let retries = 0
    const deadline = performance.now() + patienceMs
    const castUrl = `${gateway}/v1/elections/${this.#electionId}/ballots`
    let statusUrl: string | undefined
    while (performance.now() < deadline) {
      try {
        const answer = statusUrl === undefined ? await send(agent, 'POST', castUrl, ballot.bytes) : await send(agent, 'GET', statusUrl)
        if (holdsReceipt(answer, ballot)) return { ok: true, tracker: ballot.tracker, ms: performance.now() - dueAt, retries, failures }
        if (answer.status === 202) {
          statusUrl = answer.location === undefined ? statusUrl : new URL(answer.location, gateway).href
          await sleep(Math.max(answer.retryAfterMs, shortestPauseMs))
        } else if (answer.status === 503 || answer.status === 429) {
          retries++
          await sleep(Math.max(answer.retryAfterMs, shortestPauseMs) * (0.5 + Math.random()))
        } else if (answer.status === 200 && statusUrl !== undefined && answer.body.includes('"queued"')) {
          await sleep(shortestPauseMs)
        } else {
          failures.push(`${answer.status} ${answer.body.slice(0, 200)}`)
          if (answer.status < 500) break // refused
          statusUrl = undefined
          await sleep(1000)
        }
      } catch (error) {
        failures.push(error instanceof Error ? error.message : String(error))
        await sleep(1000)
      }
    }
    return { ok: false, tracker: ballot.tracker, ms: performance.now() - dueAt, retries, failures: failures.length > 0 ? failures : ['no receipt in time'] }
  }
}

function holdsReceipt ({ status, body }: Answer, { tracker }: PreparedBallot): boolean {
  if (status !== 200 && status !== 201) return false
  return body.includes(`"${tracker}"`) && body.includes('"statements"')
}

function send (agent: Agent, method: 'GET' | 'POST', url: string, bytes?: Uint8Array): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const headers = bytes === undefined ? {} : { 'content-type': 'application/octet-stream', 'content-length': bytes.length, prefer: 'wait=30' }
    const sent = request(url, { method, agent, timeout: 65_000, headers }, (response) => {
      const chunks: Buffer[] = []
      response.on('data', (chunk: Buffer) => { chunks.push(chunk) })
      response.once('error', reject)
      response.once('end', () => {
        resolve({
          status: response.statusCode ?? 0,
          body: Buffer.concat(chunks).toString(),
          retryAfterMs: Number(response.headers['retry-after'] ?? 0) * 1000,
          location: response.headers.location,
        })
      })
    })
    sent.once('timeout', () => { sent.destroy(new Error('no answer within 65 s')) })
    sent.once('error', reject)
    sent.end(bytes)
  })
}

/** The value below which this share of the sorted values lies. */
export function quantile (values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b)
  const value = sorted[Math.min(sorted.length - 1, Math.ceil(share * sorted.length) - 1)]
  if (value === undefined) throw new Error('there are no values')
  return value
}
