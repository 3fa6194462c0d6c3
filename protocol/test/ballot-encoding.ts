import fc from 'fast-check'
import t from 'tap'
import { ballotLength, ballotTracker, bodyLength, decodeBallot, decodeCiphertexts, peekBallot, trackerOf } from '../src/ballot-encoding.ts'
import { concatBytes, toHex } from '../src/bytes.ts'
import { checkBallots } from '../src/check-ballots.ts'
import { slotRules } from '../src/definition.ts'
import { fillBallot, sealBallot } from './support/raw-ballot.ts'
import { basePoint, multiply } from '../src/group.ts'
import { generateKeyPair } from '../src/schnorr.ts'
import { bytes } from './support/arbitraries.ts'
import { ballotLayout } from './support/ballot-layout.ts'
import { refuses } from './support/refuses.ts'
import { castableBallot, sampleElection } from './support/sample-election.ts'
import { sampleQuestion } from './support/sample-definition.ts'

const election = sampleElection({ changes: { questions: [sampleQuestion('a', 2, { min: 1, max: 1, blank: true }), sampleQuestion('b', 2, { min: 0, max: 2, blank: false })] } })
const rules = slotRules(election.definition)
const ballot = await castableBallot(election, [{ choose: ['option-2'] }, { choose: ['option-1'] }])

t.test('lengths follow from the questions', async (t) => {
  // a: 3 slots, of which one follows from the others; b: 2 slots. Five points of proof, f of four bits, z, s of two questions
  t.equal(bodyLength(rules), 66 + (4 + 3) * 32 + (5 + 4 + 1 + 2) * 32)
  t.equal(ballotLength(rules, 2), bodyLength(rules) + 2 * 256 + 64)
  t.equal(ballot.bytes.length, ballotLength(rules, 2))
  t.match(ballotLayout(rules, 2), { bodyLength: bodyLength(rules), length: ballotLength(rules, 2) })
})

t.test('a ballot reads as it was written', async (t) => {
  const decoded = decodeBallot(ballot.bytes, rules, 2)
  t.equal(toHex(decoded.electionId), election.id)
  t.equal(decoded.classIndex, 0)
  t.equal(toHex(decoded.credentialKeyBytes), ballot.credentialKey)
  t.same(decoded.body, ballot.bytes.subarray(0, bodyLength(rules)))
  t.same(decoded.questions.map(({ betas }) => betas.length), [3, 2])
  t.match(decoded.proof, { alphaMasks: { length: 2 }, bitAnswers: { length: 4 }, randomnessAnswers: { length: 2 } })
  t.same(peekBallot(ballot.bytes), { electionId: election.id, classIndex: 0, credentialKey: ballot.credentialKey })
  const ciphertexts = decodeCiphertexts(ballot.bytes, rules)
  t.equal(ciphertexts.classIndex, 0)
  t.ok(ciphertexts.questions.every(({ alpha, betas }, q) => alpha.toPoint().equals(decoded.questions[q]!.alpha.toPoint()) && betas.every((beta, slot) => beta.toPoint().equals(decoded.questions[q]!.betas[slot]!.toPoint()))))
})

t.test('the tracker is the hash of the body and not of the envelope', async (t) => {
  t.equal(ballot.tracker, trackerOf(ballot.bytes.subarray(0, bodyLength(rules))))
  t.equal(ballotTracker(ballot.bytes, rules), ballot.tracker)
  t.equal(ballotTracker(concatBytes(ballot.bytes.subarray(0, -1), Uint8Array.of(0)), rules), ballot.tracker)
  const other = Uint8Array.from(ballot.bytes)
  other[bodyLength(rules) - 1]! ^= 1
  t.not(ballotTracker(other, rules), ballot.tracker)
})

t.test('what is too short to begin a ballot, or of another version, cannot be peeked at', async (t) => {
  refuses(t, 'ballot.malformed', () => peekBallot(ballot.bytes.subarray(0, 65)))
  refuses(t, 'ballot.malformed', () => peekBallot(new Uint8Array(0)))
  refuses(t, 'ballot.malformed', () => peekBallot(concatBytes(Uint8Array.of(2), ballot.bytes.subarray(1))), /version/)
})

t.test('a body opens with its randomness and holds what was chosen', async (t) => {
  const { publicKey } = generateKeyPair()
  const { body, randomness } = fillBallot(election.context, election.definition.questions, [{ choose: ['option-2'] }, { choose: ['option-1', 'option-2'] }], publicKey)
  const expected = [[0n, 1n, 0n], [1n, 1n]]
  decodeCiphertexts(body, rules).questions.forEach(({ alpha, betas }, q) => {
    t.ok(alpha.toPoint().equals(multiply(basePoint, randomness[q]!)))
    betas.forEach((beta, slot) => t.ok(beta.toPoint().equals(multiply(election.keys[slot]!, randomness[q]!).add(multiply(basePoint, expected[q]![slot]!)))))
  })
  t.throws(() => fillBallot(election.context, election.definition.questions, ['blank'], publicKey), { message: /one answer per question/ })
})

t.test('any bytes at all get a verdict', async () => {
  const length = ballot.bytes.length
  const mutated = fc.tuple(fc.nat(length), fc.nat(length), bytes(0, 40)).map(([from, to, middle]) =>
    concatBytes(ballot.bytes.subarray(0, Math.min(from, to)), middle, ballot.bytes.subarray(Math.max(from, to))))
  fc.assert(fc.property(fc.oneof(bytes(0, 100), bytes(length), mutated), (junk) => {
    const [verdict] = checkBallots(election.rules, [junk])
    return verdict!.accepted === (toHex(junk) === toHex(ballot.bytes))
  }), { numRuns: 60 })
})

t.test('every kind of question makes ballots that are accepted', async () => {
  const anyQuestion = fc.record({ options: fc.integer({ min: 1, max: 4 }), a: fc.nat(), b: fc.nat(), blank: fc.boolean(), pick: fc.nat() })
  await fc.assert(fc.asyncProperty(fc.array(anyQuestion, { minLength: 1, maxLength: 2 }), async (drawn) => {
    const questions = drawn.map(({ options, a, b, blank }, i) => sampleQuestion(`q${i}`, options, { min: b % (2 + a % options), max: 1 + a % options, blank }))
    const any = sampleElection({ changes: { questions } })
    const answers = questions.map((question, i) => {
      const count = question.min + drawn[i]!.pick % (question.max - question.min + 1)
      return question.blank && drawn[i]!.pick % 5 === 0 ? 'blank' : { choose: question.options.slice(0, count).map(({ id }) => id) }
    })
    return checkBallots(any.rules, [(await castableBallot(any, answers)).bytes])[0]!.accepted
  }), { numRuns: 8 })
})

t.test('a ballot sealed twice keeps its tracker', async (t) => {
  const keys = generateKeyPair()
  const { body, tracker } = fillBallot(election.context, election.definition.questions, ['blank', { choose: [] }], keys.publicKey)
  const sealed = [sealBallot(body, keys, []), sealBallot(body, keys, [])]
  t.notSame(sealed[0], sealed[1])
  for (const one of sealed) t.equal(ballotTracker(one, rules), tracker)
})
