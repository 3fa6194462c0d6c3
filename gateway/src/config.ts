import Type, { type Static } from 'typebox'
import { Hash, Name } from '../../protocol/src/definition-schema.ts'
import { LedgerConfig } from '../../ledger/src/config.ts'
import { Listen, LogLevel, PublicUrl, RateLimit, TrustedProxies } from '../../service/src/config-sections.ts'
import { CastingConfig } from './casting/casting-config.ts'
import { EventsConfig } from './events-config.ts'
import { LimitsConfig } from './limits-config.ts'
import { checkConfig, readConfig } from '../../service/src/read-config.ts'

const closed = { additionalProperties: false } as const

/** gateway.json */
export const GatewayConfig = Type.Object({
  listen: Listen,
  /** Name of the member, for logs. */
  member: Type.String({ minLength: 1 }),
  /** Signs as `gateway`: casting, closing, counting, publishing. */
  ledger: LedgerConfig,
  /** Signs as `organiser`: what tenants ask for by their API keys. */
  organiserLedger: LedgerConfig,
  publicUrl: PublicUrl,
  /** The gateway's own folder: its key of the directory lies there, and the ballots that wait. */
  folder: Type.String({ minLength: 1 }),
  tenants: Type.Array(Type.Object({
    id: Name,
    /** SHA-256 of each valid API key, lower-case hex. */
    apiKeySha256: Type.Array(Hash),
  }, closed)),
  casting: Type.Optional(CastingConfig),
  events: Type.Optional(EventsConfig),
  limits: Type.Optional(LimitsConfig),
  /** Where `/metrics` listens; without it, nowhere. */
  metrics: Type.Optional(Listen),
  rateLimit: Type.Optional(RateLimit),
  trustedProxies: Type.Optional(TrustedProxies),
  logLevel: Type.Optional(LogLevel),
}, closed)
export type GatewayConfig = Static<typeof GatewayConfig>

/** @throws Error with a sentence that says what to set */
export async function readGatewayConfig (file: string): Promise<GatewayConfig> {
  return checkOneMember(await readConfig(GatewayConfig, file), file)
}

export function checkGatewayConfig (value: unknown, file: string): GatewayConfig {
  return checkOneMember(checkConfig(GatewayConfig, value, file), file)
}

function checkOneMember (config: GatewayConfig, file: string): GatewayConfig {
  const { ledger, organiserLedger } = config
  if (ledger.mspId !== organiserLedger.mspId) {
    throw new Error(`${file}: set /organiserLedger/mspId to ${ledger.mspId}: both identities are of one member`)
  }
  return config
}
