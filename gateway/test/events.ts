import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import t from 'tap'
import { castableBallot, sampleElection } from '../../protocol/test/support/sample-election.ts'
import { sampleQuestion } from '../../protocol/test/support/sample-definition.ts'
import { announce, cast, stageOpenElection } from '../../chaincode/test/support/staged-election.ts'
import type { ContractEvent, EventsOptions } from '../../ledger/src/port.ts'
import { eventually } from '../../ledger/test/support/until.ts'
import { changedLedger, testBench } from './support/gateways.ts'

interface Seen { readonly id: string, readonly event: string, readonly data: Record<string, unknown> }

/** Reads events until there are so many, then hangs up. */
async function follow (url: string, most: number | ((events: readonly Seen[]) => boolean), lastId?: string, onOpen: () => Promise<void> = async () => {}): Promise<{ events: Seen[], text: string }> {
  const stop = new AbortController()
  const response = await fetch(url, { signal: stop.signal, ...(lastId === undefined ? {} : { headers: { 'last-event-id': lastId } }) })
  if (!response.ok) throw new Error(`${response.status} ${await response.text()}`)
  const events: Seen[] = []
  let text = ''
  let isOpen = false
  const decoder = new TextDecoder()
  for await (const chunk of response.body as AsyncIterable<Uint8Array>) {
    text += decoder.decode(chunk, { stream: true })
    if (!isOpen) {
      isOpen = true
      await onOpen()
    }
    const [...found] = text.matchAll(/^id: (.*)\nevent: (.*)\ndata: (.*)\n\n/gm)
    events.splice(0, Infinity, ...found.map(([, id, event, data]) => ({ id: id!, event: event!, data: JSON.parse(data!) as Record<string, unknown> })))
    if (typeof most === 'number' ? events.length >= most : most(events)) break
  }
  stop.abort()
  return { events, text }
}

t.test('events come as they happen, and a client goes on after the last it saw, without loss or doubles', async (t) => {
  const { as, listening } = await testBench(t)
  const { url } = await listening('MemberA', { config: { events: { heartbeatSeconds: 1 } } })
  const election = sampleElection({ changes: { questions: [sampleQuestion('one', 1, { min: 0, max: 1, blank: false })] } })
  const other = sampleElection({ changes: { questions: [sampleQuestion('two', 1, { min: 0, max: 1, blank: false })] } })
  await eventually(async () => (await fetch(`${url}/readyz`)).ok)
  const live = await follow(`${url}/v1/events`, 4, undefined, async () => {
    await stageOpenElection(as, election)
    await announce(as, other)
  })
  t.ok(live.events.every(({ id, data }) => /^[0-9]+:[0-9]+:0$/.test(id) && typeof data['transactionId'] === 'string'))
  const ballots: { tracker: string }[] = []
  for (let i = 0; i < 3; i++) {
    const ballot = await castableBallot(election, [{ choose: [] }])
    await cast(as, election, [ballot.bytes])
    ballots.push(ballot)
  }
  const all = await follow(`${url}/v1/events`, (events) => JSON.stringify(events.at(-1)).includes(ballots[2]!.tracker), '0:0:0')
  const ids = all.events.map(({ id }) => id)
  t.equal(new Set(ids).size, ids.length)
  const resumed = await follow(`${url}/v1/events`, ids.length - 2, ids[1])
  t.strictSame(resumed.events.map(({ id }) => id), ids.slice(2))
  const mine = await follow(`${url}/v1/elections/${election.id}/events`, 3, ids[0])
  t.ok(mine.events.every(({ data }) => data['electionId'] === election.id))
  const cast3 = await follow(`${url}/v1/elections/${election.id}/events`, 1, ids.at(-2))
  t.match(cast3.events, [{ event: 'ballots', data: { trackers: [ballots[2]!.tracker] } }])

  // one that was started later has nothing in memory: it reads the ledger
  const { url: fresh } = await listening('MemberB')
  await eventually(async () => (await fetch(`${fresh}/readyz`)).ok)
  const reread = await follow(`${fresh}/v1/events`, ids.length, '0:0:0')
  t.strictSame(reread.events.slice(0, ids.length).map(({ id }) => id), ids)

  const wrong = await fetch(`${url}/v1/events`, { headers: { 'last-event-id': '1:2' } })
  t.equal((await wrong.json() as { code: string }).code, 'input.malformed')
})

