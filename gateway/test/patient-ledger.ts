import { type ChildProcess, spawn } from 'node:child_process'
import { generateKeyPairSync } from 'node:crypto'
import { once } from 'node:events'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { text } from 'node:stream/consumers'
import { setTimeout as sleep } from 'node:timers/promises'
import { rootCertificates } from 'node:tls'
import type { FastifyInstance } from 'fastify'
import t, { type Test } from 'tap'
import { ScrutinError } from '../../protocol/src/errors.ts'
import { castableBallot, sampleElection } from '../../protocol/test/support/sample-election.ts'
import { readElectionView, stageOpenElection } from '../../chaincode/test/support/staged-election.ts'
import type { LedgerConfig } from '../../ledger/src/config.ts'
import type { ContractEvent, Ledger, LedgerBlock } from '../../ledger/src/port.ts'
import { readDirectory } from '../../ledger/src/read-directory.ts'
import { eventually } from '../../ledger/test/support/until.ts'
import { BallotStore } from '../src/casting/ballot-store.ts'
import { PatientLedger } from '../src/patient-ledger.ts'
import { changedLedger, freePort, testBench } from './support/gateways.ts'

const config: LedgerConfig = { kind: 'embedded', file: 'not opened', mspId: 'MemberD', role: 'gateway' }
const pauseMs = { first: 10, longest: 40 }
const event: ContractEvent = { blockNumber: 3n, index: 1, transactionId: '00', name: 'state', payload: new Uint8Array() }
const block: LedgerBlock = { number: 0n, bytes: Uint8Array.of(7) }

/** Says what it was asked, so that a test sees that it was asked at all. */
function answering (): { ledger: Ledger, closed: () => number } {
  let closed = 0
  const ledger: Ledger = {
    kind: 'embedded',
    notice: 'for trying out',
    mspId: 'MemberD',
    submit: async (transaction) => ({ transactionId: transaction, blockNumber: 1n, index: 0, result: new Uint8Array() }),
    evaluate: async (transaction) => new TextEncoder().encode(transaction),
    locate: async () => ({ blockNumber: 9n, index: 2 }),
    status: async () => ({ height: 4n, blockHash: 'ab' }),
    events: async function * () { yield event },
    blocks: async function * () { yield block },
    close: async () => { closed++ },
  }
  return { ledger, closed: () => closed }
}

/** Fails as it is told, again and again, until it is let go. */
function opener (ledger: Ledger): { open: () => Promise<Ledger>, attempts: number[], failWith: Error | undefined } {
  const made = {
    attempts: [] as number[],
    failWith: new ScrutinError('ledger.unavailable', 'down') as Error | undefined,
    open: async () => {
      made.attempts.push(performance.now())
      if (made.failWith !== undefined) throw made.failWith
      return ledger
    },
  }
  return made
}

const never = (t: Test) => (error: unknown): void => { t.fail('it gave up', { error }) }
const quiet = { info: () => undefined, warn: () => undefined }

async function all<T> (values: AsyncIterable<T>): Promise<T[]> {
  const found: T[] = []
  for await (const value of values) found.push(value)
  return found
}

t.test('until it opens it is unavailable, and what follows the chain waits; then it is the ledger', async (t) => {
  const { ledger, closed } = answering()
  const door = opener(ledger)
  const warnings: string[] = []
  const patient = new PatientLedger(config, door.open)
  await patient.open({ log: { ...quiet, warn: (_, message) => { warnings.push(message) } }, onGivenUp: never(t), pauseMs })
  t.match(patient, { kind: 'embedded', mspId: 'MemberD' })
  t.equal(patient.notice, undefined)
  const unavailable = { name: 'ScrutinError', code: 'ledger.unavailable' }
  await t.rejects(patient.submit('open', []), unavailable)
  await t.rejects(patient.evaluate('readElection', []), unavailable)
  await t.rejects(patient.locate('00'), unavailable)
  await t.rejects(patient.status(), unavailable)
  t.throws(() => patient.events(), unavailable, 'where "now" is, it cannot know')
  const settled: string[] = []
  const events = all(patient.events({ from: 3n })).finally(() => { settled.push('events') })
  const blocks = all(patient.blocks()).finally(() => { settled.push('blocks') })
  const gone = new AbortController()
  const left = all(patient.events({ from: 3n, signal: gone.signal }))
  gone.abort()
  t.strictSame(await left, [])
  t.strictSame(await all(patient.blocks({ signal: gone.signal })), [])

  door.failWith = new ScrutinError('ledger.timeout')
  await eventually(async () => door.attempts.length >= 6)
  t.strictSame(settled, [])
  t.equal(warnings.length, door.attempts.length)
  const pauses = door.attempts.slice(1).map((at, i) => at - door.attempts[i]!)
  for (const [i, least] of [10, 20, 40, 40, 40].entries()) t.ok(pauses[i]! >= least - 2, `${pauses[i]} ms`)

  door.failWith = undefined
  t.strictSame(await events, [event])
  t.strictSame(await blocks, [block])
  t.equal(patient.notice, 'for trying out')
  t.equal((await patient.submit('open', [])).transactionId, 'open')
  t.equal(Buffer.from(await patient.evaluate('readElection', [])).toString(), 'readElection')
  t.match(await patient.locate('00'), { blockNumber: 9n })
  t.match(await patient.status(), { height: 4n })
  t.strictSame(await all(patient.events()), [event])
  const { length } = door.attempts
  await patient.close()
  t.equal(closed(), 1)
  await sleep(100)
  t.equal(door.attempts.length, length, 'what is open is not opened again')
})

