import t from 'tap'
import { openDesk, prepare } from './support/desks.ts'
import { testBed } from './support/registrars.ts'
import { askCredential, blind } from './support/voters.ts'

t.test('logs hold neither names, codes, salts nor addresses', async (t) => {
  const bed = await testBed({ folder: t.testdir() })
  const [registrar, other] = bed.registrars
  const codes = await prepare(bed, registrar!)
  await prepare(bed, other!)
  const lines: string[] = []
  const desk = await openDesk(registrar!, { logLevel: 'debug' }, { write: (line) => { lines.push(line) } })
  t.teardown(async () => { await desk.close() })
  const { id, idBytes } = bed.election
  const url = `/v1/elections/${id}`
  const { moduli: [modulus] } = (await desk.inject(url)).json()
  const { blindedMessage } = await blind(modulus, idBytes)

  const code = codes.get('1')!
  const remoteAddress = '203.0.113.77'
  const answer = await askCredential(desk, id, code, blindedMessage)
  t.equal(answer.statusCode, 200)
  const bodies = [{ code }, { code: codes.get('2') }, { code, name: 'Person 1' }, { code: `${code}X` }, { code: [code] }]
  for (const payload of bodies) await desk.inject({ method: 'POST', url: `${url}/identify`, payload, remoteAddress })
  await desk.inject({ method: 'POST', url: `${url}/identify`, payload: `{"code": "${code}`, headers: { 'content-type': 'application/json' }, remoteAddress })
  await desk.inject({ method: 'POST', url: `${url}/identify?code=${code}`, payload: `code=${code}`, headers: { 'content-type': 'text/plain', 'x-forwarded-for': remoteAddress }, remoteAddress })
  await desk.inject({ url: `/${code}?code=${code}`, remoteAddress })
  await desk.inject({ url: `/v1/elections/${code}`, remoteAddress })

  const log = lines.join('')
  t.ok(lines.length > 10, 'there are logs')
  const secrets = [
    ...codes.values(), ...[...codes.values()].map((text) => text.replaceAll('-', '')), ...bed.roll.leaves.map(({ salt }) => salt), 'Person', remoteAddress, '127.0.0.1',
    blindedMessage, answer.json().signature as string, answer.json().place.commitment as string,
  ]
  for (const secret of secrets) t.notOk(log.includes(secret), secret.slice(0, 30))
})
