/**
 * Receipts: what a gateway answers when a ballot is in the box, with statements of f + 1 members. A ballot gets one
 * receipt, however often it comes. The statements for all ballots of a transaction are asked for together.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { type Inclusion, type InclusionStatement, type Receipt, statementsNeeded } from '../../../protocol/src/receipt.ts'
import { ScrutinError } from '../../../protocol/src/errors.ts'
import { BoundedCache } from '../bounded-cache.ts'
import type { OtherGateway, OtherGateways } from './other-gateways.ts'
import type { OwnStatements } from './own-statements.ts'
import { ballotName } from './queued-ballot.ts'

export interface ReceiptsOptions {
  readonly own: OwnStatements
  readonly others: OtherGateways
  readonly mspId: string
  /** The members of an election's definition. */
  readonly membersOf: (electionId: string) => Promise<readonly string[]>
}

interface Collecting {
  readonly inclusion: Inclusion
  readonly resolve: (receipt: Receipt) => void
  readonly reject: (error: unknown) => void
  /** By member. */
  readonly statements: Map<string, InclusionStatement>
}

/** After this time without an answer, and three times the usual, another gateway is asked as well: not when all are slow, which would make them slower. */
const hedgeMs = 700
const longestHedgeMs = 4000
const askMs = 5000
const pauseMs = 300
/** So long it is tried; who asks later starts anew. */
const collectMs = 20_000

export class Receipts {
  readonly #options: ReceiptsOptions
  readonly #known = new BoundedCache<Receipt>(20_000)
  readonly #making = new Map<string, Promise<Receipt>>()
  /** By transaction, what came in this turn of the event loop. */
  readonly #groups = new Map<string, Collecting[]>()
  readonly #stop = new AbortController()

  constructor (options: ReceiptsOptions) {
    this.#options = options
  }

  known (electionId: string, tracker: string): Receipt | undefined {
    return this.#known.get(ballotName({ electionId, tracker }))
  }

  /**
   * @param inclusion as this member's own peer has it
   * @throws ScrutinError `receipt.statements` when not enough members stated it in time
   */
  async make (inclusion: Inclusion): Promise<Receipt> {
    const name = ballotName(inclusion)
    const known = this.#known.get(name)
    if (known !== undefined) return known
    const making = this.#making.get(name) ?? new Promise<Receipt>((resolve, reject) => {
      const collecting = { inclusion, resolve, reject, statements: new Map<string, InclusionStatement>() }
      const group = this.#groups.get(inclusion.transactionId)
      if (group !== undefined) {
        group.push(collecting)
        return
      }
      this.#groups.set(inclusion.transactionId, [collecting])
      setImmediate(() => {
        const ready = this.#groups.get(inclusion.transactionId)!
        this.#groups.delete(inclusion.transactionId)
        void this.#collect(inclusion.electionId, ready)
      })
    }).finally(() => { this.#making.delete(name) })
    this.#making.set(name, making)
    return await making
  }

  /** Gives up what is still being collected. */
  close (): void {
    this.#stop.abort()
  }

  /** Settles every one of the group; never rejects. */
  async #collect (electionId: string, group: readonly Collecting[]): Promise<void> {
    try {
      const { membersOf, own, mspId } = this.#options
      const members = await membersOf(electionId)
      const needed = statementsNeeded(members.length)
      if (members.includes(mspId)) {
        const stated = own.state(group.map(({ inclusion }) => inclusion))
        for (const [i, { statements }] of group.entries()) statements.set(mspId, stated[i]!)
      }
      const signal = AbortSignal.any([this.#stop.signal, AbortSignal.timeout(collectMs)])
      let open = this.#settleWhole(group, needed)
      while (open.length > 0 && !signal.aborted) {
        open = await this.#askOthers(electionId, open, needed, members, signal)
        if (open.length > 0) await sleep(pauseMs, undefined, { signal }).catch(() => undefined)
      }
      for (const { reject, statements } of open) reject(new ScrutinError('receipt.statements', `${statements.size} of ${needed}`))
    } catch (error) {
      for (const { reject } of group) reject(error)
    }
  }

  /** Asks as many of the others as are needed at least, and one more whenever one is slow or has failed. */
  async #askOthers (electionId: string, group: readonly Collecting[], needed: number, members: readonly string[], signal: AbortSignal): Promise<readonly Collecting[]> {
    const waiting = await this.#options.others.of(members)
    const underWay = new Set<Promise<void>>()
    let open = group
    const askNext = (): void => {
      const next = waiting.shift()
      if (next === undefined) return
      const asking = this.#askOne(next, electionId, open, signal).finally(() => {
        underWay.delete(asking)
        open = this.#settleWhole(open, needed)
      })
      underWay.add(asking)
    }
    const patience = Math.min(Math.max(hedgeMs, 3 * this.#options.others.usualMs), longestHedgeMs)
    const most = Math.max(...group.map(({ statements }) => needed - statements.size))
    for (let i = 0; i < most; i++) askNext()
    while (open.length > 0 && underWay.size > 0) {
      const before = underWay.size
      await Promise.race([...underWay, sleep(patience, undefined, { ref: false })])
      if (open.length > 0 && (underWay.size === before || underWay.size < most)) askNext()
    }
    return open
  }

  async #askOne (gateway: OtherGateway, electionId: string, group: readonly Collecting[], signal: AbortSignal): Promise<void> {
    const byTracker = new Map(group.map((collecting) => [collecting.inclusion.tracker, collecting]))
    try {
      const answer = await this.#options.others.ask(gateway, electionId, [...byTracker.keys()], group[0]!.inclusion.blockNumber, AbortSignal.any([signal, AbortSignal.timeout(askMs)]))
      for (const { tracker, transactionId, blockNumber, statement } of answer) {
        const collecting = byTracker.get(tracker)
        // of another place in the chain: that member's peer is on a fork, or lies
        if (collecting?.inclusion.transactionId !== transactionId || collecting.inclusion.blockNumber !== blockNumber) continue
        collecting.statements.set(gateway.mspId, statement)
      }
    } catch {
      // others are asked; who goes without a receipt is told so
    }
  }

  /** Hands out the receipts that are whole; returns the rest. */
  #settleWhole (group: readonly Collecting[], needed: number): readonly Collecting[] {
    return group.filter(({ inclusion, statements, resolve }) => {
      if (statements.size < needed) return true
      const receipt = { ...inclusion, statements: [...statements.values()] }
      this.#known.set(ballotName(inclusion), receipt)
      resolve(receipt)
      return false
    })
  }
}
