import t from 'tap'
import { checkBallots } from '../src/check-ballots.ts'
import { checkCommit, checkDeal } from '../src/ceremony.ts'
import { checkDecryption, decryptionContext, decryptTally } from '../src/decryption.ts'
import { slotRules } from '../src/definition.ts'
import { computeResult } from '../src/result.ts'
import { addToTally, emptyTally, tallyFromJson, tallyToJson } from '../src/tally.ts'
import { castableBallot, sampleElection } from './support/sample-election.ts'
import { sampleQuestion } from './support/sample-definition.ts'

t.test('an election from the ceremony to the result', async (t) => {
  const election = sampleElection({
    changes: { questions: [sampleQuestion('one', 3, { min: 1, max: 1, blank: true }), sampleQuestion('two', 4, { min: 0, max: 4, blank: false })] },
  })
  for (const [i, commit] of election.commits.entries()) {
    checkCommit(election.ceremony, commit)
    checkDeal(election.ceremony, election.deals[i]!, commit)
  }
  const answers = [
    [{ choose: ['option-1'] }, { choose: [] }],
    ['blank', { choose: ['option-1', 'option-2', 'option-3', 'option-4'] }],
    [{ choose: ['option-1'] }, { choose: ['option-4'] }],
  ] as const
  const ballots = await Promise.all(answers.map((answer) => castableBallot(election, answer)))
  const started = performance.now()
  const verdicts = checkBallots(election.rules, ballots.map(({ bytes }) => bytes))
  t.comment(`${((performance.now() - started) / ballots.length).toFixed(1)} ms and ${ballots[0]!.bytes.length} bytes a ballot`)
  t.ok(verdicts.every((verdict) => verdict.accepted))

  const rules = slotRules(election.definition)
  const ordered = ballots.toSorted((a, b) => a.credentialKey < b.credentialKey ? -1 : 1)
  let tally = emptyTally(rules, 1)
  for (const ballot of ordered) tally = tallyFromJson(tallyToJson(addToTally(tally, rules, [ballot])))
  const context = decryptionContext(election.definition, tally)
  const messages = [0, 2].map((trustee) => decryptTally(context, trustee, election.trustees[trustee]!.shares))
  for (const message of messages) checkDecryption(context, message, election.verification[message.trustee]!)
  const result = computeResult(election.definition, tally, messages)
  t.match(result, {
    ballots: 3,
    trustees: [0, 2],
    withheld: false,
    questions: [
      { id: 'one', counts: { 'option-1': 2, 'option-2': 0, 'option-3': 0 }, blank: 1 },
      { id: 'two', counts: { 'option-1': 1, 'option-2': 1, 'option-3': 1, 'option-4': 2 }, blank: null },
    ],
  })
})
