/** The other members' gateways, as the directory of the own peer names them: asked for their statements of inclusion. */
import { Compile } from 'typebox/compile'
import { ScrutinError } from '../../../protocol/src/errors.ts'
import { inclusionsHold, statementsOf } from '../../../protocol/src/receipt.ts'
import type { Ledger } from '../../../ledger/src/port.ts'
import { type Stated, StatedList } from '../answers.ts'
import { readCheckedDirectory } from '../read-directory.ts'

export interface OtherGateway {
  readonly mspId: string
  readonly key: string
  readonly url: string
}

/** How the gateway of a key has answered. */
interface Conduct {
  /** It has given whole answers that held. */
  readonly isProven: boolean
  /** How long the last answer took, or was waited for in vain. */
  readonly ms: number
  /** Since the last good answer. */
  readonly failures: number
}

const unknownRank = 20_000
const failedRank = 30_000

/** The lowest is asked first: a proven key even when it has just failed once, then those that nobody knows, then by failures. */
function rank (conduct: Conduct | undefined): number {
  if (conduct === undefined) return unknownRank
  if (conduct.isProven && conduct.failures <= 1) return conduct.failures === 0 ? Math.min(conduct.ms, unknownRank / 2) : unknownRank - 1
  return failedRank + conduct.failures
}

const directoryAgeMs = 15_000
const mostAnswerBytes = 512 * 1024
const Answer = Compile(StatedList)

export class OtherGateways {
  readonly #ledger: Ledger
  #known: readonly OtherGateway[] = []
  #reading: Promise<void> | undefined
  #readAt = -Infinity
  readonly #conduct = new Map<string, Conduct>()
  #usualMs = 0

  constructor (ledger: Ledger) {
    this.#ledger = ledger
  }

  /** How long good answers took of late, on average. */
  get usualMs (): number {
    return this.#usualMs
  }

  /**
   * Of each of these members, but not of this one, the gateway of one key: so however many addresses a member enters, it is
   * asked at one in a round. Keys that have proven themselves come first, the quickest of late before the others.
   */
  async of (members: readonly string[]): Promise<OtherGateway[]> {
    if (performance.now() - this.#readAt > directoryAgeMs) {
      this.#reading ??= this.#read().finally(() => { this.#reading = undefined })
      await this.#reading
    }
    const ranked = this.#known
      .filter(({ mspId }) => mspId !== this.#ledger.mspId && members.includes(mspId))
      .sort((a, b) => rank(this.#conduct.get(a.key)) - rank(this.#conduct.get(b.key)))
    return ranked.filter(({ mspId }, i) => ranked.findIndex((first) => first.mspId === mspId) === i)
  }

  async #read (): Promise<void> {
    const { entries } = await readCheckedDirectory(this.#ledger)
    this.#known = entries.filter(({ message }) => message.kind === 'gateway').map(({ message: { mspId, key, url } }) => ({ mspId, key, url }))
    this.#readAt = performance.now()
  }

  /**
   * What another member states of these ballots: only what carries its signature.
   *
   * @throws ScrutinError `service.unreachable`, `service.answer`
   */
  async ask (gateway: OtherGateway, electionId: string, trackers: readonly string[], blockNumber: string, signal: AbortSignal): Promise<Stated[]> {
    const started = performance.now()
    let isGood = false
    try {
      const answer = await post(`${gateway.url.replace(/\/+$/, '')}/v1/elections/${electionId}/statements`, { trackers, blockNumber }, signal)
      if (!Answer.Check(answer)) throw new ScrutinError('service.answer', gateway.mspId)
      const { inclusions, signed } = answer
      if (inclusions.length !== trackers.length) throw new ScrutinError('service.answer', gateway.mspId)
      if (signed === null) return []
      const stated = inclusions.flatMap((standing, i) => standing === null ? [] : [{ electionId, tracker: trackers[i]!, ...standing }])
      if (signed.mspId !== gateway.mspId || signed.key !== gateway.key || !inclusionsHold(stated, signed)) throw new ScrutinError('service.answer', gateway.mspId)
      const statements = statementsOf(stated, signed)
      const good = stated.map((inclusion, i) => ({ ...inclusion, statement: statements[i]! }))
      isGood = good.length === trackers.length
      return good
    } finally {
      const ms = performance.now() - started
      if (isGood) this.#usualMs += (ms - this.#usualMs) / 8
      const before = this.#conduct.get(gateway.key)
      this.#conduct.set(gateway.key, isGood ? { isProven: true, ms, failures: 0 } : { isProven: before?.isProven ?? false, ms, failures: (before?.failures ?? 0) + 1 })
    }
  }
}

/** The address is one that a member entered in the directory: nothing but the checked answer is taken from there, and no redirect leads elsewhere. */
async function post (url: string, body: object, signal: AbortSignal): Promise<unknown> {
  try {
    const response = await fetch(url, {
      method: 'POST', body: JSON.stringify(body), headers: { 'content-type': 'application/json' }, redirect: 'error', credentials: 'omit', signal,
    })
    if (!response.ok || response.body === null) {
      await response.body?.cancel()
      throw new Error(`status ${response.status}`)
    }
    const chunks: Uint8Array[] = []
    let size = 0
    for await (const chunk of response.body as AsyncIterable<Uint8Array>) {
      size += chunk.length
      if (size > mostAnswerBytes) throw new Error('the answer is too long')
      chunks.push(chunk)
    }
    return JSON.parse(Buffer.concat(chunks).toString('utf8'))
  } catch (cause) {
    throw new ScrutinError('service.unreachable', 'a gateway of another member', { cause })
  }
}
