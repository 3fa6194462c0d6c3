import t from 'tap'
import { sampleElection } from '../../protocol/test/support/sample-election.ts'
import { prepareToOpen, runCeremony, stageOpenElection } from '../../chaincode/test/support/staged-election.ts'
import { hasForm, testBench, type TestGateway } from './support/gateways.ts'

const post = async ({ app }: TestGateway, path: string, key: string | undefined, body?: object) => await app.inject({
  method: 'POST', url: `/v1/elections${path}`, headers: key === undefined ? {} : { authorization: `Bearer ${key}` }, ...(body === undefined ? {} : { body }),
})

t.test('an organiser takes an election from announcement to close', async (t) => {
  const { as, gateway } = await testBench(t)
  const gate = await gateway('MemberA')
  const election = sampleElection()

  const announced = await post(gate, '', gate.apiKey, election.definition)
  t.equal(announced.statusCode, 201, announced.body)
  t.ok(hasForm('Accepted', announced.json()))
  t.equal(announced.json().electionId, election.id)
  t.equal(announced.headers['location'], `/v1/elections/${election.id}`)
  t.equal((await post(gate, '', gate.apiKey, election.definition)).json().code, 'election.exists')

  t.equal((await post(gate, `/${election.id}/open`, gate.apiKey)).json().code, 'election.state')
  await runCeremony(as, election)
  t.match((await post(gate, `/${election.id}/open`, gate.apiKey)).json(), { code: 'election.not-ready', detail: /registrar 1/ })
  await prepareToOpen(as, election)
  t.equal((await post(gate, `/${election.id}/open`, gate.apiKey)).statusCode, 200)
  t.equal((await post(gate, `/${election.id}/cancel`, gate.apiKey, { reason: 'too late' })).json().code, 'election.state')
  t.equal((await post(gate, `/${election.id}/close`, gate.apiKey)).statusCode, 200)

  const patient = sampleElection({ changes: { earlyClose: false }, freshRsaKeys: true })
  await stageOpenElection(as, patient)
  t.equal((await post(gate, `/${patient.id}/close`, gate.apiKey)).json().code, 'election.early-close')
})

t.test('an API key opens only what belongs to its tenant and member', async (t) => {
  const { as, gateway } = await testBench(t)
  const [own, foreign] = [await gateway('MemberA'), await gateway('MemberB')]
  const election = sampleElection()
  const code = async (gate: TestGateway, path: string, key: string | undefined, body?: object): Promise<string> => {
    const answer = await post(gate, path, key, body)
    if (answer.statusCode === 401) t.equal(answer.headers['www-authenticate'], 'Bearer')
    return `${answer.statusCode} ${answer.json<{ code?: string }>().code}`
  }
  t.equal(await code(own, '', undefined, election.definition), '401 access.unauthenticated')
  t.equal(await code(own, '', '', election.definition), '401 access.unauthenticated')
  t.equal(await code(own, '', foreign.apiKey, election.definition), '401 access.unauthenticated')
  t.equal(await code(own, '', own.otherKey, election.definition), '403 access.tenant')
  t.equal(await code(foreign, '', foreign.apiKey, election.definition), '403 access.msp')
  await post(own, '', own.apiKey, election.definition)
  for (const step of ['open', 'close', 'cancel'] as const) {
    const body = step === 'cancel' ? { reason: 'a reason' } : undefined
    t.equal(await code(own, `/${election.id}/${step}`, undefined, body), '401 access.unauthenticated')
    t.equal(await code(own, `/${election.id}/${step}`, own.otherKey, body), '403 access.tenant')
    t.equal(await code(foreign, `/${election.id}/${step}`, foreign.apiKey, body), '403 access.msp')
    t.equal(await code(own, `/${'00'.repeat(32)}/${step}`, own.apiKey, body), '404 election.unknown')
  }
  t.equal((await post(own, `/${election.id}/cancel`, own.apiKey, { reason: 'withdrawn' })).statusCode, 200)
  t.match((await (await as('MemberC', 'auditor')).evaluate('readElection', [election.id])).toString(), /cancelled/)
})

t.test('with the voices of a majority of members an election is void', async (t) => {
  const { as, gateway } = await testBench(t)
  const gates = [await gateway('MemberA'), await gateway('MemberB'), await gateway('MemberC')]
  const election = sampleElection()
  await stageOpenElection(as, election)
  t.equal((await post(gates[0]!, `/${election.id}/void`, gates[0]!.otherKey, { reason: 'mine' })).json().code, 'access.tenant')
  for (const gate of gates) t.equal((await post(gate, `/${election.id}/void`, gate.otherKey, { reason: 'a leak' })).statusCode, gate === gates[0] ? 403 : 200)
  t.equal((await post(gates[0]!, `/${election.id}/void`, gates[0]!.apiKey, { reason: 'a leak' })).statusCode, 200)
  const read = await gates[1]!.app.inject(`/v1/elections/${election.id}`)
  t.equal(read.json().state.status, 'void')
})

t.test('what does not fit is refused, never changed to fit', async (t) => {
  const { gateway } = await testBench(t)
  const gate = await gateway('MemberA')
  const { definition, id } = sampleElection()
  const problem = async (path: string, body?: object): Promise<{ status: number, code: string, detail: string }> => (await post(gate, path, gate.apiKey, body)).json()
  t.match(await problem('', { ...definition, surprise: 1 }), { status: 422, code: 'election.definition' })
  t.match(await problem('', { ...definition, threshold: '2' }), { code: 'election.definition', detail: /threshold/ })
  t.match(await problem('', { ...definition, earlyClose: 'true' }), { code: 'election.definition', detail: /earlyClose/ })
  t.match(await problem('', { ...definition, retentionDays: 30 }), { code: 'election.not-honoured' })
  t.match(await problem(`/${id}/cancel`), { code: 'input.malformed' })
  t.match(await problem(`/${id}/cancel`, { reason: 5 }), { code: 'input.malformed', detail: 'body/reason must be string' })
  t.match(await problem(`/${id}/cancel`, { reason: ' ' }), { code: 'input.malformed' })
  t.match(await problem(`/${id}/cancel`, { reason: 'a', more: 1 }), { code: 'input.malformed' })
  t.match(await problem('/xyz/open'), { status: 400, code: 'input.malformed' })
  const raw = async (body: string, type = 'application/json'): Promise<unknown> => (await gate.app.inject({
    method: 'POST', url: '/v1/elections', headers: { authorization: `Bearer ${gate.apiKey}`, 'content-type': type }, body,
  })).json()
  t.match(await raw('{"secret": "x'), { status: 400, code: 'input.malformed', detail: 'the request cannot be read' })
  t.match(await raw('{}', 'text/xml'), { status: 415, code: 'input.media-type' })
  t.match(await raw(`"${'x'.repeat(300_000)}"`), { status: 413, code: 'input.too-large' })
})
