import fp from 'fastify-plugin'
import { ScrutinError } from '../../../protocol/src/errors.ts'
import { asScrutinError, sendProblem } from '../problem.ts'

/** Every failure leaves as an RFC 9457 problem with a code of the catalogue. */
export default fp(async (app) => {
  app.setErrorHandler(async (error, request, reply) => {
    const failure = asScrutinError(error)
    if (failure.status >= 500) request.log.error({ code: failure.code, err: error }, 'failed')
    else request.log.info({ code: failure.code }, 'refused')
    return await sendProblem(reply, failure)
  })

  app.setNotFoundHandler(async () => {
    throw new ScrutinError('input.address')
  })
}, { name: 'problems' })
