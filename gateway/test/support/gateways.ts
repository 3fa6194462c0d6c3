/** Gateways of several members over one embedded ledger with the real contract. */
import { createHash, randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { type AddressInfo, createServer } from 'node:net'
import type { FastifyInstance } from 'fastify'
import type { Test } from 'tap'
import Type from 'typebox'
import { Compile } from 'typebox/compile'
import { type LedgerAs, temporaryLedger } from '../../../chaincode/test/support/staged-election.ts'
import type { Ledger } from '../../../ledger/src/port.ts'
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
  /** The embedded ledger's. */
  readonly file: string
  gateway (mspId: string, options?: TestGatewayOptions): Promise<TestGateway>
  /** A gateway that the others reach by HTTP, where the directory says: receipts need statements of two of the four members. */
  listening (mspId: string, options?: TestGatewayOptions): Promise<TestGateway & { readonly url: string }>
}

export type TestGatewayOptions = Partial<Omit<AppOptions, 'config'>> & { config?: Partial<GatewayConfig> }

/** Gateways leave elections alone unless a test has them follow; all is removed when the test ends. */
export async function testBench (t: Test): Promise<TestBench> {
  const { as, file, close } = await temporaryLedger()
  const apps: FastifyInstance[] = []
  t.teardown(async () => {
    for (const app of apps) await app.close()
    await close()
  })
  const bench: TestBench = {
    as,
    file,
    listening: async (mspId, options = {}) => {
      const port = await freePort()
      const url = `http://127.0.0.1:${port}`
      const started = await bench.gateway(mspId, { ...options, config: { publicUrl: url, ...options.config } })
      await started.app.listen({ host: '127.0.0.1', port })
      return { ...started, url }
    },
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
  return bench
}

export async function freePort (): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return port
}

function sha256 (text: string): string {
  return createHash('sha256').update(text).digest('hex')
}

/** Whether an answer has the form that OpenAPI promises, nothing more and nothing less. */
export function hasForm (name: keyof typeof schemasByName, answer: unknown): boolean {
  return Compile(Type.Object({ answer: schemasByName[name] })).Check({ answer })
}

/** The same ledger, but for what is changed. */
export function changedLedger (real: Ledger, changes: Partial<Ledger>): Ledger {
  const { kind, mspId } = real
  return {
    kind,
    mspId,
    submit: real.submit.bind(real),
    evaluate: real.evaluate.bind(real),
    locate: real.locate.bind(real),
    status: real.status.bind(real),
    events: real.events.bind(real),
    blocks: real.blocks.bind(real),
    close: real.close.bind(real),
    ...changes,
  }
}
