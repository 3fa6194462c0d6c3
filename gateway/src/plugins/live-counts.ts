import fp from 'fastify-plugin'
import { TrackerPage, VoterCheckPage } from '../answers.ts'
import { LiveCount } from '../live-count.ts'
import { readContract } from '../read-contract.ts'
import { VoterCheckDesk } from '../voter-check-desk.ts'

declare module 'fastify' {
  interface FastifyInstance {
    /** Ballots in the box. */
    readonly turnout: LiveCount
    /** Voters who said that they found theirs. */
    readonly voterChecks: LiveCount
    readonly voterCheckDesk: VoterCheckDesk
  }
}

const limit = '1000'

export default fp(async (app) => {
  const { ledger, eventFeed } = app
  app.decorate('turnout', new LiveCount(eventFeed, 'ballots', async (electionId, cursor) => {
    const page = await readContract(ledger, TrackerPage, 'readTrackers', [electionId, '', cursor, limit])
    return { trackers: page.trackers.map(({ tracker }) => tracker), cursor: page.cursor }
  }))
  app.decorate('voterChecks', new LiveCount(eventFeed, 'voter-checks', async (electionId, cursor) => {
    const page = await readContract(ledger, VoterCheckPage, 'readVoterChecks', [electionId, cursor, limit])
    return { trackers: page.checks.map(({ tracker }) => tracker), cursor: page.cursor }
  }))
  app.decorate('voterCheckDesk', new VoterCheckDesk(ledger))
  app.addHook('preClose', async () => { await app.voterCheckDesk.close() })
}, { name: 'live-counts', dependencies: ['ports', 'event-feed'] })
