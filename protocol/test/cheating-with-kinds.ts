/** Every kind of question with real proofs: an honest ballot to the result, and cheats that only the proofs can stop. */
import t from 'tap'
import { checkBallots } from '../src/check-ballots.ts'
import { checkDecryption, combineDecryptions, decryptionContext, decryptTally } from '../src/decryption.ts'
import { slotRules } from '../src/definition.ts'
import { pointToHex } from '../src/group.ts'
import { type Answer, answerSlots, kindNames, type Question } from '../src/kinds/kinds.ts'
import { checkFileOf, parseCheckFile, verifyCheckFile } from '../src/opened-ballot.ts'
import { computeResult } from '../src/result.ts'
import { addToTally, emptyTally } from '../src/tally.ts'
import { codeOf } from './support/cheating-scene.ts'
import { forgedBody, forgeries } from './support/malicious-voter.ts'
import { fillBallot, sealBallot } from './support/raw-ballot.ts'
import { refuses } from './support/refuses.ts'
import { cumulativeQuestion, majorityQuestion, quadraticQuestion, sampleQuestion, scoreQuestion, yesNoQuestion } from './support/sample-definition.ts'
import { obtainCredential, sampleElection } from './support/sample-election.ts'

interface Case {
  readonly question: Question
  readonly honest: Answer
  readonly cheats: Readonly<Record<string, readonly bigint[]>>
}

const cases: readonly Case[] = [
  { question: sampleQuestion('choose', 2, { min: 1, max: 1, blank: false }), honest: { choose: ['option-1'] }, cheats: { 'a slot of 2': [2n, -1n], both: [1n, 1n] } },
  {
    question: yesNoQuestion('yes-no', true),
    honest: 'no',
    cheats: { 'a slot of 2': [2n, 0n, 0n], 'a slot of 2, and -1 against it': [2n, -1n, 0n], 'yes and no': [1n, 1n, 0n], 'no answer': [0n, 0n, 0n] },
  },
  {
    question: scoreQuestion('score', 2, 2),
    honest: { score: { 'option-1': 2, 'option-2': 1 } },
    cheats: { 'a score above the most': [3n, 0n], 'a score of -1': [-1n, 0n] },
  },
  {
    question: scoreQuestion('large-score', 1, 900, true),
    honest: { score: { 'option-1': 700 } },
    cheats: { 'a score above the most': [901n, 0n], 'a score far above the most': [1n << 64n, 0n], 'a score of -1': [-1n, 0n], 'blank and a score': [1n, 1n], 'blank twice': [0n, 2n], 'blank and what it weighs taken off': [-900n, 1n] },
  },
  {
    question: cumulativeQuestion('cumulative', 2, 2, 2),
    honest: { points: { 'option-1': 1, 'option-2': 1 } },
    cheats: { 'over budget': [2n, 1n], 'a slot above the most for one': [3n, -1n], 'a slot of -1 that makes room': [2n, -1n] },
  },
  {
    question: cumulativeQuestion('large-cumulative', 2, 700, 500, true),
    honest: { points: { 'option-1': 500, 'option-2': 200 } },
    cheats: { 'one point over budget': [500n, 201n, 0n], 'over budget': [500n, 500n, 0n], 'too much for one': [501n, 0n, 0n], 'blank and points': [1n, 0n, 1n], 'points taken off to pay for others': [500n, 500n, -1n] },
  },
  {
    question: quadraticQuestion('quadratic', 2, 5, 2),
    honest: { votes: { 'option-1': 2, 'option-2': 1 } },
    // levels 1 and 2 of two options
    cheats: { 'over budget': [0n, 1n, 0n, 1n], 'two levels for one option': [1n, 1n, 0n, 0n], 'a slot of 2': [2n, 0n, 0n, 0n], 'a slot of -1 that pays': [-1n, 1n, 1n, 0n] },
  },
  {
    question: majorityQuestion('majority-judgment', 2, 2, 'worst'),
    honest: { grades: { 'option-1': 'grade-2', 'option-2': 'no-opinion' } },
    cheats: {
      'a slot of 2': [2n, 0n, 0n, 1n, 0n, 0n],
      'a slot of -1': [1n, 1n, -1n, 1n, 0n, 0n],
      'two grades for one candidate': [1n, 1n, 0n, 1n, 0n, 0n],
      'two grades for one candidate and none for the other': [1n, 1n, 0n, 0n, 0n, 0n],
      'one grade too few': [1n, 0n, 0n, 0n, 0n, 0n],
    },
  },
]

