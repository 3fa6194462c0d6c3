import { randomBytes } from 'node:crypto'
import t, { type Test } from 'tap'
import { fillBallot } from '../../protocol/src/fill-ballot.ts'
import { castableBallot, obtainCredential, sampleElection } from '../../protocol/test/support/sample-election.ts'
import { sampleQuestion } from '../../protocol/test/support/sample-definition.ts'
import { stageOpenElection } from '../../chaincode/test/support/staged-election.ts'
import type { Ledger } from '../../ledger/src/port.ts'
import type { CastStatus } from '../src/answers.ts'
import { readWaiting } from '../src/preferences.ts'
import { changedLedger, hasForm, testBench, type TestGateway } from './support/gateways.ts'

const election = sampleElection({ changes: { questions: [sampleQuestion('one', 2, { min: 0, max: 1, blank: false })] } })
const url = `/v1/elections/${election.id}/ballots`
const ballot = async (): ReturnType<typeof castableBallot> => await castableBallot(election, [{ choose: [] }])

const post = async ({ app }: TestGateway, bytes: Uint8Array, headers: Record<string, string> = {}) => await app.inject({
  method: 'POST', url, headers: { 'content-type': 'application/octet-stream', ...headers }, body: Buffer.from(bytes),
})

/** Two ballots of one credential. */
async function twoBallots (): Promise<[{ bytes: Uint8Array, tracker: string }, { bytes: Uint8Array, tracker: string }]> {
  const { keys, signatures } = await obtainCredential(election)
  const fill = (): { bytes: Uint8Array, tracker: string } => {
    const filled = fillBallot(election.context, election.definition.questions, [{ choose: [] }], keys.publicKey)
    return { bytes: filled.seal(keys, signatures), tracker: filled.tracker }
  }
  return [fill(), fill()]
}

/** A gateway with another that makes receipts with it; its transactions wait until they are let through. */
async function stage (t: Test): Promise<{ gate: TestGateway, submitted: string[], hold: () => () => void }> {
  const { as, gateway, listening } = await testBench(t)
  await stageOpenElection(as, election)
  await listening('MemberA')
  const real = await as('MemberD', 'gateway')
  const submitted: string[] = []
  let held = Promise.resolve()
  const submit: Ledger['submit'] = async (transaction, ...rest) => {
    submitted.push(transaction)
    await held
    return await real.submit(transaction, ...rest)
  }
  const gate = await gateway('MemberD', { ledger: changedLedger(real, { submit }), enter: false })
  return {
    gate,
    submitted,
    hold: () => {
      const { promise, resolve } = Promise.withResolvers<undefined>()
      held = promise.then(() => undefined)
      return () => { resolve(undefined) }
    },
  }
}

t.test('the same idempotency key with the same bytes gets the same answer, with others none', async (t) => {
  const { gate, submitted } = await stage(t)
  const [[first, second], stranger] = [await twoBallots(), await ballot()]
  const key = { 'idempotency-key': '"8e03978e-40d5-43dd-bc93-6894a57f9324"' }
  const cast = await post(gate, first.bytes, key)
  t.equal(cast.statusCode, 201, cast.body)
  const again = await post(gate, first.bytes, key)
  t.equal(again.statusCode, 201, 'not 200, as without the key')
  t.strictSame(again.json(), cast.json())
  t.equal(again.headers['location'], cast.headers['location'])
  t.equal((await post(gate, first.bytes)).statusCode, 200)
  t.equal((await post(gate, first.bytes, { 'idempotency-key': 'another' })).statusCode, 200, 'a key of its own was not the first')
  t.strictSame(submitted.length, 1)

  const reused = await post(gate, second.bytes, key)
  t.match(reused.json(), { status: 422, code: 'input.key-reused' })
  t.equal(reused.headers['content-type'], 'application/problem+json; charset=utf-8')
  t.equal((await gate.app.inject(`/v1/elections/${election.id}/casts/${second.tracker}`)).json().code, 'ballot.unknown', 'nothing was queued')
  t.equal(submitted.length, 1)
  t.equal((await post(gate, stranger.bytes, key)).statusCode, 201, 'a credential has keys of its own')
  t.equal((await post(gate, first.bytes, key)).statusCode, 201, 'and the key still means the first')

  for (const wrong of ['', 'two words', 'x'.repeat(201), 'é']) {
    t.match((await post(gate, (await ballot()).bytes, { 'idempotency-key': wrong })).json(), { status: 400, code: 'input.malformed' }, wrong)
  }
  t.equal(submitted.length, 2)
})

t.test('a repetition while the first is under way joins it: one transaction', async (t) => {
  const { gate, submitted, hold } = await stage(t)
  const [{ bytes, tracker }, other] = await twoBallots()
  const release = hold()
  const key = { 'idempotency-key': 'once' }
  const early = await post(gate, bytes, { ...key, prefer: 'respond-async' })
  t.equal(early.statusCode, 202)
  t.match((await post(gate, other.bytes, { ...key, prefer: 'respond-async' })).json(), { code: 'input.key-reused' })
  t.equal((await gate.app.inject(`/v1/elections/${election.id}/casts/${other.tracker}`)).json().code, 'ballot.unknown')
  const joined = [post(gate, bytes, key), post(gate, bytes, key)]
  release()
  for (const answer of await Promise.all(joined)) {
    t.equal(answer.statusCode, 201, 'it is the key of the request that brought the ballot')
    t.match(answer.json(), { tracker })
  }
  t.equal(submitted.length, 1)
})

