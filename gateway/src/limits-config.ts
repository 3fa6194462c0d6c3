import Type, { type Static } from 'typebox'
import { connectionLimits, mostConnections } from '../../service/src/connection-limits.ts'

/** The section `limits` of gateway.json: what keeps one client, or many, from taking the gateway from the others. Every setting optional. */
export const LimitsConfig = Type.Object({
  /** To receive the head of a request in. */
  headersSeconds: Type.Optional(Type.Integer({ minimum: 1, maximum: 300 })),
  /** To receive a whole request in; answers may take longer. */
  requestSeconds: Type.Optional(Type.Integer({ minimum: 1, maximum: 300 })),
  maxConnections: Type.Optional(Type.Integer({ minimum: 1 })),
  /** Look-ups that ask the ledger at the same time; ten times as many wait their turn, the rest gets 503. Casting has no part in it. */
  readsAtOnce: Type.Optional(Type.Integer({ minimum: 1 })),
  /** So far behind, milliseconds, the process takes nothing new. */
  maxEventLoopDelayMs: Type.Optional(Type.Integer({ minimum: 10 })),
}, { additionalProperties: false })

export type Limits = Required<Static<typeof LimitsConfig>>

const defaults: Limits = {
  headersSeconds: connectionLimits.http.headersTimeout / 1000,
  requestSeconds: connectionLimits.requestTimeout / 1000,
  maxConnections: mostConnections,
  readsAtOnce: 16,
  maxEventLoopDelayMs: 3000,
}

export function limitsOf (config: Static<typeof LimitsConfig> | undefined): Limits {
  return { ...defaults, ...config }
}
