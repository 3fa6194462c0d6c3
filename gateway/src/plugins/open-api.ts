import swagger from '@fastify/swagger'
import fp from 'fastify-plugin'

/** OpenAPI 3.1 from the schemas of the routes: `app.swagger()`. Comes before the routes. */
export default fp(async (app) => {
  await app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'Scrutin gateway',
        version: '1.0.0',
        description: 'The way to the ballot box through one member of the consortium. Every failure is an RFC 9457 problem whose `code` is stable.',
        license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
      },
      servers: [{ url: '/', description: 'This gateway' }],
      tags: [
        { name: 'elections', description: 'Open to everyone' },
        { name: 'ballots', description: 'Open to everyone' },
        { name: 'organisers', description: 'By API key' },
        { name: 'service', description: 'The gateway itself' },
      ],
      // but where an operation says otherwise
      security: [],
      components: {
        securitySchemes: { apiKey: { type: 'http', scheme: 'bearer', description: 'API key of one tenant of this member' } },
      },
    },
    refResolver: { buildLocalReference: (json, _base, _fragment, i) => typeof json.$id === 'string' ? json.$id : `Schema${i}` },
  })
}, { name: 'open-api' })
