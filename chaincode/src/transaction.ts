/** What every transaction works with: the state, who calls, and when. */
import type { Context } from 'fabric-contract-api'
import { ScrutinError } from '../../protocol/src/errors.ts'
import { canonicalBytes } from '../../protocol/src/canonical-json.ts'
import { WorldState } from './world-state.ts'

export const roles = ['gateway', 'registrar', 'trustee', 'organiser', 'auditor'] as const
export type Role = typeof roles[number]

/** Endorsers refuse a client's timestamp that is further than this from their own clock. */
const maxSkewMs = 60_000

export class Transaction {
  readonly state: WorldState
  readonly mspId: string
  readonly #context: Context

  constructor (context: Context) {
    this.#context = context
    this.state = new WorldState(context.stub)
    this.mspId = context.clientIdentity.getMSPID()
  }

  /** Throws `access.role` unless the caller's certificate carries one of the roles. */
  requireRole (...allowed: readonly Role[]): void {
    const role = this.#context.clientIdentity.getAttributeValue('scrutin.role')
    if (!allowed.some((name) => name === role)) throw new ScrutinError('access.role', `one of ${allowed.join(', ')}`)
  }

  hasRole (role: Role): boolean {
    return this.#context.clientIdentity.getAttributeValue('scrutin.role') === role
  }

  /** Throws `access.msp` unless the caller belongs to this member. */
  requireMsp (mspId: string): void {
    if (this.mspId !== mspId) throw new ScrutinError('access.msp')
  }

  /**
   * The transaction's time in milliseconds, the same on every endorser. It is the client's claim, so each endorser
   * holds it against its own clock and throws `clock.skew`.
   */
  timeMs (): number {
    const { seconds, nanos } = this.#context.stub.getTxTimestamp()
    const ms = Number(seconds) * 1000 + Math.floor(nanos / 1_000_000)
    if (!(Math.abs(Date.now() - ms) <= maxSkewMs)) throw new ScrutinError('clock.skew')
    return ms
  }

  timeText (): string {
    return new Date(this.timeMs()).toISOString()
  }

  transient (name: string): Uint8Array | undefined {
    return this.#context.stub.getTransient().get(name)
  }

  history (key: string): ReturnType<Context['stub']['getHistoryForKey']> {
    return this.#context.stub.getHistoryForKey(key)
  }

  /** At most one event a transaction; the payload is public. */
  emit (name: string, payload: unknown): void {
    this.#context.stub.setEvent(name, canonicalBytes(payload))
  }
}

/** Parses an argument that must be JSON. */
export function parseArgument (text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw new ScrutinError('input.malformed', 'expected JSON')
  }
}

/** Parses an argument that must be a number between 1 and `most`. */
export function parseLimit (text: string, most: number): number {
  const limit = /^[1-9][0-9]{0,6}$/.test(text) ? Number(text) : 0
  if (limit < 1 || limit > most) throw new ScrutinError('input.malformed', `expected a limit from 1 to ${most}`)
  return limit
}
