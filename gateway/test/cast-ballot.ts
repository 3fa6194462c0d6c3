import t from 'tap'
import { assertReceipt, type Receipt, type ReceiptRules } from '../../protocol/src/receipt.ts'
import { ScrutinError } from '../../protocol/src/errors.ts'
import { fillBallot, sealBallot } from '../../protocol/test/support/raw-ballot.ts'
import { castableBallot, obtainCredential, sampleElection, type SampleElection } from '../../protocol/test/support/sample-election.ts'
import { sampleQuestion } from '../../protocol/test/support/sample-definition.ts'
import { finishElection, stageOpenElection } from '../../chaincode/test/support/staged-election.ts'
import type { Ledger } from '../../ledger/src/port.ts'
import { eventually } from '../../ledger/test/support/until.ts'
import { hasForm, testBench, type TestGateway } from './support/gateways.ts'

const post = async ({ app }: TestGateway, { id }: SampleElection, bytes: Uint8Array) => await app.inject({
  method: 'POST', url: `/v1/elections/${id}/ballots`, headers: { 'content-type': 'application/octet-stream' }, body: Buffer.from(bytes),
})

/** Whose gateway each key of the directory is. */
const gatewayMembers = async ({ app }: TestGateway): Promise<ReceiptRules['gatewayMember']> => {
  let entries: { message: { key: string, mspId: string } }[] = []
  await eventually(async () => {
    entries = (await app.inject('/v1/directory')).json().entries
    return entries.length >= 3
  })
  return (key) => entries.find(({ message }) => message.key === key)?.message.mspId
}

/** The parts of a receipt that every gateway gives alike. */
const inclusion = (receipt: Receipt): Omit<Receipt, 'statements'> => {
  const { statements: _, ...rest } = receipt
  return rest
}

t.test('a ballot gets a receipt, and the same bytes the same receipt', async (t) => {
  const { as, gateway, listening } = await testBench(t)
  const election = sampleElection()
  await stageOpenElection(as, election)
  await listening('MemberA')
  const [first, second] = [await gateway('MemberC'), await gateway('MemberD')]
  const rules: ReceiptRules = { electionId: election.id, members: election.definition.members, gatewayMember: await gatewayMembers(first) }
  const ballot = await castableBallot(election, [{ choose: ['option-2'] }])

  const cast = await post(first, election, ballot.bytes)
  t.equal(cast.statusCode, 201, cast.body)
  const receipt = cast.json<Receipt>()
  t.ok(hasForm('Receipt', receipt))
  t.match(receipt, { electionId: election.id, tracker: ballot.tracker, statements: [{ mspId: 'MemberC' }, { mspId: 'MemberA' }] })
  assertReceipt(rules, receipt, ballot.tracker)
  t.throws(() => { assertReceipt(rules, { ...receipt, blockNumber: '1' }, ballot.tracker) }, { code: 'receipt.signature' })
  t.equal(cast.headers['location'], `/v1/elections/${election.id}/ballots/${ballot.tracker}`)

  const again = await post(first, election, ballot.bytes)
  t.equal(again.statusCode, 200)
  t.strictSame(again.json(), receipt)
  const elsewhere = await post(second, election, ballot.bytes)
  t.equal(elsewhere.statusCode, 200)
  t.strictSame(inclusion(elsewhere.json()), inclusion(receipt))
  assertReceipt(rules, elsewhere.json(), ballot.tracker)

  await finishElection(as, election)
  t.strictSame(inclusion((await post(await gateway('MemberB'), election, ballot.bytes)).json()), inclusion(receipt), 'even after the close')
})

t.test('what is no ballot of the election is refused with what is wrong with it', async (t) => {
  const { as, gateway } = await testBench(t)
  const election = sampleElection()
  const other = sampleElection({ freshRsaKeys: true })
  const { app, ...rest } = await gateway('MemberD')
  const gate = { app, ...rest }
  const ballot = await castableBallot(election, ['blank'])
  const code = async (bytes: Uint8Array, of = election): Promise<string> => {
    const answer = await post(gate, of, bytes)
    t.equal(answer.headers['content-type'], 'application/problem+json; charset=utf-8')
    return `${answer.statusCode} ${answer.json<{ code: string }>().code}`
  }
  t.equal(await code(ballot.bytes), '404 election.unknown')
  await stageOpenElection(as, election)
  await stageOpenElection(as, other)
  const changed = (at: number): Uint8Array => ballot.bytes.with(at < 0 ? ballot.bytes.length + at : at, ballot.bytes.at(at)! ^ 1)
  t.equal(await code(ballot.bytes, other), '422 ballot.election')
  t.equal(await code(ballot.bytes.subarray(1)), '422 ballot.malformed')
  t.equal(await code(Buffer.concat([ballot.bytes, Buffer.alloc(1)])), '413 input.too-large')
  t.equal(await code(Buffer.alloc(5_000_000)), '413 input.too-large')
  t.equal(await code(changed(0)), '422 ballot.malformed')
  t.equal(await code(changed(-70)), '422 ballot.credential')
  t.equal(await code(changed(-31)), '422 ballot.signature')
  const json = await app.inject({ method: 'POST', url: `/v1/elections/${election.id}/ballots`, headers: { 'content-type': 'application/json' }, body: '{}' })
  t.equal(json.json().code, 'input.media-type')
  const empty = await app.inject({ method: 'POST', url: `/v1/elections/${election.id}/ballots`, headers: { 'content-type': 'application/octet-stream' } })
  t.equal(empty.json().code, 'ballot.malformed')
  const none = await app.inject({ method: 'POST', url: `/v1/elections/${election.id}/ballots` })
  t.equal(none.json().code, 'input.malformed')
})

