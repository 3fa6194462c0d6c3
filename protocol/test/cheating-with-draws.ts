/** Questions whose options are drawn, with real proofs: honest ballots to the result, and voters who would rather answer about others. */
import t from 'tap'
import { ballotLength, ballotTracker } from '../src/ballot-encoding.ts'
import { checkBallots } from '../src/check-ballots.ts'
import { checkEnvelopes } from '../src/check-envelopes.ts'
import { checkDecryption, decryptionContext, decryptTally } from '../src/decryption.ts'
import { checkDefinition, slotRules } from '../src/definition.ts'
import { type HeldGroups, heldGroups } from '../src/draw.ts'
import { pointToHex } from '../src/group.ts'
import { type Answer, answerSlots } from '../src/kinds/kinds.ts'
import { checkFileOf, parseCheckFile, verifyCheckFile } from '../src/opened-ballot.ts'
import { computeResult } from '../src/result.ts'
import { addToTally, emptyTally } from '../src/tally.ts'
import { codeOf } from './support/cheating-scene.ts'
import { forgedBody } from './support/malicious-voter.ts'
import { fillBallot, sealBallot } from './support/raw-ballot.ts'
import { refuses } from './support/refuses.ts'
import { majorityQuestion, scoreQuestion } from './support/sample-definition.ts'
import { castableBallot, drawnFor, obtainCredential, sampleElection } from './support/sample-election.ts'

const questions = [{ ...majorityQuestion('grades', 6, 2), draw: 2 }, { ...scoreQuestion('scores', 7, 3), draw: 3 }]
const election = sampleElection({ trustees: 2, changes: { questions, minBallots: 2 } })
const other = sampleElection({ trustees: 2, changes: { questions, minBallots: 3 } })
const rules = slotRules(election.definition)
const voter = await obtainCredential(election)
const { held, asked } = drawnFor(election, voter)
const answersTo = (of: typeof asked): Answer[] => of.map((question) => question.kind === 'score'
  ? { score: Object.fromEntries(question.options.map(({ id }) => [id, 2])) }
  : { grades: Object.fromEntries('options' in question ? question.options.map(({ id }) => [id, 'grade-1']) : []) })
const slots = asked.map((question, q) => answerSlots(question, answersTo(asked)[q]!))

const bodyFor = (about: HeldGroups): Uint8Array => forgedBody(election.context, rules, slots, voter.keys.publicKey, 'simulate the proof', about)
const codes = (bytes: Uint8Array, of = election): (string | undefined)[] => [checkBallots, checkEnvelopes].map((check) => { const verdict = check(of.rules, [bytes])[0]!; return verdict.accepted ? undefined : verdict.code })
const codesOfBody = (body: Uint8Array): (string | undefined)[] => codes(sealBallot(body, voter.keys, voter.signatures))
const instead = (q: number, groups: readonly number[]): HeldGroups => held.map((its, i) => i === q ? groups : its)
const others = (q: number): number[] => rules[q]!.groups.map((_, group) => group).filter((group) => !held[q]!.includes(group))

t.test('a ballot about what was drawn is accepted, and has the length that all have', async (t) => {
  const ballot = fillBallot(election.context, questions, answersTo(asked), voter.keys.publicKey, held)
  t.strictSame(codesOfBody(ballot.body), [undefined, undefined])
  t.strictSame(codesOfBody(bodyFor(held)), [undefined, undefined], 'the cheater of these tests, while behaving')
  t.equal(sealBallot(ballot.body, voter.keys, voter.signatures).length, ballotLength(rules, 2))
  const file = parseCheckFile(JSON.stringify(checkFileOf(election.id, ballot)))
  const opened = verifyCheckFile(election.rules, questions, file)
  t.strictSame(opened.answers, answersTo(asked))
  t.strictSame(opened.asked.map((question) => 'options' in question ? question.options.length : 0), [2, 3], 'an opened ballot is of the options that it holds')
  refuses(t, 'ballot.opening', () => verifyCheckFile(election.rules, questions, { ...file, questions: file.questions.toReversed() }))
})

