import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { text } from 'node:stream/consumers'
import type { FastifyInstance } from 'fastify'
import t from 'tap'
import { castableBallot, sampleElection } from '../../protocol/test/support/sample-election.ts'
import { readElectionView, stageOpenElection } from '../../chaincode/test/support/staged-election.ts'
import { readDirectory } from '../../ledger/src/read-directory.ts'
import { eventually } from '../../ledger/test/support/until.ts'
import { PatientLedger } from '../../service/src/patient-ledger.ts'
import { absentPeer } from '../../service/test/support/absent-peer.ts'
import { config, never, opener, pauseMs, quiet } from '../../service/test/support/closed-door.ts'
import { BallotStore } from '../src/casting/ballot-store.ts'
import { changedLedger, freePort, testBench } from './support/gateways.ts'

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
  const port = await freePort()
  const absent = await absentPeer(folder, await freePort())
  const start = async (certificate: string): Promise<ChildProcess> => {
    const ledger = { ...absent, certificate: join(folder, certificate) }
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