t.test('one credential, cast 200 times at once through two gateways, gets one ballot in', async (t) => {
  const { as, listening } = await testBench(t)
  const election = sampleElection({ changes: { questions: [sampleQuestion('small', 1, { min: 0, max: 1, blank: false })] } })
  await stageOpenElection(as, election)
  const gateways = [await listening('MemberC'), await listening('MemberD')]
  const { keys, signatures } = await obtainCredential(election)
  const ballots = Array.from({ length: 200 }, () => {
    const { body } = fillBallot(election.context, election.definition.questions, [{ choose: [] }], keys.publicKey)
    return sealBallot(body, keys, signatures)
  })
  const started = performance.now()
  const answers = await Promise.all(ballots.map(async (bytes, i) => await post(gateways[i % 2]!, election, bytes)))
  t.comment(`${((performance.now() - started) / 1000).toFixed(1)} s`)
  t.equal(answers.filter(({ statusCode }) => statusCode === 201).length, 1)
  t.equal(answers.filter((answer) => answer.statusCode === 409 && answer.json().code === 'ballot.credential-used').length, 199)

  const winner = await castableBallot(election, [{ choose: [] }])
  const same = await Promise.all(Array.from({ length: 200 }, async (_, i) => await post(gateways[i % 2]!, election, winner.bytes)))
  t.equal(same.filter(({ statusCode }) => statusCode === 201).length, 1)
  t.equal(same.filter(({ statusCode }) => statusCode === 200).length, 199)
  t.equal(new Set(same.map((answer) => JSON.stringify(inclusion(answer.json())))).size, 1)
  t.equal(new Set(same.map(({ body }) => body)).size, 2, 'the statements are of two members')
})

t.test('after the closing time new ballots are refused, though the grace still runs', async (t) => {
  const { as, gateway, listening } = await testBench(t)
  const soon = (seconds: number): string => new Date(Date.now() + seconds * 1000).toISOString().replace(/\.\d+Z$/, 'Z')
  const election = sampleElection({
    changes: { closesAt: soon(10), ceremony: { commitBy: soon(7), dealBy: soon(8), confirmBy: soon(9) }, graceSeconds: 600 },
  })
  await stageOpenElection(as, election)
  await listening('MemberA')
  const gate = await gateway('MemberD')
  const [early, late] = [await castableBallot(election, ['blank']), await castableBallot(election, ['blank'])]
  t.equal((await post(gate, election, early.bytes)).statusCode, 201)
  await new Promise((resolve) => setTimeout(resolve, Date.parse(election.definition.closesAt) + 50 - Date.now()))
  t.equal((await post(gate, election, late.bytes)).json().code, 'election.too-late')
  const fresh = await gateway('MemberC')
  t.equal((await post(fresh, election, early.bytes)).statusCode, 200, 'what was recorded is still found')
})

t.test('a transaction whose outcome was lost is cast again and found, and a conflict without a ballot is tried again', async (t) => {
  const { as, gateway, listening } = await testBench(t)
  const election = sampleElection()
  await stageOpenElection(as, election)
  await listening('MemberA')
  const real = await as('MemberD', 'gateway')
  const failures: { before: boolean, error: ScrutinError }[] = []
  const ledger = Object.create(real, {
    submit: {
      value: async (...args: Parameters<Ledger['submit']>) => {
        const failure = failures.shift()
        if (failure?.before === true) throw failure.error
        const committed = await real.submit(...args)
        if (failure !== undefined) throw failure.error
        return committed
      },
    },
    evaluate: { value: real.evaluate.bind(real) },
    locate: { value: real.locate.bind(real) },
    status: { value: real.status.bind(real) },
    events: { value: real.events.bind(real) },
  }) as Ledger
  const gate = await gateway('MemberD', { ledger, enter: false })
  const [first, second, third] = [await castableBallot(election, ['blank']), await castableBallot(election, ['blank']), await castableBallot(election, ['blank'])]
  failures.push({ before: false, error: new ScrutinError('ledger.timeout') })
  t.equal((await post(gate, election, first.bytes)).statusCode, 200)
  failures.push({ before: true, error: new ScrutinError('ledger.conflict') }, { before: true, error: new ScrutinError('ledger.conflict') })
  t.equal((await post(gate, election, second.bytes)).statusCode, 201)
  failures.push({ before: true, error: new ScrutinError('ledger.unavailable') })
  t.equal((await post(gate, election, third.bytes)).statusCode, 201, 'it waits until the ledger is back')
})
