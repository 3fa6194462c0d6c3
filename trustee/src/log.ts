import { type DestinationStream, type Logger, pino } from 'pino'
import { logOptions } from '../../service/src/log-options.ts'
import type { TrusteeConfig } from './config.ts'

const secretFields = ['passphrase', 'secrets', 'encryptionSecret', 'polynomials', 'nonce', 'shares', 'keys']

/** JSON lines on standard error: standard output belongs to the commands' answers. */
export function createLog ({ member, logLevel }: Pick<TrusteeConfig, 'member' | 'logLevel'>, stream: DestinationStream = pino.destination({ dest: 2, sync: true })): Logger {
  return pino(logOptions({ service: 'trustee', member, level: logLevel, secretFields }), stream)
}
