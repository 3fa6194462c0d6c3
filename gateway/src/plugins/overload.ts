import underPressure from '@fastify/under-pressure'
import fp from 'fastify-plugin'
import { ScrutinError } from '../../../protocol/src/errors.ts'
import { Gate } from '../gate.ts'
import { limitsOf } from '../limits-config.ts'

declare module 'fastify' {
  interface FastifyContextConfig {
    /** A read that asks the ledger once. */
    asksLedger?: boolean
  }
  interface FastifyRequest {
    leaveReadGate: (() => void) | null
  }
}

/** Refuses early what it could only answer late: casting goes before looking up. */
export default fp(async (app) => {
  const { readsAtOnce, maxEventLoopDelayMs } = limitsOf(app.config.limits)
  await app.register(underPressure, {
    maxEventLoopDelay: maxEventLoopDelayMs,
    // who watches over the gateway is answered as long as there is breath
    pressureHandler: (request) => { if (request.routeOptions.url !== '/livez') throw new ScrutinError('service.busy') },
  })

  const gate = new Gate(readsAtOnce, 10 * readsAtOnce)
  app.decorateRequest('leaveReadGate', null)
  app.addHook('preHandler', async (request) => {
    if (request.routeOptions.config.asksLedger === true) request.leaveReadGate = await gate.enter()
  })
  // also when the client has gone
  app.addHook('onResponse', async (request) => {
    request.leaveReadGate?.()
    request.leaveReadGate = null
  })
}, { name: 'overload', dependencies: ['ports', 'problems'] })
