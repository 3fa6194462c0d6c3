import t from 'tap'
import { openDesk } from './support/desks.ts'
import { testBed } from './support/registrars.ts'
import type { SignedDirectoryEntry } from '../../protocol/src/records.ts'
import { readDirectory } from '../../ledger/src/read-directory.ts'
import { assertSigned } from '../../protocol/src/signed-message.ts'
import { tags } from '../../protocol/src/tagged-hash.ts'

t.test('the registrar as a service', async (t) => {
  const bed = await testBed({ folder: t.testdir(), announcedOnly: true })
  const [registrar] = bed.registrars
  const desk = await openDesk(registrar!, { rateLimit: { max: 8, timeWindowSeconds: 60 } })
  t.teardown(async () => { await desk.close() })
  await desk.ready()

  await t.test('enters the directory under its own key, once', async (t) => {
    const ledger = await registrar!.openLedger()
    t.teardown(async () => { await ledger.close() })
    const entries = async (): Promise<SignedDirectoryEntry[]> =>
      await readDirectory(ledger)
    while ((await entries()).length === 0) await new Promise((resolve) => setTimeout(resolve, 20))
    const [entry] = await entries()
    t.same(entry!.message, { kind: 'registrar', key: registrar!.serviceKeys.publicKey, mspId: 'MemberA', sequence: 1, url: registrar!.config.publicUrl })
    assertSigned(tags.directoryEntry, new Uint8Array(0), registrar!.serviceKeys.publicKey, entry!)
    const { height } = await ledger.status()
    const again = await openDesk(registrar!)
    await again.ready()
    await again.close()
    t.equal((await ledger.status()).height, height, 'nothing is written when it stands there')
  })

  await t.test('says that it lives and reaches the ledger', async (t) => {
    t.match((await desk.inject('/livez')).json(), { status: 'alive' })
    t.match((await desk.inject('/readyz')).json(), { status: 'ready', height: /^\d+$/ })
  })

  await t.test('answers the booth on any origin, by problems where it refuses', async (t) => {
    const asked = await desk.inject({ method: 'OPTIONS', url: '/v1/registrar', headers: { origin: 'https://town.test', 'access-control-request-method': 'POST', 'access-control-request-headers': 'content-type, prefer' } })
    t.match(asked.headers, { 'access-control-allow-origin': '*', 'access-control-allow-headers': 'content-type, prefer' })
    const lost = await desk.inject('/nowhere')
    t.match(lost.headers, { 'content-type': /^application\/problem\+json/, 'x-content-type-options': 'nosniff', 'cache-control': 'no-store' })
    t.match(lost.json(), { type: 'urn:scrutin:problem:input.address', status: 404, code: 'input.address' })
    const form = await desk.inject({ method: 'POST', url: `/v1/elections/${bed.election.id}/identify`, headers: { 'content-type': 'text/plain' }, payload: 'x' })
    t.match(form.json(), { status: 415, code: 'input.media-type' })
    const long = await desk.inject({ method: 'POST', url: `/v1/elections/${bed.election.id}/identify`, payload: { code: 'x'.repeat(5000) } })
    t.match(long.json(), { status: 413, code: 'input.too-large' })
  })

  await t.test('asks an address that comes too often to wait', async (t) => {
    let answer = await desk.inject('/v1/registrar')
    for (let i = 0; i < 8 && answer.statusCode === 200; i++) answer = await desk.inject('/v1/registrar')
    t.match(answer.json(), { status: 429, code: 'access.rate' })
    t.ok(Number(answer.headers['retry-after']) > 0)
    t.equal((await desk.inject({ url: '/v1/registrar', remoteAddress: '203.0.113.9' })).statusCode, 200, 'another does not')
  })
})
