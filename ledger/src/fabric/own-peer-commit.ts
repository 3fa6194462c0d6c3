import type { TxEventHandler } from 'fabric-network'
import { lookUp, type RecordedTransaction } from './chain-queries.ts'
import type { FabricConnection } from './connection.ts'
import { peersOf } from './own-peer.ts'

const waitMilliseconds = 60_000
/** When no commit was told of after this time, the peer is asked: the stream may have been broken at the wrong moment. */
const firstLookUpMilliseconds = 5_000
const lookUpEveryMilliseconds = 2_000

/**
 * Waits until a peer of the own member has committed the transaction: what this member then reads shows it.
 * (Not for every peer of every member: one that is down must not stop the others.)
 */
export class OwnPeerCommit implements TxEventHandler {
  readonly #connection: FabricConnection
  readonly #transactionId: string
  readonly #settled: Promise<RecordedTransaction | undefined>
  #settle: (outcome: RecordedTransaction | undefined) => void = () => {}
  #timers: NodeJS.Timeout[] = []
  #listeningSince = 0

  constructor (connection: FabricConnection, transactionId: string) {
    this.#connection = connection
    this.#transactionId = transactionId
    this.#settled = new Promise((resolve) => { this.#settle = resolve })
  }

  /** When the endorsements were complete (`performance.now()`), 0 before. */
  get listeningSince (): number {
    return this.#listeningSince
  }

  /** The verdict, or undefined when none came in time. */
  get outcome (): Promise<RecordedTransaction | undefined> {
    return this.#settled
  }

  /** @throws Error when no peer of the own member can be reached: nothing is ordered then */
  async startListening (): Promise<void> {
    this.#listeningSince = performance.now()
    const { network, mspId, commits } = this.#connection
    const reached = await Promise.all(peersOf(network, mspId).map(async (peer) => await peer.checkConnection()))
    // Better not to order at all than not to learn what became of it.
    if (!reached.includes(true)) throw new Error(`no peer of ${mspId} can be reached`)
    commits.expect(this.#transactionId, this.#settle)
    this.#timers.push(
      setTimeout(() => { this.#settle(undefined) }, waitMilliseconds),
      setTimeout(() => { void this.#lookUpUntilSettled() }, firstLookUpMilliseconds)
    )
  }

  async waitForEvents (): Promise<void> {
    await this.#settled
  }

  cancelListening (): void {
    for (const timer of this.#timers) clearTimeout(timer)
    this.#timers = []
    this.#connection.commits.forget(this.#transactionId)
    this.#settle(undefined)
  }

  async #lookUpUntilSettled (): Promise<void> {
    try {
      const found = await lookUp(this.#connection, this.#transactionId)
      if (found !== undefined) this.#settle(found)
    } catch {
      // the peer does not answer at the moment: asked again below, until the time is over
    }
    if (this.#timers.length > 0) this.#timers.push(setTimeout(() => { void this.#lookUpUntilSettled() }, lookUpEveryMilliseconds))
  }
}
