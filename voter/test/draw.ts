import t from 'tap'
import type { Answer } from '../../protocol/src/kinds/kinds.ts'
import type { Question } from '../../protocol/src/definition.ts'
import { majorityQuestion } from '../../protocol/test/support/sample-definition.ts'
import { askedQuestions, fillIn, seal } from '../src/cast-ballot.ts'
import { GatewayClient } from '../src/gateway-client.ts'
import { type Credential, obtainCredential } from '../src/obtain-credential.ts'
import { verifyTracker } from '../src/verify-tracker.ts'
import { meetElection, vote } from '../src/vote.ts'
import { openElection } from './support/open-election.ts'

t.test('where options are drawn, a voter', async (t) => {
  const open = await openElection({ folder: t.testdir(), voters: 4, changes: { questions: [{ ...majorityQuestion('grades', 6, 2), draw: 2 }] } })
  t.teardown(open.close)
  const gateway = new GatewayClient(open.gateways[0])
  const atHand = await meetElection(gateway, open.election.id)
  const { election } = atHand
  const optionsOf = (question: Question | undefined): string[] => question !== undefined && 'options' in question ? question.options.map(({ id }) => id) : []
  const graded = (options: readonly string[]): Answer => ({ grades: Object.fromEntries(options.map((id) => [id, 'grade-1'])) })

  await t.test('is asked about those only, once the credential says which', async (t) => {
    let asked: readonly string[] = []
    const { receipt } = await vote(atHand, open.codes('1'), async (questions) => {
      asked = optionsOf(questions[0])
      return [graded(asked)]
    })
    t.equal(asked.length, 2)
    t.match(await verifyTracker(gateway, election, receipt.tracker), { standing: 'recorded' })
  })

  await t.test('may say beforehand what to answer about any', async (t) => {
    t.match(await vote(atHand, open.codes('2'), [graded(optionsOf(election.definition.questions[0]))]), { receipt: { electionId: election.id } })
    await t.rejects(vote(atHand, open.codes('3'), [graded(['option-1', 'option-2'])]), { code: 'input.malformed' }, 'before the credential is obtained it may be any of them')
  })

  await t.test('can\'t answer about others, whatever the device does', async (t) => {
    const registrars = atHand.directory.registrars(election.definition)
    const [own, other] = [await obtainCredential(election, registrars, open.codes('3')), await obtainCredential(election, registrars, open.codes('4'))]
    // signatures that are none make a draw of their own: as many as it takes for another than the right one
    const drawn = (credential: Credential): string[] => optionsOf(askedQuestions(election, credential)[0])
    const elsewhere = Array.from({ length: 50 }, (_, i): Credential => ({ ...own, signatures: [other.signatures[0]!, new Uint8Array(256).fill(i)] }))
      .find((credential) => drawn(credential).join() !== drawn(own).join())!
    const ballot = fillIn(election, elsewhere, [graded(drawn(elsewhere))])
    t.throws(() => seal(election, own, ballot), /does not hold/, 'the device finds out what every endorser would')
  })
})
