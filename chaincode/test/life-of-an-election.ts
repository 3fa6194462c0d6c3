import t from 'tap'
import { majorityQuestion } from '../../protocol/test/support/sample-definition.ts'
import { castableBallot, sampleElection } from '../../protocol/test/support/sample-election.ts'
import { cast, codeOf, finishElection, readElectionView, stageOpenElection, temporaryLedger, voteAll } from './support/staged-election.ts'

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

t.test('an election whose options are drawn', async (t) => {
  const { as, close } = await temporaryLedger()
  t.teardown(close)
  const election = sampleElection({ changes: { questions: [{ ...majorityQuestion('grades', 4, 2), draw: 1 }] } })
  await stageOpenElection(as, election)
  const all = { grades: Object.fromEntries(['option-1', 'option-2', 'option-3', 'option-4'].map((id) => [id, 'grade-2'])) }
  const ballots = await voteAll(as, election, [[all], [all], [all]])
  const redrawn = (await castableBallot(election, [all])).bytes
  const at = 1 + 32 + 1 + 32
  redrawn[at] = (redrawn[at]! + 1) % 4
  t.equal(await codeOf(cast(as, election, [redrawn])), 'ballot.draw', 'endorsers draw themselves')
  await finishElection(as, election)
  const { result } = await readElectionView(as, election)
  const drawn = ballots.map(({ bytes }) => `option-${bytes[at]! + 1}`)
  for (const id of Object.keys(all.grades)) {
    const times = drawn.filter((other) => other === id).length
    t.equal(result?.questions[0]?.drawn?.[id], times)
    t.strictSame(result?.questions[0]?.counts[id], times < election.definition.minBallots ? undefined : { 'grade-1': 0, 'grade-2': times })
  }
})
