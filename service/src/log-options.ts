import type { LoggerOptions } from 'pino'
import { ScrutinError } from '../../protocol/src/errors.ts'
import type { LogLevel } from './config-sections.ts'

export interface ServiceLog {
  readonly service: 'gateway' | 'registrar' | 'trustee'
  /** Name of the member. */
  readonly member: string
  readonly level?: LogLevel | undefined
  /** Fields of this service that are never written, besides those that no service writes. */
  readonly secretFields: readonly string[]
}

/** Who asked, and what came with the request; and secret keys. */
const fieldsOfNoLog = ['ip', 'remoteAddress', 'hostname', 'headers', 'body', 'query', 'params', 'authorization', 'secretKey']

/**
 * The options of a service's logger (pino): JSON lines, and nothing of a request but its method. What Fastify would
 * add by itself (addresses, headers, the URL with its parameters) is not written. The code logs no secret: redaction,
 * of fields up to two objects deep, is the second fence.
 */
export function logOptions ({ service, member, level, secretFields }: ServiceLog): LoggerOptions {
  return {
    level: level ?? 'info',
    base: { service, member },
    serializers: {
      req: ({ method }: { method: string }) => ({ method }),
      res: ({ statusCode }: { statusCode: number }) => ({ statusCode }),
      err: describeError,
    },
    redact: { paths: [...fieldsOfNoLog, ...secretFields].flatMap((name) => [name, `*.${name}`, `*.*.${name}`]), remove: true },
  }
}

const deepestCause = 4

/** Code, message and causes, and the stack only of what is no expected failure: never what else an error carries. */
function describeError (error: unknown, depth = 0): Record<string, unknown> {
  if (!(error instanceof Error)) return { message: String(error) }
  return {
    ...('code' in error ? { code: error.code } : {}),
    message: error.message,
    ...(error instanceof ScrutinError ? {} : { stack: error.stack }),
    ...(error.cause === undefined || depth === deepestCause ? {} : { cause: describeError(error.cause, depth + 1) }),
  }
}
