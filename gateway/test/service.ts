import t from 'tap'
import { ScrutinError } from '../../protocol/src/errors.ts'
import { castableBallot, sampleElection } from '../../protocol/test/support/sample-election.ts'
import { stageOpenElection } from '../../chaincode/test/support/staged-election.ts'
import { eventually } from '../../ledger/test/support/until.ts'
import type { Ledger } from '../../ledger/src/port.ts'
import { testBench } from './support/gateways.ts'

t.test('it is ready when the ledger is in reach and the directory names it', async (t) => {
  const { as, gateway } = await testBench(t)
  const { app } = await gateway('MemberB')
  t.equal((await app.inject('/livez')).statusCode, 200)
  await eventually(async () => (await app.inject('/readyz')).statusCode === 200)
  const { entries } = (await app.inject('/v1/directory')).json()
  t.match(entries, [{ message: { kind: 'gateway', mspId: 'MemberB', url: 'http://memberb.example' } }])

  const { height } = await app.ledger.status()
  const again = await gateway('MemberB', { keys: app.keys })
  await eventually(async () => (await again.app.inject('/readyz')).statusCode === 200)
  t.equal((await app.ledger.status()).height, height, 'nothing is written when the entry stands there')
  const moved = await gateway('MemberB', { keys: app.keys, config: { publicUrl: 'http://new.example' } })
  await eventually(async () => (await moved.app.inject('/readyz')).statusCode === 200)
  t.match((await app.inject('/v1/directory')).json().entries, [{ message: { url: 'http://new.example' } }])

  const away = Object.create(await as('MemberC', 'gateway'), {
    status: { value: async () => { throw new ScrutinError('ledger.unavailable') } },
  }) as Ledger
  const cut = await gateway('MemberC', { ledger: away, enter: false })
  t.equal((await cut.app.inject('/livez')).statusCode, 200)
  t.match((await cut.app.inject('/readyz')).json(), { status: 503, code: 'ledger.unavailable', type: 'urn:scrutin:problem:ledger.unavailable' })
})

t.test('any page may read and cast, none may act as an organiser', async (t) => {
  const { gateway } = await testBench(t)
  const { app } = await gateway('MemberB')
  const headers = { origin: 'https://town.example' }
  const read = await app.inject({ url: '/v1/elections', headers })
  t.equal(read.headers['access-control-allow-origin'], '*')
  t.equal(read.headers['access-control-allow-credentials'], undefined)
  t.match(read.headers['content-security-policy'], "default-src 'none'")
  t.equal(read.headers['x-content-type-options'], 'nosniff')
  const preflight = await app.inject({
    method: 'OPTIONS', url: `/v1/elections/${'00'.repeat(32)}/ballots`, headers: { ...headers, 'access-control-request-method': 'POST', 'access-control-request-headers': 'content-type' },
  })
  t.equal(preflight.statusCode, 204)
  t.match(preflight.headers['access-control-allow-methods'], /POST/)
  t.notMatch(preflight.headers['access-control-allow-headers'], /authorization/i)
})

t.test('every failure is a problem with a code', async (t) => {
  const { as, gateway } = await testBench(t)
  const broken = Object.create(await as('MemberC', 'gateway'), {
    evaluate: { value: async () => { throw new Error('a secret of the inside') } },
  }) as Ledger
  const { app, log } = await gateway('MemberC', { ledger: broken, enter: false })
  const problem = async (url: string): Promise<unknown> => {
    const answer = await app.inject(url)
    t.equal(answer.headers['content-type'], 'application/problem+json; charset=utf-8')
    t.equal(answer.statusCode, answer.json<{ status: number }>().status)
    t.equal(answer.headers['cache-control'], 'no-store')
    return answer.json()
  }
  t.strictSame(await problem('/v2'), { type: 'urn:scrutin:problem:input.address', title: 'There is nothing at this address', status: 404, code: 'input.address' })
  t.match(await problem('/v1/elections?limit=0'), { status: 400, code: 'input.malformed', detail: /querystring\/limit/ })
  t.match(await problem('/v1/elections?limit=1e2'), { code: 'input.malformed' })
  t.match(await problem('/v1/elections?limit=5&limit=6'), { code: 'input.malformed' })
  t.match(await problem('/v1/elections?page=2'), { code: 'input.malformed' })
  t.match(await problem('/v1/elections/%zz'), { status: 400, code: 'input.malformed' })
  t.strictSame(await problem('/v1/elections'), { type: 'urn:scrutin:problem:service.failed', title: 'Something failed inside this service', status: 500, code: 'service.failed' })
  t.match(log.join(''), 'a secret of the inside', 'the log has what the client has not')
})