t.test('heartbeats, a bounded number of clients, and the slow ones are cut off', async (t) => {
  const { as, listening } = await testBench(t)
  const real = await as('MemberA', 'gateway')
  let isLoud = false
  const payload = new TextEncoder().encode(JSON.stringify({ electionId: 'x', padding: 'x'.repeat(100_000) }))
  const ledger = changedLedger(real, { events: loud })
  async function * loud ({ signal }: EventsOptions = {}): AsyncGenerator<ContractEvent> {
    for (let i = 0; signal?.aborted !== true; i++) {
      await new Promise((resolve) => { setTimeout(resolve, 10) })
      if (isLoud && i < 10_000) yield { blockNumber: 1_000_000n + BigInt(i), index: 0, transactionId: '0'.repeat(64), name: 'padding', payload }
    }
  }
  const { url, app } = await listening('MemberA', { ledger, config: { events: { heartbeatSeconds: 1, maxClients: 2, slowSeconds: 1 } } })
  await eventually(async () => (await fetch(`${url}/readyz`)).ok)
  const stop = new AbortController()
  const beating = await fetch(`${url}/v1/events`, { signal: stop.signal })
  let heard = ''
  const listening1 = (async () => { for await (const chunk of beating.body as AsyncIterable<Uint8Array>) heard += Buffer.from(chunk).toString() })().catch(() => {})
  await eventually(async () => heard.includes('\n:\n\n'))

  const slow = connect(Number(new URL(url).port), '127.0.0.1')
  slow.write('GET /v1/events HTTP/1.1\r\nhost: x\r\n\r\n')
  slow.pause()
  await eventually(async () => app.eventFeed.clients === 2)
  const refused = await fetch(`${url}/v1/events`)
  t.equal(refused.status, 503)
  t.equal((await refused.json() as { code: string }).code, 'service.busy')
  // more than sockets hold in between: events of a hundred kilobytes each
  const closed = once(slow, 'close')
  isLoud = true
  await eventually(async () => app.eventFeed.clients === 1)
  slow.destroy()
  await closed
  stop.abort()
  await listening1
})

t.test('slow readers of old events hold no slot for long, and one address has one', async (t) => {
  const { as, listening } = await testBench(t)
  const real = await as('MemberA', 'gateway')
  const payload = new TextEncoder().encode(JSON.stringify({ electionId: 'x', padding: 'x'.repeat(100_000) }))
  const reading = new Set<object>()
  const ledger = changedLedger(real, { events: old })
  async function * old ({ from, signal }: EventsOptions = {}): AsyncGenerator<ContractEvent> {
    // the feed of the gateway itself begins at the newest block
    if (from !== 0n) return
    const reader = {}
    reading.add(reader)
    try {
      for (let i = 0; i < 200 && signal?.aborted !== true; i++) yield { blockNumber: 0n, index: 1 + i, transactionId: '0'.repeat(64), name: 'padding', payload }
    } finally {
      reading.delete(reader)
    }
  }
  const { url } = await listening('MemberA', { ledger, config: { events: { slowSeconds: 60, replaySeconds: 1 }, trustedProxies: ['127.0.0.1'] } })
  await eventually(async () => (await fetch(`${url}/readyz`)).ok)
  const slow = (address: string): Socket => {
    const socket = connect(Number(new URL(url).port), '127.0.0.1')
    socket.on('error', () => {})
    socket.write(`GET /v1/events HTTP/1.1\r\nhost: x\r\nx-forwarded-for: ${address}\r\nlast-event-id: 0:0:0\r\n\r\n`)
    socket.pause()
    t.teardown(() => { socket.destroy() })
    return socket
  }
  for (let i = 0; i < 4; i++) slow('192.0.2.1')
  await eventually(async () => reading.size === 1)
  for (const address of ['192.0.2.2', '192.0.2.3', '192.0.2.4']) slow(address)
  await eventually(async () => reading.size === 4)
  // all slots are held by readers that take nothing: whoever comes waits for a second, not for ever
  const started = performance.now()
  const response = await fetch(`${url}/v1/events`, { headers: { 'last-event-id': '0:0:0', 'x-forwarded-for': '192.0.2.5' }, signal: AbortSignal.timeout(15_000) })
  const text = await response.text().catch((error: unknown) => String(error))
  t.ok(text.includes('id: 0:1:0\n'), text.slice(0, 100))
  t.ok(performance.now() - started < 8000)
})
