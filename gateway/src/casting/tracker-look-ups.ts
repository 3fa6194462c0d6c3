/**
 * Which transaction recorded a ballot, for those who ask after one that this gateway does not know. However many ask, the
 * ledger is asked one question at a time, and all that come meanwhile share the next: a stranger who makes trackers up
 * costs the ledger no more than that. What is not there is not asked again for a moment.
 */
import { ScrutinError } from '../../../protocol/src/errors.ts'
import type { Ledger } from '../../../ledger/src/port.ts'
import { BoundedCache } from '../bounded-cache.ts'
import type { Elections } from '../elections.ts'
import { Gate } from '../gate.ts'
import { findTransactions } from './find-transactions.ts'
import { ballotName } from './queued-ballot.ts'

const mostAtOnce = 200
const mostWaiting = 2000
const absentMs = 1000
/** Elections that nobody has seen yet: one is looked for at a time, in no other's way. */
const mostUnknownElections = 50

type Waiting = PromiseWithResolvers<string | undefined>

export class TrackerLookUps {
  readonly #ledger: Ledger
  readonly #elections: Elections
  /** By election and tracker; the elections take turns. */
  readonly #waiting = new Map<string, Map<string, Waiting>>()
  #waitingCount = 0
  #isAsking = false
  readonly #absentSince = new BoundedCache<number>(20_000)
  readonly #unknownElections = new Gate(1, mostUnknownElections)

  constructor (ledger: Ledger, elections: Elections) {
    this.#ledger = ledger
    this.#elections = elections
  }

  /**
   * @returns the id of the transaction, or undefined when the box has no such ballot
   * @throws ScrutinError `election.unknown`; `service.busy` when too many ask
   */
  async find (electionId: string, tracker: string): Promise<string | undefined> {
    if (performance.now() - (this.#absentSince.get(ballotName({ electionId, tracker })) ?? -Infinity) < absentMs) return undefined
    if (!this.#elections.knows(electionId)) await this.#unknownElections.through(async () => await this.#elections.ballotForm(electionId))
    const ofElection = this.#waiting.get(electionId) ?? new Map<string, Waiting>()
    const shared = ofElection.get(tracker)
    if (shared !== undefined) return await shared.promise
    if (this.#waitingCount >= mostWaiting) throw new ScrutinError('service.busy')
    const waiting: Waiting = Promise.withResolvers()
    ofElection.set(tracker, waiting)
    this.#waiting.set(electionId, ofElection)
    this.#waitingCount++
    if (!this.#isAsking) void this.#askAll()
    return await waiting.promise
  }

  /** Never rejects. */
  async #askAll (): Promise<void> {
    this.#isAsking = true
    // what has come together is asked together
    await new Promise((resolve) => { setImmediate(resolve) })
    for (let [next] = this.#waiting; next !== undefined; [next] = this.#waiting) {
      const [electionId, ofElection] = next
      this.#waiting.delete(electionId)
      const group = [...ofElection].slice(0, mostAtOnce)
      for (const [tracker] of group) ofElection.delete(tracker)
      this.#waitingCount -= group.length
      if (ofElection.size > 0) this.#waiting.set(electionId, ofElection)
      await this.#ask(electionId, group)
    }
    this.#isAsking = false
  }

  async #ask (electionId: string, group: readonly (readonly [string, Waiting])[]): Promise<void> {
    try {
      const transactionIds = await findTransactions(this.#ledger, electionId, group.map(([tracker]) => tracker))
      for (const [i, [tracker, { resolve }]] of group.entries()) {
        const transactionId = transactionIds[i]
        if (transactionId === undefined) this.#absentSince.set(ballotName({ electionId, tracker }), performance.now())
        resolve(transactionId)
      }
    } catch (error) {
      for (const [, { reject }] of group) reject(error)
    }
  }
}