const questions = cases.map(({ question }) => question)
const answers = cases.map(({ honest }) => honest)
const election = sampleElection({ trustees: 2, changes: { questions } })
const rules = slotRules(election.definition)
const voter = await obtainCredential(election)
const honestSlots = cases.map(({ question, honest }) => answerSlots(question, honest))
/** Cheats ask one question only: they come often. */
const verdict = (body: Uint8Array, asked = rules): string | undefined => codeOf(checkBallots({ ...election.rules, questions: asked }, [sealBallot(body, voter.keys, voter.signatures)])[0]!)

t.test('every kind is here', async (t) => {
  t.same([...new Set(questions.map(({ kind }) => kind))].sort(), [...kindNames].sort())
})

const { body, ...opened } = fillBallot(election.context, questions, answers, voter.keys.publicKey)

t.test('an honest ballot is accepted, and comes to the result', async (t) => {
  t.equal(verdict(body), undefined)
  t.equal(verdict(forgedBody(election.context, rules, honestSlots, voter.keys.publicKey, 'simulate the proof')), undefined, 'the cheater of these tests, while behaving')
  const tally = addToTally(emptyTally(rules, 1), rules, [{ credentialKey: pointToHex(voter.keys.publicKey), bytes: body }])
  const context = decryptionContext(election.definition, tally)
  const messages = election.trustees.map(({ shares }, i) => decryptTally(context, i, shares))
  for (const message of messages) checkDecryption(context, message, election.verification[message.trustee]!)
  t.match(computeResult(election.definition, tally, messages).questions, [
    { id: 'choose', counts: { 'option-1': 1, 'option-2': 0 } },
    { id: 'yes-no', counts: { yes: 0, no: 1 }, blank: 0 },
    { id: 'score', counts: { 'option-1': 2, 'option-2': 1 } },
    { id: 'large-score', counts: { 'option-1': 700 }, blank: 0 },
    { id: 'cumulative', counts: { 'option-1': 1, 'option-2': 1 }, ranking: [['option-1', 'option-2']] },
    { id: 'large-cumulative', counts: { 'option-1': 500, 'option-2': 200 }, blank: 0 },
    { id: 'quadratic', counts: { 'option-1': 2, 'option-2': 1 } },
    { id: 'majority-judgment', counts: { 'option-1': { 'grade-1': 0, 'grade-2': 1, 'no-opinion': 0 }, 'option-2': { 'grade-1': 0, 'grade-2': 0, 'no-opinion': 1 } }, blank: null },
  ])

  // what is decrypted of levels is the votes: a trustee's factor for a single level instead is refused
  const inLevels = questions.findIndex(({ id }) => id === 'quadratic')
  const asSlots = { ...context, questions: rules.map((one, q) => q === inLevels ? { ...one, groups: one.groups.map((group) => ({ ...group, totals: group.totals.map(() => ({ terms: [{ slot: 0, weight: 1n }], most: 1 })) })) } : one) }
  refuses(t, 'decryption.proof', () => { checkDecryption(context, decryptTally(asSlots, 0, election.trustees[0]!.shares), election.verification[0]!) })
  t.same(combineDecryptions(context, messages)[0]![inLevels], [[2, 1]])
})

t.test('an opened ballot of every kind shows what it holds', async (t) => {
  const file = parseCheckFile(JSON.stringify(checkFileOf(election.id, { body, ...opened })))
  t.same(verifyCheckFile(election.rules, questions, file).answers, answers)
  refuses(t, 'ballot.opening', () => verifyCheckFile(election.rules, questions, { ...file, questions: file.questions.toReversed() }))
})

for (const [q, { question, cheats }] of cases.entries()) {
  for (const [name, slots] of Object.entries(cheats)) {
    t.test(`${question.id}: ${name}`, async (t) => {
      t.equal(slots.length, rules[q]!.slotValues.length)
      for (const forgery of forgeries) {
        t.equal(verdict(forgedBody(election.context, [rules[q]!], [slots], voter.keys.publicKey, forgery), [rules[q]!]), 'ballot.proof', forgery)
      }
    })
  }
}
