import fp from 'fastify-plugin'
import type { KeyPair } from '../../../protocol/src/schnorr.ts'
import type { Ledger } from '../../../ledger/src/port.ts'
import type { GatewayConfig } from '../config.ts'
import { Elections } from '../elections.ts'

declare module 'fastify' {
  interface FastifyInstance {
    readonly config: GatewayConfig
    /** As `gateway`. */
    readonly ledger: Ledger
    /** As `organiser`. */
    readonly organiserLedger: Ledger
    /** The gateway's key of the directory. */
    readonly keys: KeyPair
    readonly elections: Elections
  }
}

export interface Ports {
  readonly config: GatewayConfig
  readonly ledger: Ledger
  readonly organiserLedger: Ledger
  readonly keys: KeyPair
}

/** What the routes stand on. Whoever opened the ledgers closes them. */
export default fp<Ports>(async (app, { config, ledger, organiserLedger, keys }) => {
  app.decorate('config', config)
  app.decorate('ledger', ledger)
  app.decorate('organiserLedger', organiserLedger)
  app.decorate('keys', keys)
  app.decorate('elections', new Elections(ledger))
}, { name: 'ports' })
