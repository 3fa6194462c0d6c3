/**
 * What happens by itself: every member's gateway closes, counts and publishes when it is time. They take turns by
 * their place among the members: the next one steps in where the one before it has not. Nothing is kept but what
 * the ledger says, so a gateway may stop and start at any moment.
 */
import { randomInt } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import type { FastifyBaseLogger } from 'fastify'
import { type ErrorCode, ScrutinError } from '../../protocol/src/errors.ts'
import type { Ledger } from '../../ledger/src/port.ts'
import { type Election, ElectionPage } from './answers.ts'
import { type Elections, finalStatuses } from './elections.ts'
import { nextStep } from './next-step.ts'
import { readContract } from './read-contract.ts'

export interface FollowTiming {
  /** How often the live elections are looked at. */
  readonly pollMs: number
  /** How long a member waits for the one before it. */
  readonly turnMs: number
}

export const defaultFollowTiming: FollowTiming = { pollMs: 1000, turnMs: 3000 }

export interface FollowOptions {
  readonly ledger: Ledger
  readonly elections: Elections
  readonly log: FastifyBaseLogger
  readonly timing: FollowTiming
}

interface Turn {
  /** What the election looked like when the waiting began. */
  readonly seen: string
  readonly since: number
  readonly jitterMs: number
}

/** Another gateway was first, or the clocks differ a little. */
const races: ReadonlySet<ErrorCode> = new Set([
  'ledger.conflict', 'election.state', 'election.too-early', 'election.not-ready', 'count.finished',
] as const)
const listEveryRounds = 5

export class ElectionFollower {
  readonly #options: FollowOptions
  readonly #stop = new AbortController()
  readonly #live = new Set<string>()
  readonly #finished = new Set<string>()
  readonly #turns = new Map<string, Turn>()

  constructor (options: FollowOptions) {
    this.#options = options
  }

  /** Ends after `stop`. */
  async run (): Promise<void> {
    for (let round = 0; !this.#stop.signal.aborted; round++) {
      if (round % listEveryRounds === 0) await this.#quietly(undefined, async () => await this.#list())
      for (const electionId of this.#live) {
        if (this.#stop.signal.aborted) return
        await this.#quietly(electionId, async () => await this.#attend(electionId))
      }
      await sleep(this.#options.timing.pollMs, undefined, { signal: this.#stop.signal }).catch(() => undefined)
    }
  }

  stop (): void {
    this.#stop.abort()
  }

  async #list (): Promise<void> {
    let cursor: string | null = ''
    while (cursor !== null) {
      const page: { elections: { electionId: string }[], cursor: string | null } =
        await readContract(this.#options.ledger, ElectionPage, 'readElections', [cursor, '1000'])
      for (const { electionId } of page.elections) {
        if (!this.#finished.has(electionId)) this.#live.add(electionId)
      }
      cursor = page.cursor
    }
  }

  /** Takes one step after the other as long as it is this gateway's turn. */
  async #attend (electionId: string): Promise<void> {
    const { ledger, elections, log } = this.#options
    let acted = false
    while (!this.#stop.signal.aborted) {
      const election = await elections.read(electionId)
      if (finalStatuses.has(election.state.status)) {
        this.#forget(electionId)
        return
      }
      const step = nextStep(election, Date.now())
      if (step === undefined || !(this.#isOurTurn(election, step.dueAt) || acted)) return
      this.#turns.delete(electionId)
      await ledger.submit(step.transaction, step.args)
      log.info({ electionId, transaction: step.transaction }, 'election moved on')
      acted = true
    }
  }

  #isOurTurn (election: Election, dueAt: number): boolean {
    const { state, count, decryptions, definition, electionId } = election
    const { turnMs } = this.#options.timing
    const seen = [state.status, count?.cursor, decryptions.length].join()
    let turn = this.#turns.get(electionId)
    if (turn?.seen !== seen) {
      turn = { seen, since: Date.now(), jitterMs: randomInt(Math.max(1, Math.floor(turnMs / 4))) }
      this.#turns.set(electionId, turn)
    }
    const place = definition.members.indexOf(this.#options.ledger.mspId)
    const wait = (place < 0 ? definition.members.length : place) * turnMs + turn.jitterMs
    return Date.now() >= Math.max(turn.since, dueAt) + wait
  }

  #forget (electionId: string): void {
    this.#live.delete(electionId)
    this.#turns.delete(electionId)
    this.#finished.add(electionId)
  }

  async #quietly (electionId: string | undefined, work: () => Promise<void>): Promise<void> {
    try {
      await work()
    } catch (error) {
      if (this.#stop.signal.aborted) return
      const code = error instanceof ScrutinError ? error.code : undefined
      if (code !== undefined && races.has(code)) this.#options.log.debug({ electionId, code }, 'another gateway was first')
      else this.#options.log.warn({ electionId, code, err: error }, 'an election could not be moved on')
    }
  }
}
