import fp from 'fastify-plugin'

/**
 * One line for each request, when it is answered: its method and route, never its address. What went well is counted by
 * the metrics, and written at the level `debug` only: a log of who voted when is nothing to keep.
 */
export default fp(async (app) => {
  app.addHook('onResponse', async (request, reply) => {
    request.log[reply.statusCode < 400 ? 'debug' : 'info']({
      method: request.method,
      route: request.routeOptions.url ?? 'none',
      status: reply.statusCode,
      ms: Math.round(reply.elapsedTime),
    }, 'answered')
  })
}, { name: 'request-log' })
