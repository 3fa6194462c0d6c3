import { readFileSync } from 'node:fs'
import Type, { type Static } from 'typebox'
import { Value } from 'typebox/value'
import { LedgerConfig } from '../../ledger/src/config.ts'

const closed = { additionalProperties: false } as const

const LogLevel = Type.Union([
  Type.Literal('fatal'), Type.Literal('error'), Type.Literal('warn'), Type.Literal('info'), Type.Literal('debug'), Type.Literal('silent'),
])

export const RateLimit = Type.Object({
  max: Type.Integer({ minimum: 1 }),
  timeWindowSeconds: Type.Integer({ minimum: 1, maximum: 86_400 }),
}, closed)
export type RateLimit = Static<typeof RateLimit>

export const defaultRateLimit: RateLimit = { max: 30_000, timeWindowSeconds: 60 }
/** Mistyped codes don't count, their check symbol shows them: what is wrong here was guessed, or is of another election. */
export const defaultWrongCodes: RateLimit = { max: 100, timeWindowSeconds: 900 }

/** `registrar.json`. The folder holds all the registrar knows: its keys and who has which code. */
export const RegistrarConfig = Type.Object({
  listen: Type.Object({ host: Type.String({ minLength: 1 }), port: Type.Integer({ minimum: 0, maximum: 65_535 }) }, closed),
  /** Name of the member that runs this registrar. */
  member: Type.String({ minLength: 1 }),
  /** With the role `registrar`. */
  ledger: LedgerConfig,
  /** Where voters reach this registrar, as it stands in the directory. */
  publicUrl: Type.String({ pattern: '^https?://' }),
  /** Folder of its own, mode 0700: key files and `roll.db`. */
  folder: Type.String({ minLength: 1 }),
  /** How it makes sure who a person is. */
  identifies: Type.Literal('code'),
  logLevel: Type.Optional(LogLevel),
  /** Addresses of reverse proxies whose `X-Forwarded-For` is believed. */
  trustedProxies: Type.Optional(Type.Array(Type.String({ minLength: 1 }))),
  /** Requests that one address may send in one window; a whole campus may stand behind one. */
  rateLimit: Type.Optional(RateLimit),
  /** Well-formed but wrong codes that one address may try in one window. */
  wrongCodes: Type.Optional(RateLimit),
}, closed)
export type RegistrarConfig = Static<typeof RegistrarConfig>

/** @throws Error with a sentence that says what to set */
export function readConfig (file: string): RegistrarConfig {
  let value: unknown
  try {
    value = JSON.parse(readFileSync(file, 'utf8'))
  } catch (cause) {
    throw new Error(`${file} can't be read as JSON`, { cause })
  }
  if (Value.Check(RegistrarConfig, value)) return value
  throw new Error(`${file}: ${whatToSet(value)}`)
}

function whatToSet (value: unknown): string {
  const errors = Value.Errors(RegistrarConfig, value)
  const error = errors.find(({ keyword }) => keyword !== 'anyOf' && keyword !== 'boolean') ?? errors[0]
  if (error === undefined) return 'it does not fit the schema'
  const place = error.instancePath === '' ? 'the configuration' : error.instancePath
  switch (error.keyword) {
    case 'required': return `set ${error.params.requiredProperties.join(', ')} in ${place}`
    case 'additionalProperties': return `take ${error.params.additionalProperties.join(', ')} out of ${place}: there is no such setting`
    default: return `set ${place}: it ${error.message}`
  }
}
