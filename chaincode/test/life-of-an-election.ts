import t from 'tap'
import { sampleElection } from '../../protocol/test/support/sample-election.ts'
import { codeOf, finishElection, readElectionView, stageOpenElection, temporaryLedger, voteAll } from './support/staged-election.ts'

t.test('an election goes from announcement to publication', async (t) => {
  const { as, close } = await temporaryLedger()
  t.teardown(close)
  const election = sampleElection()
  await stageOpenElection(as, election)
  const ballots = await voteAll(as, election, [[{ choose: ['option-1'] }], ['blank'], [{ choose: ['option-1'] }], [{ choose: ['option-3'] }]])
  await finishElection(as, election, 3)
  const view = await readElectionView(as, election)
  t.equal(view.state.status, 'published')
  t.match(view.result, { ballots: 4, questions: [{ counts: { 'option-1': 2, 'option-2': 0, 'option-3': 1 }, blank: 1 }] })

  const reader = await as('MemberC', 'auditor')
  const read = async (name: string, ...args: string[]): Promise<unknown> => JSON.parse(new TextDecoder().decode(await reader.evaluate(name, args)))
  t.match(await read('readBallotByTracker', election.id, ballots[1]!.tracker), { credentialKey: ballots[1]!.credentialKey, transactionId: /^[0-9a-f]{64}$/ })
  t.equal(await codeOf(reader.evaluate('readBallotByTracker', [election.id, '00'.repeat(32)])), 'ballot.unknown')
  t.match(await read('readHistory', election.id), {
    history: ['announced', 'keyed', 'open', 'closed', 'tallied', 'published'].map((status) => ({ state: { status } })),
  })
  const first = await read('readBallots', election.id, '', '3') as { ballots: { credentialKey: string }[], cursor: string }
  const second = await read('readBallots', election.id, first.cursor, '3') as typeof first
  const listed = [...first.ballots, ...second.ballots].map(({ credentialKey }) => credentialKey)
  t.strictSame(listed, ballots.map(({ credentialKey }) => credentialKey).sort())
  t.equal(second.cursor, null)
  t.match(await read('readElections', '', '10'), { elections: [{ electionId: election.id }], cursor: null })
  t.match(await read('readResult', election.id), { ballots: 4 })
})
