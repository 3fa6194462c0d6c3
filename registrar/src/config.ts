import Type, { type Static } from 'typebox'
import { LedgerConfig } from '../../ledger/src/config.ts'
import { Listen, LogLevel, PublicUrl, RateLimit, TrustedProxies } from '../../service/src/config-sections.ts'
import { readConfig } from '../../service/src/read-config.ts'

/** Mistyped codes don't count, their check symbol shows them: what is wrong here was guessed, or is of another election. */
export const defaultWrongCodes: RateLimit = { max: 100, timeWindowSeconds: 900 }

/** `registrar.json`. The folder holds all the registrar knows: its keys and who has which code. */
export const RegistrarConfig = Type.Object({
  listen: Listen,
  /** Name of the member that runs this registrar. */
  member: Type.String({ minLength: 1 }),
  /** With the role `registrar`. */
  ledger: LedgerConfig,
  publicUrl: PublicUrl,
  /** Folder of its own, mode 0700: key files and `roll.db`. */
  folder: Type.String({ minLength: 1 }),
  /** How it makes sure who a person is. */
  identifies: Type.Literal('code'),
  logLevel: Type.Optional(LogLevel),
  trustedProxies: Type.Optional(TrustedProxies),
  /** Requests that one address may send in one window; a whole campus may stand behind one. */
  rateLimit: Type.Optional(RateLimit),
  /** Well-formed but wrong codes that one address may try in one window. */
  wrongCodes: Type.Optional(RateLimit),
}, { additionalProperties: false })
export type RegistrarConfig = Static<typeof RegistrarConfig>

/** @throws Error with a sentence that says what to set */
export async function readRegistrarConfig (file: string): Promise<RegistrarConfig> {
  return await readConfig(RegistrarConfig, file)
}
