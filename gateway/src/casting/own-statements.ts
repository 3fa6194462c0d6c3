import { type Inclusion, type InclusionStatement, signInclusions, statementsOf } from '../../../protocol/src/receipt.ts'
import type { KeyPair } from '../../../protocol/src/schnorr.ts'
import type { Stated, StatedList } from '../answers.ts'
import { BoundedCache } from '../bounded-cache.ts'
import type { BoxWatch } from './box-watch.ts'
import { ballotName } from './queued-ballot.ts'

/** What this member states of ballots, after looking at its own peer: one part of their receipts. */
export class OwnStatements {
  readonly #mspId: string
  readonly #keys: KeyPair
  readonly #box: BoxWatch
  // a signature costs more than all else of an answer, and the same is asked again
  readonly #stated = new BoundedCache<Stated>(50_000)

  /** @param keys the gateway's, of the directory */
  constructor (mspId: string, keys: KeyPair, box: BoxWatch) {
    this.#mspId = mspId
    this.#keys = keys
    this.#box = box
  }

  /** Undefined when the own peer has not got it after so many milliseconds. */
  async find (electionId: string, tracker: string, waitMs: number): Promise<Stated | undefined> {
    const name = ballotName({ electionId, tracker })
    const known = this.#stated.get(name)
    if (known !== undefined) return known
    const [standing] = await this.#box.find(electionId, [tracker], waitMs)
    if (standing === undefined) return undefined
    const inclusion = { electionId, tracker, ...standing }
    const stated = { ...inclusion, statement: this.state([inclusion])[0]! }
    this.#stated.set(name, stated)
    return stated
  }

  /** Many at once, under one signature. */
  async findAll (electionId: string, trackers: readonly string[], waitMs: number, blockNumber?: bigint): Promise<StatedList> {
    const standings = await this.#box.find(electionId, trackers, waitMs, blockNumber)
    const found = standings.flatMap((standing, i) => standing === undefined ? [] : [{ electionId, tracker: trackers[i]!, ...standing }])
    return { inclusions: standings.map((standing) => standing ?? null), signed: found.length === 0 ? null : signInclusions(found, this.#mspId, this.#keys) }
  }

  /** @param inclusions as this member's own peer has them */
  state (inclusions: readonly Inclusion[]): InclusionStatement[] {
    return statementsOf(inclusions, signInclusions(inclusions, this.#mspId, this.#keys))
  }
}
