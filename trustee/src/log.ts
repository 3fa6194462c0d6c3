import { type DestinationStream, type Logger, pino } from 'pino'
import type { TrusteeConfig } from './config.ts'

/** Never written, wherever they may turn up. The code logs none of them: this is the second fence. */
const secretFields = ['passphrase', 'secretKey', 'secrets', 'encryptionSecret', 'polynomials', 'nonce', 'shares', 'key.secretKey', 'keys']

/** JSON lines on standard error: standard output belongs to the commands' answers. */
export function createLog ({ member, logLevel }: Pick<TrusteeConfig, 'member' | 'logLevel'>, stream: DestinationStream = pino.destination({ dest: 2, sync: true })): Logger {
  return pino({
    level: logLevel ?? 'info',
    base: { service: 'trustee', member },
    redact: { paths: secretFields.flatMap((field) => field.includes('.') ? [field] : [field, `*.${field}`, `*.*.${field}`]), remove: true },
    serializers: { err: describeError },
  }, stream)
}

/** Code and message, and the stack only of what is no expected failure. */
function describeError (error: unknown): Record<string, unknown> {
  if (!(error instanceof Error)) return { message: String(error) }
  if ('code' in error) return { code: error.code, message: error.message }
  return { message: error.message, stack: error.stack }
}
