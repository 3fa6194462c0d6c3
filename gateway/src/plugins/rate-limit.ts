import rateLimit from '@fastify/rate-limit'
import fp from 'fastify-plugin'
import { ScrutinError } from '../../../protocol/src/errors.ts'
import { defaultRateLimit } from '../../../service/src/config-sections.ts'

/** So many requests from one address in one window. Addresses are held in memory only, for the window's length. */
export default fp(async (app) => {
  const { max, timeWindowSeconds } = app.config.rateLimit ?? defaultRateLimit
  await app.register(rateLimit, {
    max,
    timeWindow: timeWindowSeconds * 1000,
    errorResponseBuilder: () => new ScrutinError('access.rate'),
    // who watches over the gateway asks often
    allowList: (request) => request.routeOptions.url === '/livez' || request.routeOptions.url === '/readyz',
  })
}, { name: 'rate-limit', dependencies: ['ports', 'problems'] })