t.test('a candidate that was not drawn', async (t) => {
  for (const q of [0, 1]) {
    for (const stranger of others(q)) {
      const groups = [...held[q]!.slice(1), stranger].sort((a, b) => a - b)
      t.strictSame(codesOfBody(bodyFor(instead(q, groups))), ['ballot.draw', 'ballot.draw'])
    }
  }
})

t.test('the draw of one question in another, of another credential, of another election', async (t) => {
  const another = drawnFor(election, await differently()).held
  t.strictSame(codesOfBody(bodyFor(another)), ['ballot.draw', 'ballot.draw'], 'another credential')
  const elsewhere = heldGroups(rules, { electionId: other.idBytes, classIndex: 0, credentialKey: voter.keys.publicKey.toBytes(), signatures: voter.signatures })
  if (elsewhere.join() !== held.join()) t.strictSame(codesOfBody(bodyFor(elsewhere)), ['ballot.draw', 'ballot.draw'])
  const class1 = heldGroups(rules, { electionId: election.idBytes, classIndex: 1, credentialKey: voter.keys.publicKey.toBytes(), signatures: voter.signatures })
  if (class1.join() !== held.join()) t.strictSame(codesOfBody(bodyFor(class1)), ['ballot.draw', 'ballot.draw'])
  t.strictSame(codes(sealBallot(bodyFor(held), voter.keys, voter.signatures), other), ['ballot.election', 'ballot.election'])

  async function differently (): ReturnType<typeof obtainCredential> {
    for (;;) {
      const found = await obtainCredential(election)
      if (drawnFor(election, found).held.join() !== held.join()) return found
    }
  }
})

t.test('signatures that would draw something else are none', async (t) => {
  const [first, second] = voter.signatures as [Uint8Array, Uint8Array]
  const replaced = [second, first]
  const about = heldGroups(rules, { electionId: election.idBytes, classIndex: 0, credentialKey: voter.keys.publicKey.toBytes(), signatures: replaced })
  t.strictSame(codes(sealBallot(bodyFor(about), voter.keys, replaced)), ['ballot.credential', 'ballot.credential'])
})

t.test('one twice, out of order, out of range, too few, too many', async (t) => {
  const [one, two] = held[0] as [number, number]
  const at = 1 + 32 + 1 + 32
  const honest = bodyFor(held)
  t.strictSame([...honest.subarray(at, at + 2)], [one, two], 'here the body says what was drawn')
  for (const bytes of [[one, one], [two, one], [one, 6], [one, 255]]) {
    const body = Uint8Array.from(honest)
    body.set(bytes, at)
    t.strictSame(codesOfBody(body), ['ballot.malformed', 'ballot.malformed'], bytes.join())
  }
  for (const [q, draw] of [[0, 1], [0, 3]] as const) {
    const changed = [{ ...questions[q]!, draw }, questions[1]!] as typeof questions
    const its = sampleElection({ trustees: 2, changes: { questions: changed, minBallots: 2 } })
    const groups = Array.from({ length: draw }, (_, i) => i)
    const body = forgedBody(election.context, slotRules(its.definition), [Array.from({ length: draw }, () => [1n, 0n]).flat(), slots[1]!], voter.keys.publicKey, 'simulate the proof', [groups, held[1]!])
    t.strictSame(codesOfBody(body), ['ballot.malformed', 'ballot.malformed'], `${draw} of them`)
  }
})

t.test('ciphertexts under the keys of an option that was not drawn', async (t) => {
  // the body says what was drawn, but the slots are encrypted for other options: their grades would be added to the wrong sums
  for (const q of [0, 1]) {
    const groups = [...others(q), ...held[q]!].slice(0, held[q]!.length).sort((a, b) => a - b)
    const body = Uint8Array.from(bodyFor(instead(q, groups)))
    const at = 1 + 32 + 1 + 32 + (q === 0 ? 0 : held[0]!.length + 32 * (1 + slots[0]!.length))
    t.strictSame([...body.subarray(at, at + groups.length)], groups)
    body.set(held[q]!, at)
    t.equal(codesOfBody(body)[0], 'ballot.proof')
  }
})

