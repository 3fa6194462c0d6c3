import Fastify from 'fastify'
import t, { type Test } from 'tap'
import { assertInclusionStatement, inclusionsHold, type Receipt } from '../../protocol/src/receipt.ts'
import { generateKeyPair } from '../../protocol/src/schnorr.ts'
import { castableBallot, sampleElection, type SampleElection } from '../../protocol/test/support/sample-election.ts'
import { sampleQuestion } from '../../protocol/test/support/sample-definition.ts'
import { stageOpenElection } from '../../chaincode/test/support/staged-election.ts'
import { eventually } from '../../ledger/test/support/until.ts'
import { enterDirectory } from '../../service/src/enter-directory.ts'
import type { CastStatus, Stated, StatedList } from '../src/answers.ts'
import { freePort, hasForm, testBench, type TestBench, type TestGateway } from './support/gateways.ts'

const election = sampleElection({ changes: { questions: [sampleQuestion('one', 2, { min: 0, max: 1, blank: false })] } })
const ballot = async (): ReturnType<typeof castableBallot> => await castableBallot(election, [{ choose: [] }])

const post = async ({ app }: TestGateway, { id }: SampleElection, bytes: Uint8Array, headers: Record<string, string> = {}) => await app.inject({
  method: 'POST', url: `/v1/elections/${id}/ballots`, headers: { 'content-type': 'application/octet-stream', ...headers }, body: Buffer.from(bytes),
})

async function stage (t: Test): Promise<TestBench> {
  const bench = await testBench(t)
  await stageOpenElection(bench.as, election)
  return bench
}

/** A server that stands in the directory as the gateway of a member, and answers questions for statements as it is told. */
async function impostor (t: Test, { as }: TestBench, mspId: string, answer: (trackers: string[]) => Promise<unknown>): Promise<string> {
  const port = await freePort()
  const server = Fastify()
  server.post('/v1/elections/:id/statements', async (request) => await answer((request.body as { trackers: string[] }).trackers))
  t.teardown(async () => { await server.close() })
  await server.listen({ host: '127.0.0.1', port })
  await enterDirectory(await as(mspId, 'gateway'), { kind: 'gateway', keys: generateKeyPair(), url: `http://127.0.0.1:${port}` })
  return `http://127.0.0.1:${port}`
}

t.test('a member states what its own peer has, one by one and many at once', async (t) => {
  const bench = await stage(t)
  await bench.listening('MemberA')
  const caster = await bench.gateway('MemberD')
  const [first, second, absent] = [await ballot(), await ballot(), await ballot()]
  for (const { bytes } of [first, second]) t.equal((await post(caster, election, bytes)).statusCode, 201)
  // one that was started after the ballots came, and has not seen the blocks go by
  const { app } = await bench.gateway('MemberB')
  const url = `/v1/elections/${election.id}`
  const one = await app.inject(`${url}/ballots/${first.tracker}/statement`)
  t.ok(hasForm('Stated', one.json()), one.body)
  const { statement, ...inclusion } = one.json<Stated>()
  t.equal(statement.mspId, 'MemberB')
  assertInclusionStatement(inclusion, statement)
  t.equal((await app.inject(`${url}/ballots/${absent.tracker}/statement`)).json().code, 'ballot.unknown')
  t.equal((await app.inject(`/v1/elections/${'00'.repeat(32)}/ballots/${first.tracker}/statement`)).json().code, 'election.unknown')
  const ask = async (trackers: unknown) => await app.inject({ method: 'POST', url: `${url}/statements`, body: { trackers } })
  const many = await ask([second.tracker, absent.tracker, first.tracker])
  t.ok(hasForm('StatedList', many.json()), many.body)
  const { inclusions: [ofSecond, ofAbsent, ofFirst], signed } = many.json<StatedList>()
  t.equal(ofAbsent, null)
  const named = [{ tracker: second.tracker, electionId: election.id, ...ofSecond! }, { tracker: first.tracker, electionId: election.id, ...ofFirst! }]
  t.same(named[1], inclusion)
  t.ok(inclusionsHold(named, signed!))
  t.same((await ask([absent.tracker])).json(), { inclusions: [null], signed: null })
  for (const wrong of [[], ['x'], new Array(201).fill(first.tracker), undefined]) t.equal((await ask(wrong)).json().code, 'input.malformed')
})

t.test('a dead member, a slow one and one that lies do not keep a receipt back', async (t) => {
  const bench = await stage(t)
  await enterDirectory(await bench.as('MemberA', 'gateway'), { kind: 'gateway', keys: generateKeyPair(), url: 'http://127.0.0.1:9' })
  await impostor(t, bench, 'MemberB', async (trackers) => ({
    inclusions: trackers.map(() => ({ transactionId: '0'.repeat(64), blockNumber: '1' })), signed: { mspId: 'MemberB', key: '0'.repeat(64), signature: '0'.repeat(128) },
  }))
  await impostor(t, bench, 'MemberB', async () => { await new Promise((resolve) => { setTimeout(resolve, 8000).unref() }) })
  await bench.listening('MemberC')
  const caster = await bench.gateway('MemberD')
  await eventually(async () => (await caster.app.inject('/v1/directory')).json().entries.length >= 5)
  for (let i = 0; i < 3; i++) {
    const { bytes } = await ballot()
    const started = performance.now()
    const cast = await post(caster, election, bytes)
    t.equal(cast.statusCode, 201, cast.body)
    t.strictSame(cast.json<Receipt>().statements.map(({ mspId }) => mspId), ['MemberD', 'MemberC'])
    t.comment(`${(performance.now() - started).toFixed(0)} ms`)
  }
})

t.test('without enough members there is no receipt: 202, and the status says it as soon as there are', async (t) => {
  const bench = await stage(t)
  const caster = await bench.gateway('MemberD')
  const { bytes, tracker } = await ballot()
  const cast = await post(caster, election, bytes, { prefer: 'wait=1' })
  t.equal(cast.statusCode, 202)
  t.equal(cast.headers['preference-applied'], 'wait=1')
  t.equal(cast.headers['location'], `/v1/elections/${election.id}/casts/${tracker}`)
  t.ok(hasForm('CastStatus', cast.json()), cast.body)
  t.match(cast.json(), { tracker, status: 'queued', receipt: null })
  const status = async (prefer: string): Promise<CastStatus> => (await caster.app.inject({ url: cast.headers['location'] as string, headers: { prefer } })).json()
  t.match(await status('wait=0'), { status: 'queued' })
  await bench.listening('MemberB')
  await eventually(async () => {
    const found = await status('wait=2')
    return found.status === 'recorded' && found.receipt?.statements.length === 2
  })
  t.equal((await post(caster, election, bytes)).statusCode, 200)
  const elsewhere = await bench.gateway('MemberC')
  t.match((await elsewhere.app.inject(`/v1/elections/${election.id}/casts/${tracker}`)).json(), { status: 'recorded', receipt: { tracker } }, 'any gateway finds what is in the box')
  t.equal((await elsewhere.app.inject(`/v1/elections/${election.id}/casts/${'00'.repeat(32)}`)).json().code, 'ballot.unknown')
})
