/** Receipts: what a gateway answers when a ballot is in the box. A ballot gets one receipt, however often it comes. */
import { type Inclusion, type Receipt, stateInclusion } from '../../../protocol/src/receipt.ts'
import type { KeyPair } from '../../../protocol/src/schnorr.ts'
import { BoundedCache } from '../bounded-cache.ts'
import { ballotName } from './queued-ballot.ts'

export class Receipts {
  readonly #mspId: string
  readonly #keys: KeyPair
  readonly #known = new BoundedCache<Receipt>(20_000)

  /** @param keys the gateway's, of the directory */
  constructor (mspId: string, keys: KeyPair) {
    this.#mspId = mspId
    this.#keys = keys
  }

  known (electionId: string, tracker: string): Receipt | undefined {
    return this.#known.get(ballotName({ electionId, tracker }))
  }

  /** @param inclusion as this member's own peer has it */
  async make (inclusion: Inclusion): Promise<Receipt> {
    const name = ballotName(inclusion)
    const known = this.#known.get(name)
    if (known !== undefined) return known
    const receipt = { ...inclusion, statements: [stateInclusion(inclusion, this.#mspId, this.#keys)] }
    this.#known.set(name, receipt)
    return receipt
  }
}
