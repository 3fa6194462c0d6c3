import { readFile } from 'node:fs/promises'
import Type, { type Static } from 'typebox'
import { Value } from 'typebox/value'
import { Hash, Name } from '../../protocol/src/definition-schema.ts'
import { LedgerConfig } from '../../ledger/src/config.ts'

const closed = { additionalProperties: false } as const

export const RateLimit = Type.Object({
  /** Requests that one address may send in one window. */
  max: Type.Integer({ minimum: 1 }),
  timeWindowSeconds: Type.Integer({ minimum: 1, maximum: 86_400 }),
}, closed)
export type RateLimit = Static<typeof RateLimit>

/**
 * 500 requests a second from one address: a whole university may vote from behind one. It keeps a runaway
 * client from a gateway; whoever wants to flood one has many addresses.
 */
export const defaultRateLimit: RateLimit = { max: 30_000, timeWindowSeconds: 60 }

/** gateway.json */
export const GatewayConfig = Type.Object({
  listen: Type.Object({
    host: Type.String({ minLength: 1 }),
    port: Type.Integer({ minimum: 0, maximum: 65_535 }),
  }, closed),
  /** Name of the member, for logs. */
  member: Type.String({ minLength: 1 }),
  /** Signs as `gateway`: casting, closing, counting, publishing. */
  ledger: LedgerConfig,
  /** Signs as `organiser`: what tenants ask for by their API keys. */
  organiserLedger: LedgerConfig,
  /** Where others reach this gateway: it stands in the directory on the ledger. */
  publicUrl: Type.String({ pattern: '^https?://[A-Za-z0-9.:\\[\\]-]+(/[A-Za-z0-9._~/-]*)?$', maxLength: 300 }),
  /** The gateway's own folder: its key of the directory lies there. */
  folder: Type.String({ minLength: 1 }),
  tenants: Type.Array(Type.Object({
    id: Name,
    /** SHA-256 of each valid API key, lower-case hex. */
    apiKeySha256: Type.Array(Hash),
  }, closed)),
  rateLimit: Type.Optional(RateLimit),
  /** Addresses of reverse proxies whose `X-Forwarded-For` is believed. */
  trustedProxies: Type.Optional(Type.Array(Type.String({ minLength: 1 }))),
  logLevel: Type.Optional(Type.Enum(['fatal', 'error', 'warn', 'info', 'debug', 'silent'])),
}, closed)
export type GatewayConfig = Static<typeof GatewayConfig>

/** @throws Error with a sentence that says what to set */
export async function readGatewayConfig (file: string): Promise<GatewayConfig> {
  let value: unknown
  try {
    value = JSON.parse(await readFile(file, 'utf8'))
  } catch (cause) {
    throw new Error(`${file} can't be read as JSON: ${cause instanceof Error ? cause.message : 'unknown cause'}`, { cause })
  }
  return checkGatewayConfig(value, file)
}

export function checkGatewayConfig (value: unknown, file: string): GatewayConfig {
  if (!Value.Check(GatewayConfig, value)) throw new Error(`${file}: ${whatToSet(value)}`)
  if (value.ledger.mspId !== value.organiserLedger.mspId) {
    throw new Error(`${file}: set /organiserLedger/mspId to ${value.ledger.mspId}: both identities are of one member`)
  }
  return value
}

function whatToSet (value: unknown): string {
  const errors = Value.Errors(GatewayConfig, value)
  // the message of the whole union says nothing that the messages of its parts don't
  const error = errors.find(({ keyword }) => keyword !== 'anyOf' && keyword !== 'boolean') ?? errors[0]
  if (error === undefined) return 'it does not fit the schema'
  const place = error.instancePath === '' ? 'the configuration' : error.instancePath
  switch (error.keyword) {
    case 'required': return `set ${error.params.requiredProperties.join(', ')} in ${place}`
    case 'additionalProperties': return `take ${error.params.additionalProperties.join(', ')} out of ${place}: there is no such setting`
    default: return `set ${place}: it ${error.message}`
  }
}