t.test('a stranger takes nobody\'s idempotency key', async (t) => {
  const { gate } = await stage(t)
  const { bytes } = await ballot()
  const key = { 'idempotency-key': 'mine' }
  // it knows the ballot, from the box or the line, and the key; not the credential
  const forged = bytes.with(-1, bytes.at(-1)! ^ 1)
  t.match((await post(gate, forged, key)).json(), { code: 'ballot.signature' })
  for (let i = 0; i < 2; i++) t.equal((await post(gate, bytes, key)).statusCode, 201)
  await post(gate, forged, { 'idempotency-key': 'next' })
  t.equal((await post(gate, bytes, { 'idempotency-key': 'next' })).statusCode, 200, 'nor once the ballot is in the box')
})

t.test('however many ask after trackers they made up, the ledger is asked a few questions', async (t) => {
  const { as, gateway } = await testBench(t)
  await stageOpenElection(as, election)
  const real = await as('MemberD', 'gateway')
  const asked: string[] = []
  let atOnce = 0
  const evaluate: Ledger['evaluate'] = async (transaction, args) => {
    asked.push(transaction)
    t.ok(++atOnce <= 2)
    try {
      return await real.evaluate(transaction, args)
    } finally {
      atOnce--
    }
  }
  const { app } = await gateway('MemberD', { ledger: changedLedger(real, { evaluate }), enter: false })
  const status = async (id: string, tracker: string): Promise<string> => (await app.inject(`/v1/elections/${id}/casts/${tracker}`)).json<{ code: string }>().code
  const madeUp = Array.from({ length: 500 }, () => randomBytes(32).toString('hex'))
  t.equal(await status(election.id, madeUp[0]!), 'ballot.unknown')
  asked.length = 0
  t.strictSame(new Set(await Promise.all(madeUp.map(async (tracker) => await status(election.id, tracker)))), new Set(['ballot.unknown']))
  t.ok(asked.length <= 10, `${asked.length} questions for 500`)
  asked.length = 0
  const started = performance.now()
  for (let i = 0; i < 50; i++) t.equal(await status(election.id, madeUp[0]!), 'ballot.unknown')
  t.ok(asked.length <= 1 + Math.ceil((performance.now() - started) / 1000), 'nor for one again and again')
  const unknown = await Promise.all(madeUp.map(async (id) => await status(id, madeUp[0]!)))
  t.strictSame(new Set(unknown), new Set(['election.unknown', 'service.busy']), 'elections that are made up wait for each other, one by one')
})

t.test('respond-async answers at once, and the status leads to the receipt', async (t) => {
  const { gate, hold } = await stage(t)
  const { bytes, tracker } = await ballot()
  const release = hold()
  const cast = await post(gate, bytes, { prefer: 'respond-async' })
  t.equal(cast.statusCode, 202, cast.body)
  t.equal(cast.headers['preference-applied'], 'respond-async')
  t.equal(cast.headers['location'], `/v1/elections/${election.id}/casts/${tracker}`)
  t.equal(cast.headers['cache-control'], 'no-store')
  t.equal(cast.headers['retry-after'], '1')
  t.ok(hasForm('CastStatus', cast.json()), cast.body)
  t.strictSame(cast.json(), { electionId: election.id, tracker, status: 'queued', receipt: null, problem: null })

  const status = async (headers: Record<string, string> = {}) => await gate.app.inject({ url: cast.headers['location'] as string, headers })
  const waiting = await status()
  t.equal(waiting.statusCode, 200)
  t.match(waiting.json(), { status: 'queued', receipt: null })
  t.equal(waiting.headers['retry-after'], '1')
  const started = performance.now()
  const longer = await status({ prefer: 'wait=1' })
  t.ok(performance.now() - started >= 990, 'it waited')
  t.equal(longer.headers['preference-applied'], 'wait=1')
  t.match(longer.json(), { status: 'queued' })

  const both = post(gate, bytes, { prefer: 'respond-async, wait=1' })
  t.equal((await both).statusCode, 202)
  t.equal((await both).headers['preference-applied'], 'respond-async, wait=1')

  const [atLast] = await Promise.all([status({ prefer: 'wait=20' }), Promise.resolve().then(release)])
  t.ok(hasForm('CastStatus', atLast.json()), atLast.body)
  const { receipt, status: end } = atLast.json<CastStatus>()
  t.equal(end, 'recorded')
  t.equal(atLast.headers['retry-after'], undefined)
  t.equal(receipt?.statements.length, 2)
  const later = await post(gate, bytes, { prefer: 'wait=5' })
  t.equal(later.statusCode, 200)
  t.equal(later.headers['preference-applied'], 'wait=5')
  t.strictSame(later.json(), receipt, 'the receipt is the one that casting it again gives')
})

t.test('what a client prefers is read as RFC 7240 writes it', async (t) => {
  const read = (prefer?: string | string[]): unknown => readWaiting(prefer, 10)
  t.strictSame(read(), { waitMs: 10_000, applied: undefined })
  t.strictSame(read('respond-async'), { waitMs: 0, applied: 'respond-async' })
  t.strictSame(read('wait=3'), { waitMs: 3000, applied: 'wait=3' })
  t.strictSame(read('Wait = "3"; x=y'), { waitMs: 3000, applied: 'wait=3' })
  t.strictSame(read('wait=3, respond-async'), { waitMs: 3000, applied: 'respond-async, wait=3' })
  t.strictSame(read(['wait=3', 'wait=4']), { waitMs: 3000, applied: 'wait=3' }, 'the first counts')
  t.strictSame(read('wait=999999'), { waitMs: 25_000, applied: 'wait=25' }, 'it says what it applied')
  for (const other of ['wait=-1', 'wait=1e3', 'wait=1234567', 'wait', 'handling=lenient', '', ',;=']) t.strictSame(read(other), { waitMs: 10_000, applied: undefined }, other)
})
