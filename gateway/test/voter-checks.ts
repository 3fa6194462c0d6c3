import t from 'tap'
import { codeOf, finishElection, stageOpenElection, voteAll } from '../../chaincode/test/support/staged-election.ts'
import { castableBallot, sampleElection } from '../../protocol/test/support/sample-election.ts'
import { generateKeyPair, type KeyPair } from '../../protocol/src/schnorr.ts'
import { signVoterCheck, type VoterCheck } from '../../protocol/src/voter-check.ts'
import { hasForm, testBench } from './support/gateways.ts'

t.test('voters who found their ballots are counted, each once', async (t) => {
  const { as, gateway } = await testBench(t)
  const { app } = await gateway('MemberD')
  const another = await gateway('MemberC')
  const election = sampleElection()
  await stageOpenElection(as, election)
  const [own, other] = await voteAll(as, election, [[{ choose: ['option-1'] }], ['blank'], ['blank']]) as [Ballot, Ballot, Ballot]
  const url = `/v1/elections/${election.id}/voter-checks`
  const say = async (check: VoterCheck | object, at = app): Promise<{ statusCode: number, json: () => { code?: string, voters?: number } }> =>
    await at.inject({ method: 'POST', url, payload: check })
  const by = (keys: KeyPair, tracker: string, id = election.id): VoterCheck => signVoterCheck(id, tracker, keys)
  const count = async (at = app): Promise<unknown> => (await at.inject({ url: `${url}/count` })).json()

  t.strictSame(await count(), { voters: 0 })
  await t.test('only who cast the ballot can say so, of this ballot and this election', async (t) => {
    t.match((await say(by(generateKeyPair(), own.tracker))).json(), { code: 'access.signature' })
    t.match((await say(by(other.keys, own.tracker))).json(), { code: 'access.signature' }, 'another voter')
    t.match((await say({ ...by(own.keys, other.tracker), tracker: own.tracker })).json(), { code: 'access.signature' })
    t.match((await say(by(own.keys, own.tracker, 'ab'.repeat(32)))).json(), { code: 'access.signature' }, 'said in another election')
    t.match((await say(by(own.keys, (await castableBallot(election, ['blank'])).tracker))).json(), { code: 'ballot.unknown' })
    t.match((await say({ ...by(own.keys, own.tracker), choice: 'option-1' })).json(), { code: 'input.malformed' }, 'and nothing more')
    t.strictSame(await count(), { voters: 0 })
  })

  await t.test('at any gateway, at the same time, and again', async (t) => {
    const check = by(own.keys, own.tracker)
    const answers = await Promise.all([say(check), say(check), say(check, another.app), say(by(other.keys, other.tracker), another.app)])
    t.strictSame(answers.map(({ statusCode }) => statusCode), [201, 201, 201, 201])
    t.equal((await say(by(own.keys, own.tracker))).statusCode, 201, 'another signature of the same voter')
    for (const { app: at } of [{ app }, another]) {
      const until = Date.now() + 10_000
      while ((await count(at) as { voters: number }).voters < 2 && Date.now() < until) await new Promise((resolve) => { setTimeout(resolve, 20) })
      t.strictSame(await count(at), { voters: 2 })
    }
    const page: { checks: VoterCheck[], cursor: string | null } = (await app.inject({ url })).json()
    t.ok(hasForm('VoterCheckPage', page))
    t.strictSame(page.checks.map(({ tracker }) => tracker), [own.tracker, other.tracker].sort())
    t.equal(page.cursor, null)
    const first = (await app.inject({ url: `${url}?limit=1` })).json()
    t.strictSame((await app.inject({ url: `${url}?limit=1&cursor=${first.cursor}` })).json().checks, page.checks.slice(1))
  })

  await t.test('the contract takes only what holds, all or none', async (t) => {
    const submit = async (checks: unknown, role = 'gateway'): Promise<string> => await codeOf((await as('MemberA', role)).submit('recordVoterChecks', [election.id, JSON.stringify(checks)]))
    t.equal(await submit([by(own.keys, own.tracker)]), 'check.exists')
    t.equal(await submit([by(generateKeyPair(), 'cd'.repeat(32))]), 'ballot.unknown')
    t.equal(await submit([]), 'input.malformed')
    t.equal(await submit([by(own.keys, own.tracker), by(own.keys, own.tracker)]), 'input.malformed', 'none twice')
    t.equal(await submit([by(own.keys, own.tracker)], 'auditor'), 'access.role')
    t.strictSame(await count(), { voters: 2 })
  })

  await t.test('after the end as well', async (t) => {
    await finishElection(as, election)
    t.equal((await say(by(own.keys, own.tracker))).statusCode, 201)
  })
})

type Ballot = Awaited<ReturnType<typeof castableBallot>>
