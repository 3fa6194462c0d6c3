import t from 'tap'
import { cutOffMs } from '../../protocol/src/definition.ts'
import { castableBallot, sampleElection } from '../../protocol/test/support/sample-election.ts'
import { announce, cast, decryptAll, readElectionView, stageOpenElection } from '../../chaincode/test/support/staged-election.ts'
import { setClock } from '../../chaincode/test/support/set-clock.ts'
import { eventually } from '../../ledger/test/support/until.ts'
import { testBench } from './support/gateways.ts'

const follow = { pollMs: 50, turnMs: 200 }

t.test('four gateways close, count and publish by themselves', async (t) => {
  const { as, gateway } = await testBench(t)
  const election = sampleElection()
  await stageOpenElection(as, election)
  for (let i = 0; i < 3; i++) await cast(as, election, [(await castableBallot(election, ['blank'])).bytes])
  const cutOff = cutOffMs(election.definition)
  t.teardown(setClock(cutOff + 30_000))
  const gates = await Promise.all(election.definition.members.map(async (mspId) => await gateway(mspId, { follow })))
  const status = async (): Promise<string> => (await readElectionView(as, election)).state.status
  t.equal(await status(), 'open')
  setClock(cutOff + 59_000)
  await eventually(async () => await status() === 'tallied')
  const history = (await gates[0]!.app.inject(`/v1/elections/${election.id}/history`)).json().history as { state: { status: string, at: string } }[]
  const closed = history.find(({ state }) => state.status === 'closed')!
  t.ok(Date.parse(closed.state.at) >= cutOff + 60_000, 'not before the grace is over by every endorser\'s clock')
  await decryptAll(as, election)
  await eventually(async () => await status() === 'published')
  t.match(await readElectionView(as, election), { result: { ballots: 3, withheld: false } })
  const warnings = gates.flatMap(({ log }) => log).filter((line) => (JSON.parse(line) as { level: number }).level >= 40)
  t.strictSame(warnings, [])
})

t.test('with too few ballots nothing waits for the trustees, and a gateway alone is enough', async (t) => {
  const { as, gateway } = await testBench(t)
  const election = sampleElection({ changes: { minBallots: 5 } })
  await stageOpenElection(as, election)
  await cast(as, election, [(await castableBallot(election, ['blank'])).bytes])
  await (await as('MemberA', 'organiser')).submit('close', [election.id])
  await gateway('MemberD', { follow })
  await eventually(async () => (await readElectionView(as, election)).state.status === 'published')
  t.match(await readElectionView(as, election), { result: { ballots: 1, withheld: true, questions: [] } })
})

t.test('a ceremony that misses a deadline is cancelled', async (t) => {
  const { as, gateway } = await testBench(t)
  const election = sampleElection()
  await announce(as, election)
  const deadline = Date.parse(election.definition.ceremony.commitBy)
  t.teardown(setClock(deadline + 58_500))
  await gateway('MemberC', { follow })
  await eventually(async () => (await readElectionView(as, election)).state.status === 'cancelled')
  const { state } = await readElectionView(as, election)
  t.match(state, { reason: /commit/ })
  t.ok(Date.parse(state.at) > deadline + 60_000)
})
