import cors from '@fastify/cors'
import fp from 'fastify-plugin'

/**
 * Any page may read and cast, without credentials. `Authorization` is not among the headers a page may send, so
 * the organisers' routes can't be called from one.
 */
export default fp(async (app) => {
  await app.register(cors, {
    origin: '*',
    methods: ['GET', 'HEAD', 'POST'],
    allowedHeaders: ['content-type', 'idempotency-key', 'if-none-match', 'prefer'],
    exposedHeaders: ['etag', 'location', 'preference-applied', 'retry-after'],
    maxAge: 86_400,
  })
}, { name: 'open-access' })
