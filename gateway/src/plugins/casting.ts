import { join } from 'node:path'
import fp from 'fastify-plugin'
import { BallotStore } from '../casting/ballot-store.ts'
import { castingSettings } from '../casting/casting-config.ts'
import { CastingDesk } from '../casting/casting-desk.ts'
import { IdempotencyKeys } from '../casting/idempotency-keys.ts'
import { Receipts } from '../casting/receipts.ts'

declare module 'fastify' {
  interface FastifyInstance {
    readonly casting: CastingDesk
    readonly idempotencyKeys: IdempotencyKeys
  }
}

export interface CastingOptions {
  /** Where ballots wait; in the gateway's own folder without it. */
  readonly ballotFile?: string | undefined
}

/** The ballots on their way: what was left on disk is cast from the start on; at the end the transactions under way are waited for. */
export default fp<CastingOptions>(async (app, { ballotFile = join(app.config.folder, 'ballots.sqlite') }) => {
  const { batch, queue } = castingSettings(app.config.casting)
  const store = new BallotStore(ballotFile, queue)
  const receipts = new Receipts(app.ledger.mspId, app.keys)
  const desk = new CastingDesk({ ledger: app.ledger, elections: app.elections, store, receipts, rules: batch, log: app.log })
  app.decorate('casting', desk)
  app.decorate('idempotencyKeys', new IdempotencyKeys())
  app.addHook('onReady', async () => { desk.start() })
  app.addHook('onClose', async () => {
    await desk.close()
    store.close()
  })
}, { name: 'casting', dependencies: ['ports'] })