t.test('closed while it waits, it ends quietly, and what opens too late is closed', async (t) => {
  const { ledger, closed } = answering()
  const door = opener(ledger)
  const patient = new PatientLedger(config, door.open)
  await patient.open({ log: quiet, onGivenUp: never(t), pauseMs })
  const events = all(patient.events({ from: 0n }))
  const blocks = all(patient.blocks())
  await patient.close()
  t.strictSame([...await events, ...await blocks], [])
  await t.rejects(patient.status(), { code: 'ledger.unavailable', detail: /closed/ })
  const { length } = door.attempts
  await sleep(100)
  t.equal(door.attempts.length, length)
  t.equal(closed(), 0)

  const late = Promise.withResolvers<Ledger>()
  const slow = new PatientLedger(config, async () => await late.promise)
  const opening = slow.open({ log: quiet, onGivenUp: never(t), pauseMs })
  await slow.close()
  late.resolve(ledger)
  await opening
  t.equal(closed(), 1)
  await t.rejects(slow.status(), { code: 'ledger.unavailable' })
})

t.test('what time does not heal is not tried again', async (t) => {
  for (const failure of [new Error('no such file'), new ScrutinError('ledger.refused')]) {
    const door = opener(answering().ledger)
    door.failWith = failure
    const patient = new PatientLedger(config, door.open)
    await t.rejects(patient.open({ log: quiet, onGivenUp: never(t), pauseMs }), failure)
    t.strictSame(await all(patient.blocks()), [])
    await sleep(50)
    t.equal(door.attempts.length, 1)

    const later = opener(answering().ledger)
    const given = Promise.withResolvers<unknown>()
    const waiting = new PatientLedger(config, later.open)
    await waiting.open({ log: quiet, onGivenUp: given.resolve, pauseMs })
    const events = all(waiting.events({ from: 0n }))
    later.failWith = failure
    t.equal(await given.promise, failure)
    t.strictSame(await events, [])
  }
})

t.test('a gateway whose peer is down says so, and does all its work when the peer is back', async (t) => {
  const { as, gateway, listening } = await testBench(t)
  const election = sampleElection({ changes: { minBallots: 5 } })
  await stageOpenElection(as, election)
  await listening('MemberA')
  const [kept, next] = [await castableBallot(election, ['blank']), await castableBallot(election, ['blank'])]
  const ballotFile = join(t.testdir(), 'ballots.sqlite')
  const before = new BallotStore(ballotFile, { maxBallots: 10, maxBytes: 1e6 })
  before.load()
  await before.put({ electionId: election.id, ...kept })
  before.close()

  const door = opener(changedLedger(await as('MemberD', 'gateway'), { close: async () => undefined }))
  const ledger = new PatientLedger(config, door.open)
  await ledger.open({ log: quiet, onGivenUp: never(t), pauseMs })
  t.teardown(async () => { await ledger.close() })
  const { app } = await gateway('MemberD', { ledger, ballotFile, follow: { pollMs: 50, turnMs: 100 } })
  const cast = async () => await app.inject({
    method: 'POST', url: `/v1/elections/${election.id}/ballots`, headers: { 'content-type': 'application/octet-stream' }, body: Buffer.from(next.bytes),
  })
  const isDown = { status: 503, code: 'ledger.unavailable' }
  t.equal((await app.inject('/livez')).statusCode, 200)
  const readiness = await app.inject('/readyz')
  t.equal(readiness.statusCode, 503)
  t.equal(readiness.headers['content-type'], 'application/problem+json; charset=utf-8')
  t.match(readiness.json(), isDown)
  for (const path of ['directory', 'elections', `elections/${election.id}`, `elections/${election.id}/ballots`, `elections/${election.id}/bundle`]) {
    t.match((await app.inject(`/v1/${path}`)).json(), isDown, path)
  }
  t.match((await cast()).json(), isDown)
  const status = `/v1/elections/${election.id}/casts/${kept.tracker}`
  t.match((await app.inject(status)).json(), { status: 'queued' }, 'what it took on before is not forgotten')

  door.failWith = undefined
  await eventually(async () => (await app.inject('/readyz')).statusCode === 200)
  await eventually(async () => (await app.inject(status)).json().status === 'recorded')
  t.equal((await cast()).statusCode, 201)
  await eventually(async () => app.eventFeed.newest !== undefined)
  const { newest } = app.eventFeed
  await (await as('MemberA', 'organiser')).submit('close', [election.id])
  await eventually(async () => (await readElectionView(as, election)).state.status === 'published')
  t.match(await readElectionView(as, election), { result: { ballots: 2 } })
  await eventually(async () => app.eventFeed.newest!.blockNumber > newest!.blockNumber)
})

