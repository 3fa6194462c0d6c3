/** Takes part in every key ceremony that names this trustee, as long as it runs. */
import { setTimeout as delay } from 'node:timers/promises'
import { readAnnounced } from './read-ledger.ts'
import { advanceCeremony } from './run-ceremony.ts'
import { publishKey, type Trustee } from './trustee.ts'

export interface FollowOptions {
  /** Ends the following quietly. */
  readonly signal: AbortSignal
  /** Looks so often even if no event comes; deadlines pass without events. */
  readonly pollMs?: number
}

/** Key ceremonies that wait for others, and those that can't go on for a reason that was logged. */
export interface OpenCeremonies {
  readonly waiting: number
  readonly failing: number
}

/** The announced elections, and which of them may still need this trustee. */
class Ceremonies {
  readonly #trustee: Trustee
  readonly #seen = new Set<string>()
  readonly #open = new Set<string>()
  #since = ''

  constructor (trustee: Trustee) {
    this.#trustee = trustee
  }

  /** Does what can be done now in all of them; a failing one does not keep the others. */
  async advance (): Promise<OpenCeremonies> {
    const { ids, since } = await readAnnounced(this.#trustee.ledger, this.#since)
    this.#since = since
    for (const id of ids) {
      if (!this.#seen.has(id)) this.#open.add(id)
      this.#seen.add(id)
    }
    let failing = 0
    for (const id of this.#open) {
      try {
        if (await advanceCeremony(this.#trustee, id) !== 'waiting') this.#open.delete(id)
      } catch (error) {
        failing++
        this.#trustee.log.error({ electionId: id, err: error }, 'this key ceremony can\'t go on')
      }
    }
    return { waiting: this.#open.size - failing, failing }
  }
}

/** Publishes the key, then follows until aborted. An unreachable ledger is tried again. */
export async function followCeremony (trustee: Trustee, { signal, pollMs = 5000 }: FollowOptions): Promise<void> {
  const ceremonies = new Ceremonies(trustee)
  const wake = new Wake()
  const watching = watchEvents(trustee, signal, pollMs, wake)
  let published = false
  while (!signal.aborted) {
    const seen = wake.count
    try {
      if (!published) await publishKey(trustee)
      published = true
      await ceremonies.advance()
    } catch (error) {
      // closing the ledger while we wait for it is how a service stops
      if (signal.aborted) break
      trustee.log.warn({ err: error }, 'the ledger did not answer; trying again')
    }
    await wake.after(seen, pollMs, signal)
  }
  await watching
}

/** What can be done now, once. */
export async function advanceCeremonies (trustee: Trustee): Promise<OpenCeremonies> {
  await publishKey(trustee)
  return await new Ceremonies(trustee).advance()
}

/** Counts events; whoever waits is woken by the next. */
class Wake {
  count = 0
  #waiting = new AbortController()

  ring (): void {
    this.count++
    const waiting = this.#waiting
    this.#waiting = new AbortController()
    waiting.abort()
  }

  async after (seen: number, ms: number, signal: AbortSignal): Promise<void> {
    if (this.count > seen || signal.aborted) return
    // the rejection is the wake-up
    await delay(ms, undefined, { signal: AbortSignal.any([this.#waiting.signal, signal]) }).catch(() => {})
  }
}

async function watchEvents ({ ledger, log }: Trustee, signal: AbortSignal, pollMs: number, wake: Wake): Promise<void> {
  while (!signal.aborted) {
    try {
      for await (const { name } of ledger.events({ signal })) {
        if (name === 'state' || name === 'ceremony') wake.ring()
      }
    } catch (error) {
      if (signal.aborted) return
      log.warn({ err: error }, 'no events from the ledger at the moment')
    }
    await delay(pollMs, undefined, { signal }).catch(() => {})
  }
}
