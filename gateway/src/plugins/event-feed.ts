import fp from 'fastify-plugin'
import { EventFeed } from '../event-feed.ts'

declare module 'fastify' {
  interface FastifyInstance {
    readonly eventFeed: EventFeed
  }
}

/** Follows the contract's events from the start to the end of the process. */
export default fp(async (app) => {
  const feed = new EventFeed(app.ledger, app.log)
  app.decorate('eventFeed', feed)
  let running: Promise<void> | undefined
  app.addHook('onReady', async () => { running = feed.run() })
  app.addHook('onClose', async () => {
    feed.stop()
    await running
  })
}, { name: 'event-feed', dependencies: ['ports'] })