t.test('an address that asks too often is told to wait', async (t) => {
  const { gateway } = await testBench(t)
  const { app } = await gateway('MemberB', { config: { rateLimit: { max: 3, timeWindowSeconds: 60 } } })
  const ask = async (remoteAddress: string) => await app.inject({ url: '/v1/directory', remoteAddress })
  for (let i = 0; i < 3; i++) t.equal((await ask('192.0.2.1')).statusCode, 200)
  const refused = await ask('192.0.2.1')
  t.match(refused.json(), { status: 429, code: 'access.rate' })
  t.ok(Number(refused.headers['retry-after']) > 0)
  t.equal((await ask('192.0.2.2')).statusCode, 200)
  t.equal((await app.inject({ url: '/livez', remoteAddress: '192.0.2.1' })).statusCode, 200)
})

t.test('the log names neither people nor keys nor ballots', async (t) => {
  const { as, gateway, listening } = await testBench(t)
  const election = sampleElection()
  await stageOpenElection(as, election)
  await listening('MemberA')
  const { app, log, apiKey } = await gateway('MemberB', { config: { logLevel: 'debug' } })
  const ballot = await castableBallot(election, ['blank'])
  const remoteAddress = '203.0.113.77'
  const headers = { 'x-forwarded-for': '198.51.100.9', 'user-agent': 'Voter/7.7' }
  const octets = { ...headers, 'content-type': 'application/octet-stream' }
  const url = `/v1/elections/${election.id}/ballots`
  t.equal((await app.inject({ method: 'POST', url, remoteAddress, headers: octets, body: Buffer.from(ballot.bytes) })).statusCode, 201)
  await app.inject({ method: 'POST', url, remoteAddress, headers: octets, body: Buffer.from(ballot.bytes.with(9, 0)) })
  await app.inject({ url: `${url}/${ballot.tracker}?code=SECRET-CODE`, remoteAddress, headers })
  await app.inject({ url: '/nowhere/SECRET-CODE', remoteAddress, headers })
  await app.inject({ method: 'POST', url: '/v1/elections', remoteAddress, headers: { ...headers, authorization: `Bearer ${apiKey}`, 'content-type': 'application/json' }, body: '{"code": SECRET-CODE' })
  await app.inject({ method: 'POST', url: '/v1/elections', remoteAddress, headers: { ...headers, authorization: `Bearer ${apiKey}` }, body: { code: 'SECRET-CODE' } })
  const text = log.join('')
  t.ok(log.length >= 6)
  for (const line of log) t.doesNotThrow(() => { JSON.parse(line) })
  const bytes = Buffer.from(ballot.bytes)
  for (const [name, secret] of Object.entries({
    address: '203.0.113',
    forwarded: '198.51',
    agent: 'Voter/7.7',
    key: apiKey,
    code: 'SECRET-CODE',
    tracker: ballot.tracker,
    credential: ballot.credentialKey,
    base64: bytes.subarray(99, 129).toString('base64url'),
    hex: bytes.subarray(99, 129).toString('hex'),
  })) t.notOk(text.includes(secret), name)
})
