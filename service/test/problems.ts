import Fastify, { type FastifyInstance, LogController } from 'fastify'
import t, { type Test } from 'tap'
import Type from 'typebox'
import { ScrutinError } from '../../protocol/src/errors.ts'
import problems from '../src/plugins/problems.ts'
import requestLog from '../src/plugins/request-log.ts'
import validation from '../src/plugins/validation.ts'

const Query = Type.Object({ limit: Type.Optional(Type.Integer({ minimum: 1 })), name: Type.Optional(Type.String()) }, { additionalProperties: false })
const Body = Type.Object({ code: Type.String({ maxLength: 8 }) }, { additionalProperties: false })

async function service (t: Test, log: string[] = [], level = 'info'): Promise<FastifyInstance> {
  const app = Fastify({ bodyLimit: 100, logController: new LogController({ disableRequestLogging: true }), logger: { level, stream: { write: (line: string) => { log.push(line) } } } })
  t.teardown(async () => { await app.close() })
  await app.register(problems)
  await app.register(validation)
  await app.register(requestLog)
  app.get('/echo', { schema: { querystring: Query } }, async ({ query }) => query)
  app.post('/echo', { schema: { body: Body } }, async ({ body }) => body)
  app.get('/refused', async () => { throw new ScrutinError('election.unknown', 'this one') })
  app.get('/away', async () => { throw new ScrutinError('ledger.unavailable') })
  app.get('/often', async (_request, reply) => {
    reply.header('retry-after', '7')
    throw new ScrutinError('access.rate')
  })
  app.get('/guessed', async () => { throw new ScrutinError('access.rate') })
  app.get('/broken', async () => { throw new Error('a secret of the inside') })
  return app
}

t.test('every failure is a problem with a code, and tells nothing of what was sent', async (t) => {
  const log: string[] = []
  const app = await service(t, log)
  const refused = await app.inject('/refused')
  t.match(refused.headers, { 'content-type': 'application/problem+json; charset=utf-8', 'cache-control': 'no-store' })
  t.equal(refused.statusCode, 404)
  t.strictSame(refused.json(), { type: 'urn:scrutin:problem:election.unknown', title: 'There is no such election', status: 404, code: 'election.unknown', detail: 'this one' })
  t.match((await app.inject('/nowhere/SECRET')).json(), { status: 404, code: 'input.address' })
  const broken = await app.inject('/broken')
  t.strictSame(broken.json(), { type: 'urn:scrutin:problem:service.failed', title: 'Something failed inside this service', status: 500, code: 'service.failed' })
  t.match(log.join(''), 'a secret of the inside', 'the log has what the client has not')

  const headers = { 'content-type': 'application/json' }
  for (const [payload, code] of [
    ['{"code": SECRET', 'input.malformed'], [JSON.stringify({ code: 'SECRET-SECRET' }), 'input.malformed'], [JSON.stringify({ code: 'x', SECRET: 1 }), 'input.malformed'],
    [JSON.stringify({ code: 'SECRET'.repeat(20) }), 'input.too-large'],
  ] as const) {
    const answer = await app.inject({ method: 'POST', url: '/echo?SECRET', headers, payload })
    t.match(answer.json(), { code }, payload)
    t.notMatch(answer.body, /SECRET/)
  }
  t.match((await app.inject({ method: 'POST', url: '/echo', headers: { 'content-type': 'image/png' }, payload: 'x' })).json(), { status: 415, code: 'input.media-type' })
  t.notMatch(log.join(''), /SECRET/)
})

t.test('who may come again is told when', async (t) => {
  const app = await service(t)
  const retryAfter = async (url: string): Promise<unknown> => (await app.inject(url)).headers['retry-after']
  t.equal(await retryAfter('/away'), '2')
  t.equal(await retryAfter('/often'), '7', 'what a plugin says counts')
  t.equal(await retryAfter('/guessed'), '60')
  t.equal(await retryAfter('/refused'), undefined)
})

t.test('input is refused or left as it is', async (t) => {
  const app = await service(t)
  t.strictSame((await app.inject('/echo?limit=5&name=5')).json(), { limit: 5, name: '5' })
  for (const query of ['limit=0', 'limit=1e2', 'limit=05', 'limit=', 'limit=5&limit=6', 'page=2']) {
    t.match((await app.inject(`/echo?${query}`)).json(), { status: 400, code: 'input.malformed', detail: /^querystring/ }, query)
  }
  t.match((await app.inject({ method: 'POST', url: '/echo', payload: { code: 5 } })).json(), { code: 'input.malformed', detail: 'body/code must be string' })
})

t.test('a request leaves one line: its route, never its address; what went well at the level debug', async (t) => {
  const log: string[] = []
  const app = await service(t, log, 'debug')
  await app.inject({ url: '/echo?name=SECRET', remoteAddress: '203.0.113.7' })
  t.equal(log.length, 1)
  t.match(JSON.parse(log[0]!), { method: 'GET', route: '/echo', level: 20, status: 200, msg: 'answered' })
  t.notMatch(log[0], /SECRET|203\.0/)
  const quiet: string[] = []
  const other = await service(t, quiet)
  await other.inject('/echo?name=SECRET')
  t.same(quiet, [])
  await other.inject('/refused')
  t.match(JSON.parse(quiet.at(-1)!), { level: 30, route: '/refused', status: 404, msg: 'answered' })
})
