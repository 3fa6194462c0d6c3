import type { Contract } from 'fabric-network'

const leastAgeMilliseconds = 15_000

/**
 * fabric-network asks the peer once which endorsers there are and keeps the answer, or the failure, for good (its
 * documented refresh does not happen). Here it is made to ask again.
 */
export class KnownEndorsers {
  readonly #contract: Contract
  #askedAt = performance.now()

  constructor (contract: Contract) {
    this.#contract = contract
  }

  /** When an endorser seems to be down: the peer may know by now. Not more often than every 15 s. */
  refresh (): void {
    if (performance.now() - this.#askedAt >= leastAgeMilliseconds) this.forget()
  }

  /** The next transaction asks anew. */
  forget (): void {
    this.#askedAt = performance.now()
    this.#contract.resetDiscoveryInterests()
  }
}
