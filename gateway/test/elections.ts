import t from 'tap'
import { sampleElection } from '../../protocol/test/support/sample-election.ts'
import { finishElection, stageOpenElection, voteAll } from '../../chaincode/test/support/staged-election.ts'
import { hasForm, testBench } from './support/gateways.ts'

t.test('a whole election can be read', async (t) => {
  const { as, gateway } = await testBench(t)
  const { app } = await gateway('MemberD')
  const election = sampleElection()
  const read = async (path: string, headers: Record<string, string> = {}) => await app.inject({ url: `/v1${path}`, headers })

  await stageOpenElection(as, election)
  const ballots = await voteAll(as, election, [[{ choose: ['option-1'] }], ['blank'], [{ choose: ['option-1'] }]])
  const live = await read(`/elections/${election.id}`)
  t.ok(hasForm('Election', live.json()))
  t.equal(live.json().state.status, 'open')
  t.equal(live.headers['cache-control'], 'no-cache')
  t.equal((await read(`/elections/${election.id}/result`)).json().code, 'result.unknown')
  t.equal((await read(`/elections/${election.id}/ballots`)).headers['cache-control'], 'no-cache')
  const { etag } = live.headers
  t.equal((await read(`/elections/${election.id}`, { 'if-none-match': `"other", W/${etag}` })).statusCode, 304)
  await finishElection(as, election)

  const finished = await read(`/elections/${election.id}`, { 'if-none-match': String(etag) })
  t.equal(finished.statusCode, 200)
  t.equal(finished.json().state.status, 'published')
  t.match(finished.headers['cache-control'], /immutable/)
  const result = await read(`/elections/${election.id}/result`)
  t.ok(hasForm('Result', result.json()))
  t.match(result.json(), { ballots: 3, questions: [{ counts: { 'option-1': 2 }, blank: 1 }] })
  t.match(result.headers['cache-control'], /immutable/)
  const unchanged = await read(`/elections/${election.id}/result`, { 'if-none-match': String(result.headers['etag']) })
  t.equal(unchanged.statusCode, 304)
  t.equal(unchanged.body, '')
  const history = await read(`/elections/${election.id}/history`)
  t.ok(hasForm('History', history.json()))
  t.equal(history.json().history.length, 6)

  const list = await read('/elections?limit=1')
  t.ok(hasForm('ElectionPage', list.json()))
  t.equal(list.json().elections[0].electionId, election.id)
  const other = sampleElection({ freshRsaKeys: true })
  await stageOpenElection(as, other)
  const page = (await read('/elections?limit=1')).json()
  t.equal((await read(`/elections?limit=1&cursor=${page.cursor}`)).json().elections[0].electionId, other.id)

  const first = (await read(`/elections/${election.id}/ballots?limit=2`)).json()
  t.ok(hasForm('BallotPage', first))
  t.equal(first.ballots.length, 2)
  const second = await read(`/elections/${election.id}/ballots?limit=2&cursor=${first.cursor}`)
  t.equal(second.json().ballots.length, 1)
  t.equal(second.json().cursor, null)
  t.match(second.headers['cache-control'], /immutable/)
  const ballot = await read(`/elections/${election.id}/ballots/${ballots[1]!.tracker}`)
  t.ok(hasForm('RecordedBallot', ballot.json()))
  t.equal(ballot.json().ballot, Buffer.from(ballots[1]!.bytes).toString('base64url'))
  t.equal((await read(`/elections/${election.id}/ballots/${'00'.repeat(32)}`)).json().code, 'ballot.unknown')

  const issuance = await read(`/elections/${election.id}/issuances/1/${election.places[0]!.commitment}`)
  t.ok(hasForm('Issuance', issuance.json()))
  t.equal((await read(`/elections/${election.id}/issuances/1/${election.places[4]!.commitment}`)).json().code, 'issuance.not-found')
  t.equal((await read(`/elections/${election.id}/issuances/01/${election.places[4]!.commitment}`)).json().code, 'input.malformed')
  t.ok(hasForm('Directory', (await read('/directory')).json()))
})
