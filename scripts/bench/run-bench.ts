/** The parts of the benchmark, one after the other, on one network and one election. */
import { join } from 'node:path'
import type { RunningNetwork } from '../../network/src/bring-up.ts'
import type { Progress } from '../../network/src/progress.ts'
import { countElection } from '../simulation/count-election.ts'
import type { StagedElection } from '../staging/stage-election.ts'
import { measureBarePut } from './bare-put.ts'
import { prepareBallots, stageBenchElection } from './bench-election.ts'
import { CastLoad, type CastOutcome, type PreparedBallot, quantile } from './cast-load.ts'
import { cpuTimes, describeCpu } from './cpu-time.ts'
import { type Figures, type Part, round } from './figures.ts'
import { obtainCredentials } from './issue-load.ts'
import { measureCrypto } from './measure-crypto.ts'
import { measureKinds } from './measure-kinds.ts'
import { assertOnEveryPeer } from './read-boxes.ts'

export interface BenchOptions {
  readonly parts: ReadonlySet<Part>
  /** Ballots of the part `cast`. */
  readonly castBallots: number
  /** Voters of the burst. */
  readonly burstVoters: number
  /** Voters at the same time in the part `cast`. */
  readonly inFlight: number
  readonly bringUp: () => Promise<RunningNetwork>
  readonly progress: Progress
}

export interface BenchOutcome {
  readonly figures: Figures
  /** By part, what went wrong: figures that are missing, or that must not be believed. */
  readonly problems: Partial<Record<Part | 'network', string>>
}

const latencySeconds = 30
const mostLatencyBallots = 2000

export async function runBench (options: BenchOptions): Promise<BenchOutcome> {
  return await new Bench(options).run()
}

class Bench {
  readonly #options: BenchOptions
  readonly #figures: Figures = {}
  readonly #problems: Partial<Record<Part | 'network', string>> = {}
  readonly #cast = new Set<string>()
  #ballots: PreparedBallot[] = []

  constructor (options: BenchOptions) {
    this.#options = options
  }

