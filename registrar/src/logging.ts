import type { FastifyServerOptions } from 'fastify'
import type { DestinationStream } from 'pino'

/**
 * JSON lines by pino. Requests are named by method and route only: no address of a client, no query, no header,
 * no body; and should a later line hold one of these fields, its value is cut out.
 */
export function loggerOptions (level: string, stream?: DestinationStream): NonNullable<FastifyServerOptions['logger']> {
  const secret = ['code', 'blindedMessage', 'signature', 'salt', 'identity', 'name', 'ip', 'remoteAddress', 'hostname', 'authorization']
  const paths = secret.flatMap((field) => [`body.${field}`, `req.${field}`, `req.body.${field}`, `req.headers.${field}`, `leaf.${field}`])
  return {
    level,
    redact: { paths: [...paths, 'identity', 'blindedMessage', 'salt', 'ip', 'remoteAddress', 'req.headers', 'req.query'], remove: true },
    serializers: {
      req: (request) => ({ method: request.method, route: request.routeOptions.url }),
      res: (reply) => ({ statusCode: reply.statusCode }),
    },
    ...stream === undefined ? {} : { stream },
  }
}
