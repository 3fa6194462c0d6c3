/** Checks the envelopes of ballots before they are taken on; those that come together share one multi-scalar multiplication. */
import type { BallotRules } from '../../../protocol/src/check-ballots.ts'
import { checkEnvelopes, type EnvelopeVerdict } from '../../../protocol/src/check-envelopes.ts'
import { ScrutinError } from '../../../protocol/src/errors.ts'

interface Waiting {
  readonly bytes: Uint8Array
  readonly resolve: (verdict: EnvelopeVerdict) => void
  readonly reject: (error: unknown) => void
}

/** Longer computations would hold up everything else. */
const mostAtOnce = 64

export class EnvelopeDoor {
  readonly #waiting = new Map<BallotRules, Waiting[]>()
  #scheduled = false

  /** @throws ScrutinError what the envelope is refused for */
  async check (rules: BallotRules, bytes: Uint8Array): Promise<void> {
    const verdict = await new Promise<EnvelopeVerdict>((resolve, reject) => {
      const waiting = this.#waiting.get(rules) ?? []
      this.#waiting.set(rules, waiting)
      waiting.push({ bytes, resolve, reject })
      this.#schedule()
    })
    if (!verdict.accepted) throw new ScrutinError(verdict.code, verdict.detail)
  }

  #schedule (): void {
    if (this.#scheduled) return
    this.#scheduled = true
    setImmediate(() => {
      this.#scheduled = false
      const [next] = this.#waiting
      if (next === undefined) return
      const [rules, waiting] = next
      const group = waiting.splice(0, mostAtOnce)
      this.#waiting.delete(rules)
      if (waiting.length > 0) this.#waiting.set(rules, waiting)
      decide(rules, group)
      if (this.#waiting.size > 0) this.#schedule()
    })
  }
}

function decide (rules: BallotRules, group: readonly Waiting[]): void {
  try {
    const verdicts = checkEnvelopes(rules, group.map(({ bytes }) => bytes))
    group.forEach(({ resolve }, i) => { resolve(verdicts[i]!) })
  } catch (error) {
    for (const { reject } of group) reject(error)
  }
}