  async run (): Promise<BenchOutcome> {
    const { parts, progress } = this.#options
    await this.#part('crypto', 120, async () => {
      const { verifyMsPerBallot, ballotBytes } = await progress.step('Checking ballots in batches of 64', measureCrypto)
      this.#figures.verifyMsPerBallot = round(verifyMsPerBallot, 2)
      this.#figures.ballotBytes = ballotBytes
    })
    await this.#part('kinds', 180, async () => {
      const kinds = await progress.step('Ballots of every kind', async (note) => measureKinds(note))
      this.#figures.verifyMsPerBallotGrades = kinds['majority-judgment']!.verifyMs
      this.#figures.kinds = kinds
    })
    if ([...parts].some((part) => part !== 'crypto' && part !== 'kinds')) await this.#onNetwork()
    return { figures: this.#figures, problems: this.#problems }
  }

  async #onNetwork (): Promise<void> {
    const { parts } = this.#options
    try {
      const network = await inTime(this.#options.bringUp(), 300, 'bringing up the network')
      const voters = this.#voters()
      if (voters > 0) await this.#onElection(network, voters).catch((error: unknown) => { this.#problems.network = messageOf(error) })
      // last: an audit rightly refuses a chain with writes that no page of the specification explains
      await this.#part('barePut', 120, async () => { await this.#barePut(network) })
      const { castPerSecond, barePutPerSecond } = this.#figures
      if (parts.has('ratio') && castPerSecond !== undefined && barePutPerSecond !== undefined) this.#figures.castRatio = round(castPerSecond / barePutPerSecond, 2)
    } catch (error) {
      this.#problems.network = messageOf(error)
    }
  }

  async #onElection (network: RunningNetwork, voters: number): Promise<void> {
    const { progress, parts } = this.#options
    const staged = await inTime(stageBenchElection(network, voters, progress), 300, 'staging the election')
    await this.#part('issue', 240, async () => { await this.#issue(staged) })
    if (!parts.has('cast') && !parts.has('burst')) return
    this.#ballots = await inTime(prepareBallots(network, staged, voters, progress), 300, 'preparing the ballots')
    const load = new CastLoad(staged.electionId)
    const gateways = network.members.map(({ gateway }) => gateway.url)
    await this.#part('cast', 400, async () => { await this.#castAll(network, load, gateways) })
    await this.#part('latency', 200, async () => { await this.#latency(load, gateways) })
    await this.#part('burst', 200, async () => { await this.#burst(load, gateways) })
    const everywhere = await progress.step('Reading the box of every peer', async () => {
      return await inTime(assertOnEveryPeer(network, staged.electionId, this.#cast), 180, 'reading the boxes').then(() => undefined, messageOf)
    })
    if (everywhere !== undefined) this.#problems.cast = everywhere
    await this.#part('count', 400, async () => { await this.#count(network, staged) })
  }

  async #barePut (network: RunningNetwork): Promise<void> {
    const cpuBefore = await cpuTimes(network)
    const { best, committed } = await this.#options.progress.step('Only putting a key', async (note) => await measureBarePut(network, note))
    this.#figures.barePutPerSecond = round(best)
    const cpu = describeCpu(cpuBefore, await cpuTimes(network), committed)
    await this.#options.progress.step(`Processor time, ms a put: ${cpu}`, async () => {})
  }

  async #issue (staged: StagedElection): Promise<void> {
    const voters = staged.codes.length
    const { credentials, seconds } = await this.#options.progress.step(`Credentials for ${voters} voters`, async (note) =>
      await obtainCredentials(staged, (done) => { note(`${done} of ${voters}`) }))
    this.#figures.issuePerSecond = round(credentials / seconds)
  }

  async #castAll (network: RunningNetwork, load: CastLoad, gateways: readonly string[]): Promise<void> {
    const { castBallots, inFlight, progress } = this.#options
    const ballots = this.#take(castBallots)
    const cpuBefore = await cpuTimes(network)
    const { outcomes, seconds } = await progress.step(`Casting ${ballots.length} ballots, ${inFlight} at the same time`, async (note) =>
      await load.closedLoop(ballots, gateways, inFlight, (done) => { note(`${done} of ${ballots.length}`) }))
    const { receipts, failures } = this.#account(outcomes)
    this.#figures.castPerSecond = round(receipts / seconds)
    const cpu = describeCpu(cpuBefore, await cpuTimes(network), ballots.length)
    await progress.step(`Processor time, ms a ballot: ${cpu}`, async () => {})
    if (receipts < ballots.length) throw new Error(`${ballots.length - receipts} of ${ballots.length} ballots got no receipt: ${failures}`)
  }

  async #latency (load: CastLoad, gateways: readonly string[]): Promise<void> {
    const { castPerSecond } = this.#figures
    if (castPerSecond === undefined) throw new Error('the rate to be measured at is not known')
    const rate = castPerSecond / 4
    const ballots = this.#take(Math.min(mostLatencyBallots, Math.ceil(rate * latencySeconds)))
    const outcomes = await this.#options.progress.step(`Casting ${ballots.length} ballots, ${rate.toFixed(1)} a second`, async (note) =>
      await load.openLoop(ballots, gateways, rate, (done) => { note(`${done} of ${ballots.length}`) }))
    const { receipts, failures } = this.#account(outcomes)
    this.#figures.p95CastMs = Math.round(quantile(outcomes.map(({ ms }) => ms), 0.95))
    if (receipts < ballots.length) throw new Error(`${ballots.length - receipts} of ${ballots.length} ballots got no receipt: ${failures}`)
  }

  async #burst (load: CastLoad, gateways: readonly string[]): Promise<void> {
    const ballots = this.#take(this.#options.burstVoters)
    const { outcomes, seconds } = await this.#options.progress.step(`${ballots.length} voters at the same moment`, async (note) =>
      await load.burst(ballots, gateways, (done) => { note(`${done} of ${ballots.length}`) }))
    const { failures } = this.#account(outcomes)
    const failed = outcomes.filter((outcome) => !outcome.ok || outcome.failures.length > 0).length
    this.#figures.burstErrors = failed
    this.#figures.burstRetries = outcomes.reduce((sum, { retries }) => sum + retries, 0)
    this.#figures.burstSeconds = round(seconds)
    if (failed > 0) throw new Error(`${failed} of ${ballots.length} voters met an error: ${failures}`)
  }

  async #count (network: RunningNetwork, staged: StagedElection): Promise<void> {
    const { progress } = this.#options
    const { report, result, seconds } = await countElection(network, staged.electionId, join(network.dataFolder, 'bench.ndjson'), progress)
    if (!report.ok) throw new Error(`the audit failed: ${report.checks.filter(({ ok }) => !ok).map(({ name, detail }) => `${name}: ${detail}`).join('; ')}`)
    if (result.ballots !== this.#cast.size) throw new Error(`${result.ballots} ballots were counted, not the ${this.#cast.size} with a receipt`)
    this.#figures.countMsPerBallot = round(seconds.count * 1000 / result.ballots, 2)
    this.#figures.auditMsPerBallot = round(seconds.audit * 1000 / result.ballots, 2)
  }

  /** As many voters as the parts together need. */
  #voters (): number {
    const { parts, castBallots, burstVoters } = this.#options
    const casting = (parts.has('cast') ? castBallots : 0) + (parts.has('latency') ? mostLatencyBallots : 0) + (parts.has('burst') ? burstVoters : 0)
    return Math.max(casting, parts.has('issue') ? castBallots : 0)
  }

  #take (count: number): PreparedBallot[] {
    return this.#ballots.splice(0, count)
  }

  #account (outcomes: readonly CastOutcome[]): { receipts: number, failures: string } {
    const withReceipt = outcomes.filter(({ ok }) => ok)
    for (const { tracker } of withReceipt) this.#cast.add(tracker)
    const failures = outcomes.flatMap((outcome) => outcome.failures.slice(0, 1))
    return { receipts: withReceipt.length, failures: [...new Set(failures)].slice(0, 3).join(' | ') }
  }

  /** Runs a part that was asked for, in so many seconds at most; what goes wrong in it is kept, and the next part follows. */
  async #part (part: Part, seconds: number, work: () => Promise<void>): Promise<void> {
    if (!this.#options.parts.has(part)) return
    try {
      await inTime(work(), seconds, part)
    } catch (error) {
      this.#problems[part] = messageOf(error)
    }
  }
}

async function inTime<T> (work: Promise<T>, seconds: number, what: string): Promise<T> {
  const timeout = new AbortController()
  const late = new Promise<never>((_resolve, reject) => {
    const timer = setTimeout(() => { reject(new Error(`${what} took longer than ${seconds} s`)) }, seconds * 1000)
    timeout.signal.addEventListener('abort', () => { clearTimeout(timer) })
  })
  try {
    return await Promise.race([work, late])
  } finally {
    timeout.abort()
  }
}

function messageOf (error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