t.test('who follows the events is served as soon as there are any, and a gateway that waits stops at once', async (t) => {
  const { as, listening } = await testBench(t)
  const real = await as('MemberD', 'gateway')
  const waiting = async (): Promise<{ door: ReturnType<typeof opener>, app: FastifyInstance, stream: { seen: string, ended: Promise<void> } }> => {
    const door = opener(changedLedger(real, { close: async () => undefined }))
    const ledger = new PatientLedger(config, door.open)
    await ledger.open({ log: quiet, onGivenUp: never(t), pauseMs })
    t.teardown(async () => { await ledger.close() })
    const { app, url } = await listening('MemberD', { ledger, enter: false })
    const answer = await fetch(`${url}/v1/events`, { headers: { 'last-event-id': '0:0:0' } })
    t.equal(answer.status, 200)
    const stream = { seen: '', ended: Promise.resolve() }
    stream.ended = (async () => { for await (const part of answer.body!) stream.seen += Buffer.from(part).toString() })()
    return { door, app, stream }
  }
  const first = await waiting()
  const started = performance.now()
  await first.app.close()
  t.ok(performance.now() - started < 10_000, `${performance.now() - started} ms`)
  await first.stream.ended
  t.equal(first.stream.seen, 'retry: 2000\n\n')

  const second = await waiting()
  await listening('MemberA')
  await eventually(async () => (await readDirectory(real)).length === 1)
  second.door.failWith = undefined
  await eventually(async () => second.stream.seen.includes('data:'))
  await second.app.close()
  await second.stream.ended
  t.match(second.stream.seen, /^retry: 2000\n\n(?::\n\n)*id: 1:0:0\nevent: \S+\ndata: .*\n\n$/)
})

t.test('the program starts without its peer; with a configuration that cannot be right it does not', async (t) => {
  const folder = t.testdir()
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256', privateKeyEncoding: { type: 'pkcs8', format: 'pem' }, publicKeyEncoding: { type: 'spki', format: 'pem' } })
  const [port, peerPort] = [await freePort(), await freePort()]
  await writeFile(join(folder, 'key.pem'), privateKey)
  await writeFile(join(folder, 'certificate.pem'), rootCertificates[0]!)
  await writeFile(join(folder, 'profile.json'), JSON.stringify({
    organizations: { MemberD: { peers: ['peer'] } },
    peers: { peer: { url: `grpcs://127.0.0.1:${peerPort}`, tlsCACerts: { pem: rootCertificates[0] } } },
  }))
  const start = async (certificate: string): Promise<ChildProcess> => {
    const ledger = {
      kind: 'fabric', mspId: 'MemberD', connectionProfile: join(folder, 'profile.json'), certificate: join(folder, certificate), privateKey: join(folder, 'key.pem'), channel: 'votes', chaincode: 'scrutin',
    }
    const configFile = join(folder, 'gateway.json')
    await writeFile(configFile, JSON.stringify({
      listen: { host: '127.0.0.1', port }, member: 'd', ledger, organiserLedger: ledger, publicUrl: `http://127.0.0.1:${port}`, folder: join(folder, 'gateway'), tenants: [],
    }))
    const child = spawn(process.execPath, [join(import.meta.dirname, '../src/server.ts'), '--config', configFile], { env: { ...process.env, NODE_OPTIONS: '' }, stdio: ['ignore', 'pipe', 'pipe'] })
    t.teardown(() => { child.kill('SIGKILL') })
    return child
  }
  const wrong = await start('missing.pem')
  const [words, [code]] = await Promise.all([text(wrong.stderr!), once(wrong, 'exit')])
  t.equal(code, 1)
  t.match(words, /^gateway: .*missing\.pem.*\n$/)

  const child = await start('certificate.pem')
  const ended = once(child, 'exit')
  await eventually(async () => await fetch(`http://127.0.0.1:${port}/livez`).then(({ ok }) => ok, () => false))
  const lines: string[] = []
  createInterface({ input: child.stdout! }).on('line', (line) => { lines.push(line) })
  await eventually(async () => lines.some((line) => line.includes('the ledger cannot be opened yet')))
  const readiness = await fetch(`http://127.0.0.1:${port}/readyz`)
  t.equal(readiness.status, 503)
  t.match(await readiness.json(), { code: 'ledger.unavailable' })
  t.equal(child.exitCode, null)
  child.kill('SIGTERM')
  t.strictSame(await ended, [0, null])
})
