/** Gateways of several members over one embedded ledger with the real contract. */
import { createHash, randomBytes } from 'node:crypto'
import type { FastifyInstance } from 'fastify'
import type { Test } from 'tap'
import Type from 'typebox'
import { Compile } from 'typebox/compile'
import { type LedgerAs, temporaryLedger } from '../../../chaincode/test/support/staged-election.ts'
import { generateKeyPair } from '../../../protocol/src/schnorr.ts'
import { type AppOptions, buildApp } from '../../src/app.ts'
import type { GatewayConfig } from '../../src/config.ts'
import { schemasByName } from '../../src/shared-schemas.ts'

export interface TestGateway {
  readonly app: FastifyInstance
  /** API key of the tenant `town`. */
  readonly apiKey: string
  /** API key of the tenant `county`. */
  readonly otherKey: string
  readonly log: string[]
}

export interface TestBench {
  readonly as: LedgerAs
  gateway (mspId: string, options?: Partial<Omit<AppOptions, 'config'>> & { config?: Partial<GatewayConfig> }): Promise<TestGateway>
}

/** Gateways leave elections alone unless a test has them follow; all is removed when the test ends. */
export async function testBench (t: Test): Promise<TestBench> {
  const { as, file, close } = await temporaryLedger()
  const apps: FastifyInstance[] = []
  t.teardown(async () => {
    for (const app of apps) await app.close()
    await close()
  })
  return {
    as,
    gateway: async (mspId, { config, ...options } = {}) => {
      const [apiKey, otherKey] = [randomBytes(32).toString('base64url'), randomBytes(32).toString('base64url')]
      const log: string[] = []
      const app = await buildApp({
        config: {
          listen: { host: '127.0.0.1', port: 0 },
          member: mspId.toLowerCase(),
          ledger: { kind: 'embedded', file, mspId, role: 'gateway' },
          organiserLedger: { kind: 'embedded', file, mspId, role: 'organiser' },
          publicUrl: `http://${mspId.toLowerCase()}.example`,
          folder: 'not used',
          tenants: [{ id: 'town', apiKeySha256: [sha256(apiKey)] }, { id: 'county', apiKeySha256: [sha256(otherKey)] }],
          ...config,
        },
        keys: generateKeyPair(),
        ledger: await as(mspId, 'gateway'),
        organiserLedger: await as(mspId, 'organiser'),
        follow: false,
        ballotFile: ':memory:',
        logStream: { write: (line) => { log.push(line) } },
        ...options,
      })
      apps.push(app)
      await app.ready()
      return { app, apiKey, otherKey, log }
    },
  }
}

function sha256 (text: string): string {
  return createHash('sha256').update(text).digest('hex')
}

/** Whether an answer has the form that OpenAPI promises, nothing more and nothing less. */
export function hasForm (name: keyof typeof schemasByName, answer: unknown): boolean {
  return Compile(Type.Object({ answer: schemasByName[name] })).Check({ answer })
}
