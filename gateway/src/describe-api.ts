import { generateKeyPair } from '../../protocol/src/schnorr.ts'
import type { Ledger } from '../../ledger/src/port.ts'
import { buildApp } from './app.ts'
import type { GatewayConfig } from './config.ts'

/** The OpenAPI description of the gateway, as text; no ledger is needed for it. */
export async function describeApi (): Promise<string> {
  const ledger = { kind: 'embedded', file: 'none', mspId: 'None' } as const
  const config: GatewayConfig = {
    listen: { host: '127.0.0.1', port: 0 },
    member: 'none',
    ledger: { ...ledger, role: 'gateway' },
    organiserLedger: { ...ledger, role: 'organiser' },
    publicUrl: 'http://127.0.0.1',
    folder: 'none',
    tenants: [],
    logLevel: 'silent',
  }
  const app = await buildApp({ config, keys: generateKeyPair(), ledger: absentLedger, organiserLedger: absentLedger, follow: false, enter: false, ballotFile: ':memory:' })
  try {
    await app.ready()
    return JSON.stringify(app.swagger(), null, 2) + '\n'
  } finally {
    await app.close()
  }
}

const absent = (): never => { throw new Error('a description asks no ledger') }
const absentLedger: Ledger = {
  kind: 'embedded', mspId: 'None', submit: absent, evaluate: absent, locate: absent, status: absent, events: absent, blocks: absent, close: absent,
}
