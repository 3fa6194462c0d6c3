/** Builds the registrar's server; `server.ts` listens. */
import Fastify, { type FastifyInstance, LogController } from 'fastify'
import type { DestinationStream } from 'pino'
import type { Ledger } from '../../ledger/src/port.ts'
import { ScrutinError } from '../../protocol/src/errors.ts'
import { defaultRateLimit } from '../../service/src/config-sections.ts'
import { connectionLimits, limitConnections } from '../../service/src/connection-limits.ts'
import { enterDirectoryInTime } from '../../service/src/enter-directory.ts'
import { logOptions } from '../../service/src/log-options.ts'
import problems from '../../service/src/plugins/problems.ts'
import requestLog from '../../service/src/plugins/request-log.ts'
import validation from '../../service/src/plugins/validation.ts'
import { asScrutinError, rawProblem, sendProblem } from '../../service/src/problem.ts'
import { defaultWrongCodes, type RegistrarConfig } from './config.ts'
import { openDatabase } from './database.ts'
import { IssuingDesk } from './issuing-desk.ts'
import protection from './plugins/protection.ts'
import { openRegistrarKeys } from './registrar-keys.ts'
import electionRoutes from './routes/elections.ts'
import { WrongCodes } from './wrong-codes.ts'

/** A request holds a code and 256 bytes. */
const bodyLimit = 4096
const secretFields = ['blindedMessage', 'signature', 'salt', 'identity', 'leaf', 'codeSecret']

export interface AppOptions {
  readonly config: RegistrarConfig
  /** Closed with the app. */
  readonly ledger: Ledger
  /** For tests: where logs go, instead of stdout. */
  readonly logStream?: DestinationStream
}

export async function buildApp ({ config, ledger, logStream }: AppOptions): Promise<FastifyInstance> {
  const serviceKeys = openRegistrarKeys(config.folder)
  const database = openDatabase(config.folder, 'NORMAL')
  const app = Fastify({
    logger: {
      ...logOptions({ service: 'registrar', member: config.member, level: config.logLevel, secretFields }),
      ...(logStream === undefined ? {} : { stream: logStream }),
    },
    logController: new LogController({ disableRequestLogging: true }),
    bodyLimit,
    trustProxy: config.trustedProxies ?? false,
    return503OnClosing: true,
    ...connectionLimits,
    // what fails before there is a route, or before it is HTTP at all
    frameworkErrors: (error, _request, reply) => { void sendProblem(reply, asScrutinError(error)) },
    clientErrorHandler: (_error, socket) => {
      if (socket.writable) socket.end(rawProblem(new ScrutinError('input.malformed', 'this is no whole HTTP request')))
    },
  })
  limitConnections(app.server)
  // Fastify reads text by default: JSON only here
  app.removeContentTypeParser('text/plain')
  await app.register(problems)
  await app.register(validation)
  await app.register(requestLog)
  await app.register(protection, { rateLimit: config.rateLimit ?? defaultRateLimit })

  const desk = new IssuingDesk({ ledger, database, keys: serviceKeys.keys, codeSecret: serviceKeys.codeSecret, log: app.log })
  await app.register(electionRoutes, { desk, wrongCodes: new WrongCodes(config.wrongCodes ?? defaultWrongCodes) })
  app.get('/v1/registrar', async () => ({ key: serviceKeys.publicKey, mspId: ledger.mspId, identifies: config.identifies }))
  app.get('/livez', async () => ({ status: 'alive' }))
  app.get('/readyz', async () => {
    const { height } = await ledger.status()
    return { status: 'ready', height: String(height) }
  })

  const stop = new AbortController()
  let entering: Promise<boolean> | undefined
  app.addHook('onReady', async () => {
    if (ledger.notice !== undefined) app.log.warn(ledger.notice)
    entering = enterDirectoryInTime(ledger, { kind: 'registrar', keys: serviceKeys.keys, url: config.publicUrl }, { log: app.log, signal: stop.signal })
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
