import Fastify, { type FastifyInstance, LogController } from 'fastify'
import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox'
import { ScrutinError } from '../../protocol/src/errors.ts'
import { connectionLimits, limitConnections } from '../../service/src/connection-limits.ts'
import { logOptions } from '../../service/src/log-options.ts'
import problems from '../../service/src/plugins/problems.ts'
import requestLog from '../../service/src/plugins/request-log.ts'
import validation from '../../service/src/plugins/validation.ts'
import { asScrutinError, rawProblem, sendProblem } from '../../service/src/problem.ts'
import type { FollowTiming } from './follow-elections.ts'
import { limitsOf } from './limits-config.ts'
import apiKeys from './plugins/api-keys.ts'
import apiPage from './plugins/api-page.ts'
import caching from './plugins/caching.ts'
import casting from './plugins/casting.ts'
import directoryEntry from './plugins/directory-entry.ts'
import eventFeed from './plugins/event-feed.ts'
import electionFollower from './plugins/election-follower.ts'
import liveCounts from './plugins/live-counts.ts'
import metrics from './plugins/metrics.ts'
import openAccess from './plugins/open-access.ts'
import openApi from './plugins/open-api.ts'
import overload from './plugins/overload.ts'
import ports, { type Ports } from './plugins/ports.ts'
import rateLimit from './plugins/rate-limit.ts'
import securityHeaders from './plugins/security-headers.ts'
import ballots from './routes/ballots.ts'
import bundle from './routes/bundle.ts'
import elections from './routes/elections.ts'
import events from './routes/events.ts'
import organisers from './routes/organisers.ts'
import service from './routes/service.ts'
import statements from './routes/statements.ts'
import voterChecks from './routes/voter-checks.ts'
import { schemasByName } from './shared-schemas.ts'

export interface AppOptions extends Ports {
  /** Where log lines go; the standard output without it. */
  readonly logStream?: { write (line: string): void }
  /** How elections are followed; `false`: not at all. */
  readonly follow?: FollowTiming | false
  /** `false`: the directory is left as it is. */
  readonly enter?: boolean
  /** Where ballots wait; in the gateway's own folder without it. */
  readonly ballotFile?: string
}

/** Builds the gateway over ledgers that are open already. `ready` or `listen` starts what runs by itself; `close` ends it. */
export async function buildApp ({ logStream, follow, enter = true, ballotFile, ...given }: AppOptions): Promise<FastifyInstance> {
  const { member, logLevel } = given.config
  const limits = limitsOf(given.config.limits)
  const app = Fastify({
    logger: {
      ...logOptions({ service: 'gateway', member, level: logLevel, secretFields: ['apiKey'] }),
      ...(logStream === undefined ? {} : { stream: logStream }),
    },
    logController: new LogController({ disableRequestLogging: true }),
    trustProxy: given.config.trustedProxies ?? false,
    // what `maxParamLength` cuts off would look like another address
    routerOptions: { maxParamLength: 200 },
    ...connectionLimits,
    requestTimeout: 1000 * limits.requestSeconds,
    http: { ...connectionLimits.http, headersTimeout: 1000 * limits.headersSeconds },
    // what fails before there is a route, or before it is HTTP at all
    frameworkErrors: (error, _request, reply) => { void sendProblem(reply, asScrutinError(error)) },
    clientErrorHandler: (_error, socket) => {
      if (socket.writable) socket.end(rawProblem(new ScrutinError('input.malformed', 'this is not HTTP')))
    },
  }).withTypeProvider<TypeBoxTypeProvider>()
  limitConnections(app.server, limits.maxConnections)

  for (const [name, schema] of Object.entries(schemasByName)) app.addSchema({ ...schema, $id: name })

  await app.register(ports, given)
  await app.register(problems)
  await app.register(validation)
  await app.register(requestLog)
  await app.register(securityHeaders)
  await app.register(openAccess)
  await app.register(rateLimit)
  await app.register(caching)
  await app.register(openApi)
  await app.register(apiPage)
  await app.register(metrics)
  await app.register(overload)
  await app.register(apiKeys)
  await app.register(eventFeed)
  await app.register(liveCounts)
  await app.register(casting, { ballotFile })
  await app.register(directoryEntry, { enter })
  await app.register(electionFollower, follow === undefined ? {} : { follow })

  await app.register(service)
  await app.register(elections, { prefix: '/v1' })
  await app.register(ballots, { prefix: '/v1' })
  await app.register(statements, { prefix: '/v1' })
  await app.register(voterChecks, { prefix: '/v1' })
  await app.register(events, { prefix: '/v1' })
  await app.register(bundle, { prefix: '/v1' })
  await app.register(organisers, { prefix: '/v1' })
  return app
}
