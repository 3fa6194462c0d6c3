import helmet from '@fastify/helmet'
import fp from 'fastify-plugin'

/** The API answers with data only: nothing of it may run, be framed or be sniffed; any page may read it. */
export default fp(async (app) => {
  await app.register(helmet, {
    contentSecurityPolicy: { useDefaults: false, directives: { defaultSrc: ["'none'"], frameAncestors: ["'none'"] } },
    crossOriginResourcePolicy: { policy: 'cross-origin' },
  })
}, { name: 'security-headers' })
