import { connect } from 'node:net'
import { text } from 'node:stream/consumers'
import t from 'tap'
import { eventually } from '../../ledger/test/support/until.ts'
import { Gate } from '../src/gate.ts'
import { changedLedger, freePort, testBench } from './support/gateways.ts'

t.test('slow clients are cut off: in the head of a request and in its body', async (t) => {
  const { listening } = await testBench(t)
  const { url } = await listening('MemberA', { config: { limits: { headersSeconds: 1, requestSeconds: 2 } } })
  const port = Number(new URL(url).port)
  const drip = async (first: string): Promise<{ answer: string, ms: number }> => {
    const started = performance.now()
    const socket = connect(port, '127.0.0.1')
    socket.on('error', () => {})
    socket.write(first)
    const dripping = setInterval(() => { socket.write('a') }, 200)
    const answer = await text(socket).catch(() => '')
    clearInterval(dripping)
    socket.destroy()
    return { answer, ms: performance.now() - started }
  }
  const [head, body] = await Promise.all([
    drip('GET /livez HTTP/1.1\r\nhost: x\r\nx-slow: '),
    drip(`POST /v1/elections/${'00'.repeat(32)}/statements HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 900\r\n\r\n`),
  ])
  t.ok(head.ms < 10_000, `${head.ms.toFixed(0)} ms`)
  t.ok(body.ms < 12_000, `${body.ms.toFixed(0)} ms`)
  t.equal((await fetch(`${url}/livez`)).status, 200)
})

t.test('connections are bounded', async (t) => {
  const { listening } = await testBench(t)
  const { url } = await listening('MemberA', { config: { limits: { maxConnections: 5 } } })
  const port = Number(new URL(url).port)
  const sockets = Array.from({ length: 12 }, () => connect(port, '127.0.0.1'))
  let dropped = 0
  await Promise.all(sockets.map(async (socket) => {
    socket.on('error', () => {})
    await new Promise<void>((resolve) => {
      socket.once('close', () => {
        dropped++
        resolve()
      })
      setTimeout(resolve, 1000)
    })
  }))
  t.ok(dropped >= 7)
  for (const socket of sockets) socket.destroy()
})

t.test('bodies and heads are bounded', async (t) => {
  const { listening } = await testBench(t)
  const { url, app, apiKey } = await listening('MemberA')
  const large = await app.inject({ method: 'POST', url: `/v1/elections/${'00'.repeat(32)}/statements`, headers: { 'content-type': 'application/json' }, body: JSON.stringify({ trackers: new Array(2000).fill('00'.repeat(32)) }) })
  t.match(large.json(), { status: 413, code: 'input.too-large' })
  const definition = await app.inject({ method: 'POST', url: '/v1/elections', headers: { authorization: `Bearer ${apiKey}`, 'content-type': 'application/json' }, body: JSON.stringify({ x: 'x'.repeat(10_000_000) }) })
  t.match(definition.json(), { status: 413, code: 'input.too-large' })
  const head = await fetch(`${url}/livez`, { headers: { 'x-large': 'x'.repeat(30_000) } }).then(({ status }) => status, () => 0)
  t.not(head, 200)
})

t.test('a flood of look-ups is held back, and what is no look-up goes on', async (t) => {
  const { as, listening } = await testBench(t)
  const real = await as('MemberA', 'gateway')
  let atOnce = 0
  let most = 0
  const slow = changedLedger(real, {
    evaluate: async (transaction, args) => {
      if (transaction !== 'readElections') return await real.evaluate(transaction, args)
      most = Math.max(most, ++atOnce)
      await new Promise((resolve) => { setTimeout(resolve, 100) })
      atOnce--
      return await real.evaluate(transaction, args)
    },
  })
  const { app } = await listening('MemberA', { ledger: slow, config: { limits: { readsAtOnce: 3 } } })
  const flood = Promise.all(Array.from({ length: 60 }, async () => await app.inject('/v1/elections')))
  const started = performance.now()
  t.equal((await app.inject({ method: 'POST', url: `/v1/elections/${'00'.repeat(32)}/ballots`, headers: { 'content-type': 'application/octet-stream' }, body: Buffer.alloc(10) })).json().code, 'election.unknown')
  t.ok(performance.now() - started < 1500, 'the door of the ballots is another one')
  const answers = await flood
  t.equal(most, 3)
  t.equal(answers.filter(({ statusCode }) => statusCode === 200).length, 33)
  t.equal(answers.filter((answer) => answer.statusCode === 503 && answer.json().code === 'service.busy' && answer.headers['retry-after'] !== undefined).length, 27)
})

