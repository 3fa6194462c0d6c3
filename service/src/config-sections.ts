/** Settings that stand in the configuration files of several services, in the same words. */
import Type, { type Static } from 'typebox'

const closed = { additionalProperties: false } as const

/** Where the process listens; port 0 is any free one. */
export const Listen = Type.Object({
  host: Type.String({ minLength: 1 }),
  port: Type.Integer({ minimum: 0, maximum: 65_535 }),
}, closed)

/** Where others reach the service: it stands in the directory on the ledger, and the contract takes no other form. */
export const PublicUrl = Type.String({ pattern: '^https?://[A-Za-z0-9.:\\[\\]-]+(/[A-Za-z0-9._~/-]*)?$', maxLength: 300 })

export const LogLevel = Type.Enum(['fatal', 'error', 'warn', 'info', 'debug', 'silent'])
export type LogLevel = Static<typeof LogLevel>

/** Addresses of reverse proxies whose `X-Forwarded-For` is believed. */
export const TrustedProxies = Type.Array(Type.String({ minLength: 1 }))

export const RateLimit = Type.Object({
  /** Requests that one address may send in one window. */
  max: Type.Integer({ minimum: 1 }),
  timeWindowSeconds: Type.Integer({ minimum: 1, maximum: 86_400 }),
}, closed)
export type RateLimit = Static<typeof RateLimit>

/**
 * 500 requests a second from one address: a whole university may vote from behind one. It keeps a runaway
 * client from a service; whoever wants to flood one has many addresses.
 */
export const defaultRateLimit: RateLimit = { max: 30_000, timeWindowSeconds: 60 }
