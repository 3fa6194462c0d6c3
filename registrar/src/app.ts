/** Builds the registrar's server; `server.ts` listens. */
import Fastify, { type FastifyInstance } from 'fastify'
import type { DestinationStream } from 'pino'
import type { Ledger } from '../../ledger/src/port.ts'
import { defaultRateLimit, defaultWrongCodes, type RegistrarConfig } from './config.ts'
import { openDatabase } from './database.ts'
import { enterDirectory } from './directory-entry.ts'
import { IssuingDesk } from './issuing-desk.ts'
import { loggerOptions } from './logging.ts'
import problems from './plugins/problems.ts'
import protection from './plugins/protection.ts'
import validation from './plugins/validation.ts'
import electionRoutes from './routes/elections.ts'
import { openServiceKeys } from './service-key.ts'
import { WrongCodes } from './wrong-codes.ts'

/** A request holds a code and 256 bytes. */
const bodyLimit = 4096

export interface AppOptions {
  readonly config: RegistrarConfig
  /** Closed with the app. */
  readonly ledger: Ledger
  /** For tests: where logs go, instead of stdout. */
  readonly logStream?: DestinationStream
}

export async function buildApp ({ config, ledger, logStream }: AppOptions): Promise<FastifyInstance> {
  const serviceKeys = openServiceKeys(config.folder)
  const database = openDatabase(config.folder, 'NORMAL')
  const app = Fastify({
    logger: loggerOptions(config.logLevel ?? 'info', logStream),
    bodyLimit,
    trustProxy: config.trustedProxies ?? false,
    return503OnClosing: true,
  })
  // Fastify reads text by default: JSON only here
  app.removeContentTypeParser('text/plain')
  await app.register(problems)
  await app.register(validation)
  await app.register(protection, { rateLimit: config.rateLimit ?? defaultRateLimit })

  const desk = new IssuingDesk({ ledger, database, codeSecret: serviceKeys.codeSecret, log: app.log })
  await app.register(electionRoutes, { desk, wrongCodes: new WrongCodes(config.wrongCodes ?? defaultWrongCodes) })
  app.get('/v1/registrar', async () => ({ key: serviceKeys.publicKey, mspId: ledger.mspId, identifies: config.identifies }))
  app.get('/livez', async () => ({ status: 'alive' }))
  app.get('/readyz', async () => {
    const { height } = await ledger.status()
    return { status: 'ready', height: String(height) }
  })

  const stop = new AbortController()
  let entering: Promise<void> | undefined
  app.addHook('onReady', async () => {
    if (ledger.notice !== undefined) app.log.warn(ledger.notice)
    entering = enterDirectory(ledger, serviceKeys, config.publicUrl, app.log, stop.signal)
    desk.resume()
  })
  // whoever waits for a signature is told to ask again; what waits stays on disk
  app.addHook('preClose', async () => { await desk.close() })
  app.addHook('onClose', async () => {
    stop.abort()
    await entering
    database.close()
    await ledger.close()
  })
  return app
}
