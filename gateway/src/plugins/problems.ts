import fp from 'fastify-plugin'
import { ScrutinError } from '../../../protocol/src/errors.ts'
import { asScrutinError, problemMediaType, problemOf } from '../problem.ts'

/** Every failure leaves as an RFC 9457 problem with a code of the catalogue. */
export default fp(async (app) => {
  app.setErrorHandler(async (error, request, reply) => {
    const failure = asScrutinError(error)
    if (failure.status >= 500) request.log.error({ code: failure.code, err: error }, 'failed')
    else request.log.info({ code: failure.code }, 'refused')
    if (failure.code === 'access.unauthenticated') reply.header('www-authenticate', 'Bearer')
    if (failure.code === 'ledger.unavailable') reply.header('retry-after', '2')
    reply.header('cache-control', 'no-store')
    return await reply.code(failure.status).type(problemMediaType).send(JSON.stringify(problemOf(failure)))
  })

  app.setNotFoundHandler(async () => {
    throw new ScrutinError('input.address')
  })
}, { name: 'problems' })
