import fp from 'fastify-plugin'

/** One line for each request, when it is answered: its method and route, never its address. */
export default fp(async (app) => {
  app.addHook('onResponse', async (request, reply) => {
    request.log.info({
      method: request.method,
      route: request.routeOptions.url ?? 'none',
      status: reply.statusCode,
      ms: Math.round(reply.elapsedTime),
    }, 'answered')
  })
}, { name: 'request-log' })
