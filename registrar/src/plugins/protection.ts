import cors from '@fastify/cors'
import helmet from '@fastify/helmet'
import rateLimit from '@fastify/rate-limit'
import fp from 'fastify-plugin'
import { ScrutinError } from '../../../protocol/src/errors.ts'
import type { RateLimit } from '../../../service/src/config-sections.ts'

/** Headers, requests from any origin (nothing here goes by cookies), and how often an address may ask. */
export default fp<{ rateLimit: RateLimit }>(async (app, options) => {
  await app.register(helmet)
  await app.register(cors, { origin: '*', methods: ['GET', 'POST'], exposedHeaders: ['Retry-After'], strictPreflight: false })
  await app.register(rateLimit, {
    max: options.rateLimit.max,
    timeWindow: options.rateLimit.timeWindowSeconds * 1000,
    errorResponseBuilder: () => new ScrutinError('access.rate'),
  })
}, { name: 'protection', dependencies: ['problems'] })