t.test('a process that falls behind takes nothing new, says when to come back, and recovers', async (t) => {
  const { listening } = await testBench(t)
  const { url, app } = await listening('MemberA', { config: { limits: { maxEventLoopDelayMs: 50 } } })
  await eventually(async () => (await fetch(`${url}/readyz`)).ok)
  let isBusy = true
  const keepBusy = (): void => {
    const until = performance.now() + 300
    while (performance.now() < until);
    if (isBusy) setImmediate(keepBusy)
  }
  keepBusy()
  const cast = async () => await app.inject({ method: 'POST', url: `/v1/elections/${'00'.repeat(32)}/ballots`, headers: { 'content-type': 'application/octet-stream' }, body: Buffer.alloc(10) })
  await eventually(async () => (await app.inject('/v1/elections')).statusCode === 503)
  for (const refused of [await app.inject('/v1/elections'), await cast()]) {
    t.match(refused.json(), { status: 503, code: 'service.busy' })
    t.ok(Number(refused.headers['retry-after']) > 0, 'with Retry-After')
    t.equal(refused.headers['content-type'], 'application/problem+json; charset=utf-8')
  }
  t.equal((await app.inject('/livez')).statusCode, 200, 'who watches over it is answered')
  isBusy = false
  await eventually(async () => (await app.inject('/v1/elections')).statusCode === 200)
  t.equal((await cast()).json().code, 'election.unknown')
})

t.test('a gate lets in as many as it says, in order, and refuses what would wait too long', async (t) => {
  const gate = new Gate(1, 1)
  const leave = await gate.enter()
  const second = gate.enter()
  await t.rejects(gate.enter(), { code: 'service.busy' })
  leave()
  ;(await second)()
  await gate.through(async () => {})
  await t.rejects(gate.through(async () => { throw new Error('of the work') }), { message: 'of the work' })
  await gate.through(async () => {})
})

t.test('metrics have a port of their own, and name nobody', async (t) => {
  const { listening } = await testBench(t)
  const port = await freePort()
  const { url, app } = await listening('MemberA', { config: { metrics: { host: '127.0.0.1', port } } })
  await fetch(`${url}/v1/elections/${'ab'.repeat(32)}`)
  t.equal((await fetch(`${url}/metrics`)).status, 404)
  t.equal(app.metricsPort(), port)
  const text = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text()
  for (const name of ['scrutin_ballots_received_total', 'scrutin_queue_ballots 0', 'scrutin_batch_ballots_bucket', 'scrutin_transactions_under_way 0', 'scrutin_event_clients 0', 'process_resident_memory_bytes']) t.ok(text.includes(name), name)
  t.match(text, /route="\/v1\/elections\/:id"/)
  t.notMatch(text, /abab|127\.0\.0\.1/)
  t.equal((await fetch(`http://127.0.0.1:${port}/`)).status, 404)
})

t.test('the page to try the API runs under a strict policy, from here alone', async (t) => {
  const { gateway } = await testBench(t)
  const { app } = await gateway('MemberA')
  const page = await app.inject('/docs/')
  t.equal(page.statusCode, 200, page.body)
  const policy = String(page.headers['content-security-policy'])
  t.match(policy, /default-src 'none'.*script-src 'self';/)
  t.notMatch(policy, /script-src[^;]*unsafe|https:/)
  const scripts = [...page.body.matchAll(/<script([^>]*)>([^<]*)</g)]
  t.ok(scripts.length > 0)
  for (const [, attributes, inline] of scripts) {
    t.match(attributes, /src="/)
    t.equal(inline!.trim(), '')
  }
  for (const [, address] of page.body.matchAll(/(?:src|href)="([^"]+)"/g)) {
    t.notMatch(address!, /^(https?:)?\/\//)
    t.equal((await app.inject(new URL(address!, 'http://x/docs/').pathname)).statusCode, 200, address!)
  }
  t.equal((await app.inject('/docs/json')).json().info.title, 'Scrutin gateway')
})
