/** A gateway that listens, attacked through its socket: slow, endless, oversized, crooked and many. */
import { connect, type Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { gzipSync } from 'node:zlib'
import t, { type Test } from 'tap'
import { stageOpenElection } from '../../../chaincode/test/support/staged-election.ts'
import { testBench } from '../../../gateway/test/support/gateways.ts'
import { sampleElection } from '../../../protocol/test/support/sample-election.ts'
import { connectionLimits, mostConnections } from '../../../service/src/connection-limits.ts'

const election = sampleElection({ members: ['MemberA', 'MemberB', 'MemberC', 'MemberD'] })
const castPath = `/v1/elections/${election.id}/ballots`
const head = (method: string, path: string, ...headers: string[]): string => [`${method} ${path} HTTP/1.1`, 'host: gateway', ...headers, '', ''].join('\r\n')
const post = (...headers: string[]): string => head('POST', castPath, 'content-type: application/octet-stream', ...headers)
/** For timers and a machine that does much else. */
const slackMs = 15_000

interface Exchange { readonly answer: string, readonly closedAfterMs: number }

/** Sends it, and then what `more` gives as long as the other side listens; ends when the connection does, or after so long. */
async function exchange (port: number, text: string | Buffer, options: { more?: () => string | Buffer, everyMs?: number, mostMs?: number } = {}): Promise<Exchange> {
  const start = performance.now()
  const socket = await open(port)
  let answer = ''
  socket.on('data', (chunk: Buffer) => { answer += chunk.toString('latin1') })
  const closed = new Promise<void>((resolve) => { socket.once('close', () => { resolve() }) })
  socket.write(text)
  const { more } = options
  const timer = more === undefined ? undefined : setInterval(() => { if (socket.writable && socket.writableLength < 1e6) socket.write(more()) }, options.everyMs ?? 1)
  await Promise.race([closed, sleep(options.mostMs ?? 5000, undefined, { ref: false })])
  clearInterval(timer)
  socket.destroy()
  return { answer, closedAfterMs: performance.now() - start }
}

async function open (port: number): Promise<Socket> {
  return await new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1', () => { resolve(socket) })
    socket.on('error', reject)
  })
}

const statusOf = ({ answer }: Exchange): number => Number(/^HTTP\/1\.1 (\d{3})/.exec(answer)?.[1] ?? 0)

async function lives (t: Test, url: string): Promise<void> {
  const start = performance.now()
  t.equal((await fetch(`${url}/livez`)).status, 200, 'it lives')
  t.ok(performance.now() - start < slackMs, 'and answers')
}

t.test('a gateway that listens', async (t) => {
  const { as, gateway } = await testBench(t)
  await stageOpenElection(as, election)
  const { app } = await gateway('MemberA', { enter: false })
  const url = await app.listen({ host: '127.0.0.1', port: 0 })
  const port = Number(new URL(url).port)
  const before = await (await as('MemberA', 'auditor')).status()

  await t.test('cuts slow clients off', async (t) => {
    const [headers, body, silent] = await Promise.all([
      exchange(port, 'GET /livez HTTP/1.1\r\nhost: x\r\n', { more: () => 'x: y\r\n', everyMs: 500, mostMs: connectionLimits.http.headersTimeout + slackMs }),
      exchange(port, post('content-length: 1000'), { more: () => 'x', everyMs: 500, mostMs: connectionLimits.requestTimeout + slackMs }),
      exchange(port, '', { mostMs: connectionLimits.http.headersTimeout + slackMs }),
    ])
    t.ok(headers.closedAfterMs < connectionLimits.http.headersTimeout + slackMs, 'a head that never ends')
    t.ok(body.closedAfterMs < connectionLimits.requestTimeout + slackMs, 'a body that never ends')
    t.ok(silent.closedAfterMs < connectionLimits.http.headersTimeout + slackMs, 'nothing at all')
    for (const one of [headers, body]) t.ok([0, 400, 408].includes(statusOf(one)), `answered ${statusOf(one)}`)
    await lives(t, url)
  })

  await t.test('reads no more than it may', async (t) => {
    t.equal(statusOf(await exchange(port, post('content-length: 99999999999'))), 413, 'a length that is announced')
    t.equal(statusOf(await exchange(port, post('transfer-encoding: chunked'), { more: () => `1000\r\n${'x'.repeat(4096)}\r\n` })), 413, 'chunks without end')
    const bomb = gzipSync(Buffer.alloc(20_000_000))
    const bombed = statusOf(await exchange(port, Buffer.concat([Buffer.from(post('content-encoding: gzip', `content-length: ${bomb.length}`)), bomb])))
    t.ok(bombed >= 400 && bombed < 500, `compressed: nothing is unpacked (${bombed})`)
    t.ok([400, 431].includes(statusOf(await exchange(port, head('GET', '/livez', `x: ${'y'.repeat(100_000)}`)))), 'a long head')
    t.ok([400, 431].includes(statusOf(await exchange(port, head('GET', '/livez', ...Array.from({ length: 5000 }, (_, i) => `x${i}: y`))))), 'many headers')
    await lives(t, url)
  })

  await t.test('takes crooked requests for what they are', async (t) => {
    const paths = ['/..', '/%2e%2e/%2e%2e/etc/passwd', '/v1/elections/..%2f..%2fopenapi.json', '//v1/elections', '/%00', '/v1/elections/%E0%A4%A', '/v1/elections/%', `/${'a'.repeat(8000)}`, 'http://elsewhere/livez2',
      `/v1/elections/${election.id}%00/ballots`, `/v1/elections/${election.id}/ballots/../../..`, '/v1/elections/__proto__', '/v1/elections?limit=1&limit=2', '/v1/elections?__proto__[a]=1', '*']
    for (const path of paths) {
      const status = statusOf(await exchange(port, head('GET', path, 'connection: close')))
      t.ok(status >= 400 && status < 500, `${path.slice(0, 60)}: ${status}`)
    }
    const smuggled = [
      post('content-length: 5', 'transfer-encoding: chunked') + '0\r\n\r\n', post('content-length: 5', 'content-length: 6') + 'aaaaaa', post('transfer-encoding: chunked, identity') + '0\r\n\r\n',
      post('content-length: +5') + 'aaaaa', 'GET / HTTP/9.9\r\n\r\n', 'GET /livez HTTP/1.1\r\nhost: a\r\n x: folded\r\n\r\n', '\0\0\0\0\r\n\r\n', '\x16\x03\x01\x02\x00\x01\x00', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', 'GET /livez HTTP/1.1\n\n',
    ]
    for (const text of smuggled) {
      const outcome = await exchange(port, text, { mostMs: 1500 })
      t.ok(!/^HTTP\/1\.1 [235]/.test(outcome.answer), `${JSON.stringify(text).slice(0, 60)}: ${statusOf(outcome)}`)
    }
    const pipelined = await exchange(port, head('GET', '/livez').repeat(500) + head('GET', '/livez', 'connection: close'), { mostMs: slackMs })
    t.equal(pipelined.answer.split('HTTP/1.1 200').length - 1, 501, 'many at once are answered one after the other')
    await lives(t, url)
  })

  await t.test('answers others while a thousand connections do nothing', async (t) => {
    t.equal(app.server.maxConnections, mostConnections)
    const sockets = await Promise.all(Array.from({ length: 1000 }, async () => await open(port)))
    await lives(t, url)
    for (const socket of sockets) socket.destroy()
  })

  t.same(await (await as('MemberA', 'auditor')).status(), before, 'nothing was written')
})
