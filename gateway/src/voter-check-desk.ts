/** Takes what voters say after they looked their ballots up, and puts it on the ledger, many together. Nothing is kept: who gets no answer says it again. */
import { setTimeout as sleep } from 'node:timers/promises'
import { ScrutinError } from '../../protocol/src/errors.ts'
import { assertVoterCheck, mostVoterChecksAtOnce, type VoterCheck } from '../../protocol/src/voter-check.ts'
import type { Ledger } from '../../ledger/src/port.ts'
import { submitWithPatience } from '../../service/src/submit-with-patience.ts'
import { TrackerPage } from './answers.ts'
import { readContract } from './read-contract.ts'

/** So long the first one waits for others to share its transaction. */
const windowMs = 500
const mostWaiting = 2000
/** As many digits of a tracker as the contract takes: no two ballots share them but by a rare chance. */
const digits = 8

interface Waiting extends PromiseWithResolvers<void> {
  readonly check: VoterCheck
}

export class VoterCheckDesk {
  readonly #ledger: Ledger
  readonly #waiting = new Map<string, Waiting[]>()
  #count = 0
  #working: Promise<void> | undefined
  readonly #closing = new AbortController()

  constructor (ledger: Ledger) {
    this.#ledger = ledger
  }

  /**
   * Returns when it stands on the ledger, for the first time or since before.
   *
   * @throws ScrutinError `ballot.unknown`, `access.signature`; `service.busy` when too many wait; what the contract refuses
   */
  async take (electionId: string, check: VoterCheck): Promise<void> {
    if (this.#count >= mostWaiting || this.#closing.signal.aborted) throw new ScrutinError('service.busy')
    this.#count++
    try {
      assertVoterCheck(electionId, await this.#credentialKey(electionId, check.tracker), check)
      const waiting: Waiting = { check, ...Promise.withResolvers<void>() }
      const ofElection = this.#waiting.get(electionId) ?? []
      this.#waiting.set(electionId, [...ofElection, waiting])
      this.#working ??= this.#work()
      await waiting.promise
    } finally {
      this.#count--
    }
  }

  /** Nothing more is taken; what waits is put on the ledger. */
  async close (): Promise<void> {
    this.#closing.abort()
    await this.#working
  }

  async #credentialKey (electionId: string, tracker: string): Promise<string> {
    const { trackers } = await readContract(this.#ledger, TrackerPage, 'readTrackers', [electionId, tracker.slice(0, digits), '', '100'])
    const found = trackers.find((entry) => entry.tracker === tracker)
    if (found === undefined) throw new ScrutinError('ballot.unknown')
    return found.credentialKey
  }

  /** Never rejects. */
  async #work (): Promise<void> {
    await sleep(windowMs, undefined, { signal: this.#closing.signal }).catch(() => undefined)
    for (let [next] = this.#waiting; next !== undefined; [next] = this.#waiting) {
      const [electionId, ofElection] = next
      this.#waiting.delete(electionId)
      // the same voter, twice
      const groups = [...Map.groupBy(ofElection, ({ check }) => check.tracker).values()]
      for (let i = 0; i < groups.length; i += mostVoterChecksAtOnce) await this.#record(electionId, groups.slice(i, i + mostVoterChecksAtOnce))
    }
    this.#working = undefined
  }

  async #record (electionId: string, groups: readonly (readonly Waiting[])[]): Promise<void> {
    try {
      await submitWithPatience(this.#ledger, 'recordVoterChecks', [electionId, JSON.stringify(groups.map(([first]) => first!.check))])
    } catch (error) {
      if (!(error instanceof ScrutinError && error.code === 'check.exists')) {
        for (const { reject } of groups.flat()) reject(error)
        return
      }
    }
    for (const { resolve } of groups.flat()) resolve()
  }
}
