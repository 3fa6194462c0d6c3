/** Failures as RFC 9457 problems. */
import type { FastifyError, FastifyReply } from 'fastify'
import { type ErrorCode, errorCatalogue, ScrutinError } from '../../protocol/src/errors.ts'

export const problemMediaType = 'application/problem+json'

export interface Problem {
  /** Stable: `urn:scrutin:problem:` and the code. */
  readonly type: string
  readonly title: string
  readonly status: number
  readonly code: ErrorCode
  readonly detail?: string
}

export function problemOf (error: ScrutinError): Problem {
  return {
    type: `urn:scrutin:problem:${error.code}`,
    title: errorCatalogue[error.code][1],
    status: error.status,
    code: error.code,
    ...(error.detail === undefined ? {} : { detail: error.detail }),
  }
}

/** Gives every failure a code of the catalogue, Fastify's own included. Unknown ones tell nothing about themselves. */
export function asScrutinError (error: unknown): ScrutinError {
  if (error instanceof ScrutinError) return error
  const { code, statusCode = 500 } = error as Partial<FastifyError>
  if (code === 'FST_ERR_CTP_BODY_TOO_LARGE') return new ScrutinError('input.too-large')
  if (code === 'FST_ERR_CTP_INVALID_MEDIA_TYPE') return new ScrutinError('input.media-type')
  // what remains of 4xx is how Fastify names bodies and addresses that can't be read; no cause: its words may quote them
  if (statusCode >= 400 && statusCode < 500) return new ScrutinError('input.malformed', 'the request cannot be read')
  return new ScrutinError('service.failed', undefined, { cause: error })
}

/** Seconds after which to ask again, where the route or a plugin has not said it better. */
const retryAfter: Readonly<Record<number, string>> = { 429: '60', 503: '2' }

export function sendProblem (reply: FastifyReply, failure: ScrutinError): FastifyReply {
  const seconds = retryAfter[failure.status]
  if (seconds !== undefined && !reply.hasHeader('retry-after')) reply.header('retry-after', seconds)
  reply.header('cache-control', 'no-store')
  return reply.code(failure.status).type(problemMediaType).send(JSON.stringify(problemOf(failure)))
}

/** For what can't even be read as HTTP: the answer as it goes down the wire. */
export function rawProblem (failure: ScrutinError): string {
  const body = JSON.stringify(problemOf(failure))
  return `HTTP/1.1 ${failure.status} Refused\r\nContent-Type: ${problemMediaType}\r\nContent-Length: ${Buffer.byteLength(body)}\r\nConnection: close\r\n\r\n${body}`
}
