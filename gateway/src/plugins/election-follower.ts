import fp from 'fastify-plugin'
import { defaultFollowTiming, ElectionFollower, type FollowTiming } from '../follow-elections.ts'

export interface ElectionFollowerOptions {
  /** `false`: elections are left to other gateways. */
  readonly follow?: FollowTiming | false
}

/** Closes, counts and publishes when it is time, from the start to the end of the process. */
export default fp<ElectionFollowerOptions>(async (app, { follow = defaultFollowTiming }) => {
  if (follow === false) return
  const follower = new ElectionFollower({ ledger: app.ledger, elections: app.elections, log: app.log, timing: follow })
  let running: Promise<void> | undefined
  app.addHook('onReady', async () => { running = follower.run() })
  app.addHook('onClose', async () => {
    follower.stop()
    await running
  })
}, { name: 'election-follower', dependencies: ['ports'] })
