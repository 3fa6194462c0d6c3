import swaggerUi from '@fastify/swagger-ui'
import fp from 'fastify-plugin'

/**
 * `/docs`: a page to read the API and try it. All of it is served from here, and its policy allows nothing else:
 * scripts of this origin only, none inline.
 */
export default fp(async (app) => {
  await app.register(swaggerUi, {
    routePrefix: '/docs',
    staticCSP: {
      'default-src': "'none'",
      'base-uri': "'none'",
      'connect-src': "'self'",
      'font-src': "'self'",
      'form-action': "'none'",
      'frame-ancestors': "'none'",
      'img-src': "'self' data:",
      'script-src': "'self'",
      // swagger-ui sets style attributes as it draws
      'style-src': "'self' 'unsafe-inline'",
    },
    uiConfig: { deepLinking: true, docExpansion: 'list', persistAuthorization: false, validatorUrl: null },
    logLevel: 'warn',
  })
}, { name: 'api-page', dependencies: ['open-api'] })