t.test('what was drawn is counted, option by option, and what few were asked is told by nobody', async (t) => {
  const cast: { credentialKey: string, bytes: Uint8Array, held: number[][] }[] = []
  const answers: Answer[] = [
    { grades: Object.fromEntries(questions[0]!.options.map(({ id }, i) => [id, i % 2 === 0 ? 'grade-1' : 'grade-2'])) },
    { score: Object.fromEntries(questions[1]!.options.map(({ id }, i) => [id, i % 4])) },
  ]
  for (let i = 0; i < 5; i++) {
    const { keys, bytes, credentialKey } = await castableBallot(election, answers)
    t.equal(codeOf(checkBallots(election.rules, [bytes])[0]!), undefined)
    const start = bytes.length - 64 - 2 * 256
    const signatures = [bytes.subarray(start, start + 256), bytes.subarray(start + 256, start + 512)]
    cast.push({ credentialKey, bytes, held: drawnFor(election, { keys, signatures }).held })
  }
  cast.sort((a, b) => a.credentialKey < b.credentialKey ? -1 : 1)
  const tally = addToTally(emptyTally(rules, 1), rules, cast)
  t.equal(new Set(cast.map(({ bytes }) => ballotTracker(bytes, rules))).size, 5)
  const context = decryptionContext(election.definition, tally)
  const messages = election.trustees.map(({ shares }, i) => decryptTally(context, i, shares))
  for (const message of messages) checkDecryption(context, message, election.verification[message.trustee]!)
  const result = computeResult(election.definition, tally, messages)
  questions.forEach((question, q) => {
    const counts = result.questions[q]!.counts
    question.options.forEach(({ id }, option) => {
      const times = cast.filter((ballot) => ballot.held[q]!.includes(option)).length
      t.equal(result.questions[q]!.drawn![id], times)
      const expected = q === 1 ? times * (option % 4) : { 'grade-1': option % 2 === 0 ? times : 0, 'grade-2': option % 2 === 0 ? 0 : times }
      t.strictSame(counts[id], times < 2 ? undefined : expected, `${id}, drawn ${times} times`)
    })
    t.strictSame(result.questions[q]!.ranking.flat().sort(), Object.keys(counts).sort(), 'who is not told of is not ranked')
    t.strictSame(result.pools[0]!.questions[q]!.counts, counts)
  })
  // equal shares stand together, however often each was drawn
  for (const place of result.questions[0]!.ranking) t.equal(new Set(place.map((id) => Number(id.at(-1)) % 2)).size, 1)
  t.ok(result.questions[0]!.ranking.length <= 2)

  const alone = { ...context, pools: context.pools.map((pool) => ({ ...pool, sums: tally.sums[0]! })) }
  if (context.pools[0]!.sums.flat().includes(undefined)) {
    refuses(t, 'input.malformed', () => { checkDecryption(context, decryptTally(alone, 0, election.trustees[0]!.shares), election.verification[0]!) })
  }
  t.equal(pointToHex(tally.sums[0]![0]![0]!.alpha).length, 64)
})

t.test('a definition draws fewer than there are, where each option is asked about by itself', async (t) => {
  const refused = (question: object, pattern: RegExp): void => {
    t.throws(() => checkDefinition({ ...election.definition, questions: [question] }), { message: pattern })
  }
  refused({ ...questions[0], draw: 6 }, /draw must be fewer/)
  refused({ ...questions[0], draw: 0 }, /draw/)
  refused({ ...questions[1], blank: true }, /no blank/)
  refused({ ...majorityQuestion('many', 60, 20), draw: 2 }, /1200 election keys, at most are 1000/)
  refused({ id: 'yes', kind: 'yes-no', title: questions[0]!.title, context: null, image: null, blank: false, draw: 1 }, /draw|additional/i)
})
