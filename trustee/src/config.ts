import { readFile } from 'node:fs/promises'
import Type, { type Static } from 'typebox'
import { Value } from 'typebox/value'
import { LedgerConfig } from '../../ledger/src/config.ts'

/** trustee.json */
export const TrusteeConfig = Type.Object({
  /** Name of the member, for logs. */
  member: Type.String({ minLength: 1 }),
  /** With the role `trustee`. */
  ledger: LedgerConfig,
  /** Folder of its own, mode 0700: the encrypted key store lies there and nothing else of the trustee's. */
  folder: Type.String({ minLength: 1 }),
  /** File with the passphrase of the key store; without it, `SCRUTIN_TRUSTEE_PASSPHRASE` or a prompt. */
  passphraseFile: Type.Optional(Type.String({ minLength: 1 })),
  logLevel: Type.Optional(Type.Enum(['fatal', 'error', 'warn', 'info', 'debug', 'silent'])),
}, { additionalProperties: false })
export type TrusteeConfig = Static<typeof TrusteeConfig>

/** @throws Error with a sentence that says what to set */
export async function readTrusteeConfig (file: string): Promise<TrusteeConfig> {
  let value: unknown
  try {
    value = JSON.parse(await readFile(file, 'utf8'))
  } catch (cause) {
    throw new Error(`${file} can't be read as JSON: ${cause instanceof Error ? cause.message : 'unknown cause'}`, { cause })
  }
  if (!Value.Check(TrusteeConfig, value)) throw new Error(`${file}: ${whatToSet(value)}`)
  return value
}

function whatToSet (value: unknown): string {
  const errors = Value.Errors(TrusteeConfig, value)
  const error = errors.find(({ keyword }) => keyword !== 'anyOf' && keyword !== 'boolean') ?? errors[0]
  if (error === undefined) return 'it does not fit the schema'
  const place = error.instancePath === '' ? 'the configuration' : error.instancePath
  if (error.keyword === 'required') return `set ${error.params.requiredProperties.join(', ')} in ${place}`
  if (error.keyword === 'additionalProperties') return `take ${error.params.additionalProperties.join(', ')} out of ${place}: there is no such setting`
  return `${place} ${error.message}`
}
