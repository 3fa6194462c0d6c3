import fp from 'fastify-plugin'
import { Turnout } from '../turnout.ts'

declare module 'fastify' {
  interface FastifyInstance {
    readonly turnout: Turnout
  }
}

export default fp(async (app) => {
  app.decorate('turnout', new Turnout(app.ledger, app.eventFeed))
}, { name: 'turnout', dependencies: ['ports', 'event-feed'] })
