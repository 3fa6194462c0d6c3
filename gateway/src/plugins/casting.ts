import { join } from 'node:path'
import fp from 'fastify-plugin'
import { BallotStore } from '../casting/ballot-store.ts'
import { castingSettings } from '../casting/casting-config.ts'
import { CastingDesk } from '../casting/casting-desk.ts'
import { IdempotencyKeys } from '../casting/idempotency-keys.ts'
import { BoxWatch } from '../casting/box-watch.ts'
import { OtherGateways } from '../casting/other-gateways.ts'
import { OwnStatements } from '../casting/own-statements.ts'
import { Receipts } from '../casting/receipts.ts'
import { TrackerLookUps } from '../casting/tracker-look-ups.ts'

declare module 'fastify' {
  interface FastifyInstance {
    readonly casting: CastingDesk
    readonly ownStatements: OwnStatements
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
  const { ledger, elections, keys } = app
  const box = new BoxWatch(ledger, app.eventFeed)
  const own = new OwnStatements(ledger.mspId, keys, box)
  const receipts = new Receipts({
    own, others: new OtherGateways(ledger), mspId: ledger.mspId, membersOf: async (electionId) => (await elections.ballotForm(electionId)).members,
  })
  const desk = new CastingDesk({ ledger, elections, store, receipts, rules: batch, lookUps: new TrackerLookUps(ledger, elections), metrics: app.metrics, log: app.log })
  app.decorate('casting', desk)
  app.decorate('ownStatements', own)
  app.decorate('idempotencyKeys', new IdempotencyKeys())
  app.metrics.follow({ queue: () => store.depth, transactionsUnderWay: () => desk.transactionsUnderWay, eventClients: () => app.eventFeed.clients })
  app.addHook('onReady', async () => { desk.start() })
  // before the requests that wait for a receipt are waited for
  app.addHook('preClose', async () => { await desk.close() })
  app.addHook('onClose', async () => { store.close() })
}, { name: 'casting', dependencies: ['ports', 'event-feed', 'metrics', 'overload'] })
