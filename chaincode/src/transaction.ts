/** What every transaction works with: the state, who calls, and when. */
import type { Context } from 'fabric-contract-api'
import { ScrutinError } from '../../protocol/src/errors.ts'
import { canonicalBytes } from '../../protocol/src/canonical-json.ts'
import { maxSkewMs } from '../../protocol/src/clock-skew.ts'
import { isPlainCertificate } from './plain-certificate.ts'
import { WorldState } from './world-state.ts'

export const roles = ['gateway', 'registrar', 'trustee', 'organiser', 'auditor'] as const
export type Role = typeof roles[number]

export class Transaction {
  readonly state: WorldState
  readonly mspId: string
  readonly #context: Context
  readonly #timeMs: number

  /**
   * Throws `access.role` for a caller whose certificate is not spelled plainly, `clock.skew` for a time that is not now.
   * Both hold for whatever is called: also what only reads can be ordered, and is judged by everyone for ever after.
   */
  constructor (context: Context) {
    const { stub, clientIdentity } = context
    if (!isPlainCertificate(stub.getCreator().idBytes)) throw new ScrutinError('access.role', 'the caller\'s certificate is not one block of plain PEM')
    this.#context = context
    this.#timeMs = readTimeMs(stub)
    this.state = new WorldState(stub)
    this.mspId = clientIdentity.getMSPID()
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
   * The transaction's time in milliseconds, the same on every endorser. It is the client's claim, which each endorser
   * has held against its own clock.
   */
  timeMs (): number {
    return this.#timeMs
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

function readTimeMs (stub: Context['stub']): number {
  const { seconds, nanos } = stub.getTxTimestamp()
  const ms = Number(seconds) * 1000 + Math.floor(nanos / 1_000_000)
  if (!(Math.abs(Date.now() - ms) <= maxSkewMs)) throw new ScrutinError('clock.skew')
  return ms
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
