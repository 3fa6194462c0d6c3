import type { Inclusion } from '../../../protocol/src/receipt.ts'
import { stateInclusion } from '../../../protocol/src/receipt.ts'
import type { KeyPair } from '../../../protocol/src/schnorr.ts'
import type { Stated } from '../answers.ts'
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

  /** One statement per tracker, in order; null for what the own peer has not got after so many milliseconds. */
  async find (electionId: string, trackers: readonly string[], waitMs: number): Promise<(Stated | null)[]> {
    const missing = trackers.filter((tracker) => this.#stated.get(ballotName({ electionId, tracker })) === undefined)
    if (missing.length > 0) {
      for (const [i, standing] of (await this.#box.find(electionId, missing, waitMs)).entries()) {
        if (standing !== undefined) this.state({ electionId, tracker: missing[i]!, ...standing })
      }
    }
    return trackers.map((tracker) => this.#stated.get(ballotName({ electionId, tracker })) ?? null)
  }

  /** @param inclusion as this member's own peer has it */
  state (inclusion: Inclusion): Stated {
    const name = ballotName(inclusion)
    const known = this.#stated.get(name)
    if (known !== undefined) return known
    const stated = { ...inclusion, statement: stateInclusion(inclusion, this.#mspId, this.#keys) }
    this.#stated.set(name, stated)
    return stated
  }
}
