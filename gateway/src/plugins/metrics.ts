import { createServer, type Server } from 'node:http'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import fp from 'fastify-plugin'
import { GatewayMetrics } from '../gateway-metrics.ts'

declare module 'fastify' {
  interface FastifyInstance {
    readonly metrics: GatewayMetrics
    /** Where `/metrics` is, once it listens; undefined when the configuration has no section `metrics`. */
    metricsPort (): number | undefined
  }
}

/** `/metrics` on a port of its own, so that it can be kept from the public: it listens where the configuration says. */
export default fp(async (app) => {
  const metrics = new GatewayMetrics()
  app.decorate('metrics', metrics)
  let server: Server | undefined
  app.decorate('metricsPort', () => (server?.address() as AddressInfo | null | undefined)?.port)

  app.addHook('onResponse', async (request, reply) => {
    metrics.request(request.method, request.routeOptions.url ?? 'none', reply.statusCode, reply.elapsedTime / 1000)
  })

  const listen = app.config.metrics
  if (listen === undefined) return
  app.addHook('onReady', async () => {
    server = createServer({ requestTimeout: 5000, headersTimeout: 5000 }, (request, response) => {
      if (request.method !== 'GET' || request.url !== '/metrics') {
        response.writeHead(404).end()
        return
      }
      metrics.registry.metrics().then(
        (text) => { response.writeHead(200, { 'content-type': metrics.registry.contentType }).end(text) },
        () => { response.writeHead(500).end() }
      )
    })
    server.maxConnections = 20
    server.listen(listen.port, listen.host)
    await once(server, 'listening')
  })
  app.addHook('onClose', async () => {
    server?.close()
    server?.closeAllConnections()
  })
}, { name: 'metrics', dependencies: ['ports'] })
