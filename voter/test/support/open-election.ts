/** An open election over real HTTP: two registrars, gateways of two members, all on one embedded ledger. */
import { createHash } from 'node:crypto'
import { createServer } from 'node:net'
import { join } from 'node:path'
import type { FastifyInstance } from 'fastify'
import { buildApp as buildGateway } from '../../../gateway/src/app.ts'
import type { GatewayConfig } from '../../../gateway/src/config.ts'
import { openGatewayKey } from '../../../gateway/src/gateway-key.ts'
import type { SampleElection } from '../../../protocol/test/support/sample-election.ts'
import { openDesk, prepare } from '../../../registrar/test/support/desks.ts'
import { type TestBed, testBed, type TestBedOptions } from '../../../registrar/test/support/registrars.ts'

export const apiKey = 'an-API-key-of-the-tenant'

export interface OpenElection {
  readonly bed: TestBed
  readonly election: SampleElection
  /** Base URLs of MemberA's and MemberC's gateways; MemberA is a registrar's member too. */
  readonly gateways: readonly [string, string]
  readonly registrars: readonly FastifyInstance[]
  /** `codes(id)`: one of each registrar. */
  codes (id: string): string[]
  open (): Promise<void>
  close (): Promise<void>
}

/** With `keyedOnly` the opening is left to `open`. */
export async function openElection (options: TestBedOptions & { readonly keyedOnly?: boolean }): Promise<OpenElection> {
  const bed = await testBed(options)
  const codes: Map<string, string>[] = []
  const registrars: FastifyInstance[] = []
  for (const registrar of bed.registrars) {
    codes.push(await prepare(bed, registrar))
    const port = await freePort()
    const desk = await openDesk(registrar, { publicUrl: `http://127.0.0.1:${port}` })
    await desk.listen({ host: '127.0.0.1', port })
    registrars.push(desk)
  }
  const services = [...registrars]
  const gateways: string[] = []
  for (const mspId of ['MemberA', 'MemberC']) {
    const { app, url } = await startGateway(options.folder, mspId, bed)
    services.push(app)
    gateways.push(url)
  }
  const open = async (): Promise<void> => {
    const organiser = await bed.openLedgerAs('MemberA', 'organiser')
    await organiser.submit('open', [bed.election.id])
    await organiser.close()
  }
  if (options.keyedOnly !== true) await open()
  return {
    bed,
    election: bed.election,
    gateways: gateways as [string, string],
    registrars,
    open,
    codes: (id) => codes.map((byId) => byId.get(id)!),
    async close () { await Promise.all(services.map(async (service) => { await service.close() })) },
  }
}

async function startGateway (folder: string, mspId: string, bed: TestBed): Promise<{ app: FastifyInstance, url: string }> {
  const port = await freePort()
  const url = `http://127.0.0.1:${port}`
  const file = join(folder, 'ledger.db')
  const config: GatewayConfig = {
    listen: { host: '127.0.0.1', port },
    member: mspId.toLowerCase(),
    ledger: { kind: 'embedded', file, mspId, role: 'gateway' },
    organiserLedger: { kind: 'embedded', file, mspId, role: 'organiser' },
    publicUrl: url,
    folder: join(folder, `gateway-${mspId}`),
    tenants: [{ id: 'town', apiKeySha256: [createHash('sha256').update(apiKey).digest('hex')] }],
  }
  const [ledger, organiserLedger] = await Promise.all([bed.openLedgerAs(mspId, 'gateway'), bed.openLedgerAs(mspId, 'organiser')])
  const app = await buildGateway({ config, ledger, organiserLedger, keys: openGatewayKey(config.folder), follow: false, logStream: { write () {} } })
  app.addHook('onClose', async () => { await Promise.all([ledger.close(), organiserLedger.close()]) })
  await app.listen(config.listen)
  return { app, url }
}

async function freePort (): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => { server.listen(0, '127.0.0.1', resolve) })
  const address = server.address()
  await new Promise((resolve) => { server.close(resolve) })
  if (address === null || typeof address === 'string') throw new Error('no port')
  return address.port
}
