import fp from 'fastify-plugin'
import type { FastifyServerOptions } from 'fastify'
import type { GatewayConfig } from '../config.ts'

/**
 * The options of the logger: JSON, and nothing of a request but its method and route. What Fastify would add by
 * itself (addresses, headers, the URL with its parameters) is not written; redaction stands behind that.
 */
export function loggerOptions (config: GatewayConfig, stream?: { write (line: string): void }): NonNullable<FastifyServerOptions['logger']> {
  return {
    level: config.logLevel ?? 'info',
    base: { service: 'gateway', member: config.member },
    serializers: { req: ({ method }: { method: string }) => ({ method }), res: ({ statusCode }: { statusCode: number }) => ({ statusCode }) },
    redact: {
      paths: ['ip', 'remoteAddress', 'headers', 'body', 'query', 'params', 'authorization', 'apiKey', 'secretKey']
        .flatMap((name) => [name, `*.${name}`, `*.*.${name}`]),
      remove: true,
    },
    ...(stream === undefined ? {} : { stream }),
  }
}

/** One line for each request, when it is answered. */
export default fp(async (app) => {
  app.addHook('onResponse', async (request, reply) => {
    request.log.info({
      method: request.method,
      route: request.routeOptions.url ?? 'none',
      status: reply.statusCode,
      ms: Math.round(reply.elapsedTime),
    }, 'answered')
  })
}, { name: 'request-log' })
