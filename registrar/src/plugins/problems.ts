import fp from 'fastify-plugin'
import type { FastifyError } from 'fastify'
import { errorCatalogue, ScrutinError } from '../../../protocol/src/errors.ts'

/** Every failure leaves as an RFC 9457 problem with a code of the catalogue, and tells nothing of what was sent. */
export default fp(async (app) => {
  app.setErrorHandler(async (error, request, reply) => {
    const failure = asScrutinError(error)
    const { code, status, detail } = failure
    if (status >= 500) request.log.error({ code, err: error }, 'failed')
    else request.log.info({ code }, 'refused')
    if (status === 429 || status === 503) reply.header('retry-after', status === 429 ? '60' : '2')
    return await reply.code(status).header('cache-control', 'no-store').type('application/problem+json')
      .send(JSON.stringify({ type: `urn:scrutin:problem:${code}`, title: errorCatalogue[code][1], status, code, detail }))
  })

  app.setNotFoundHandler(async () => { throw new ScrutinError('input.address') })
}, { name: 'problems' })

function asScrutinError (error: unknown): ScrutinError {
  if (error instanceof ScrutinError) return error
  const { code, statusCode = 500 } = error as Partial<FastifyError>
  if (code === 'FST_ERR_CTP_BODY_TOO_LARGE') return new ScrutinError('input.too-large')
  if (code === 'FST_ERR_CTP_INVALID_MEDIA_TYPE') return new ScrutinError('input.media-type')
  // no cause: Fastify's own words may quote a body, and a body holds a code
  if (statusCode >= 400 && statusCode < 500) return new ScrutinError('input.malformed', 'the request cannot be read')
  return new ScrutinError('service.failed', undefined, { cause: error })
}
