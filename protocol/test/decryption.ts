import fc from 'fast-check'
import t from 'tap'
import { checkDecryption, combineDecryptions, decryptionContext, type DecryptionMessage, decryptTally, parseDecryptionMessage, smallLogarithms } from '../src/decryption.ts'
import { slotRules } from '../src/definition.ts'
import { fillBallot } from './support/raw-ballot.ts'
import { basePoint, decodeScalar, encodeScalar, groupOrder, identity, modOrder, multiply, pointFromHex, pointToHex, randomScalar } from '../src/group.ts'
import { fromHex, toHex } from '../src/bytes.ts'
import { isWithheld } from '../src/pools.ts'
import { computeResult } from '../src/result.ts'
import { generateKeyPair } from '../src/schnorr.ts'
import { addToTally, emptyTally } from '../src/tally.ts'
import { refuses } from './support/refuses.ts'
import { sampleElection } from './support/sample-election.ts'
import { sampleQuestion } from './support/sample-definition.ts'

const questions = [sampleQuestion('a', 2, { min: 0, max: 2, blank: true }), sampleQuestion('b', 1, { min: 0, max: 1, blank: false })]
const election = sampleElection({ trustees: 4, voters: 6, changes: { questions } })
const rules = slotRules(election.definition)
const ballots = Array.from({ length: 6 }, (_, i) => {
  const { publicKey } = generateKeyPair()
  const answers = [i < 2 ? 'blank' as const : { choose: i < 5 ? ['option-2'] : ['option-1', 'option-2'] }, { choose: i < 1 ? ['option-1'] : [] }]
  return { credentialKey: pointToHex(publicKey), bytes: fillBallot(election.context, questions, answers, publicKey).body }
}).sort((a, b) => a.credentialKey < b.credentialKey ? -1 : 1)
const tally = addToTally(emptyTally(rules, 1), rules, ballots)
const context = decryptionContext(election.definition, tally)
const expected = [[[1, 4, 2], [1]]]
const messages = election.trustees.map(({ shares }, trustee) => decryptTally(context, trustee, shares))
const check = (message: DecryptionMessage, verifiedAs = message.trustee): void => { checkDecryption(context, message, election.verification[verifiedAs]!) }

t.test('honest partial decryptions pass and are read in their exact form', async (t) => {
  for (const message of messages) {
    check(message)
    t.same(parseDecryptionMessage(message), message)
  }
  for (const wrong of [null, {}, { ...messages[0], trustee: 64 }, { ...messages[0], more: 1 }, { ...messages[0], boxRoot: 'ab' }, { ...messages[0], pools: [{ classes: [0], factors: [[{ factor: 'ab', proof: '' }]] }] },
    { ...messages[0], pools: [{ classes: [], factors: [] }] }, { ...messages[0], pools: [{ classes: [16], factors: [] }] }]) {
    refuses(t, 'input.malformed', () => parseDecryptionMessage(wrong))
  }
})

t.test('every subset of t trustees gives the same result', async (t) => {
  t.equal(election.definition.threshold, 3)
  for (const trustees of [[0, 1, 2], [0, 1, 3], [0, 2, 3], [1, 2, 3]]) {
    t.same(combineDecryptions(context, trustees.map((trustee) => messages[trustee]!)), expected.map((pool) => pool.map((totals) => [totals])))
  }
})

t.test('fewer than t give nothing, and one trustee twice is not two', async (t) => {
  refuses(t, 'decryption.proof', () => combineDecryptions(context, messages.slice(0, 2)), /out of range/)
  refuses(t, 'decryption.proof', () => combineDecryptions(context, [messages[0]!, messages[1]!, messages[1]!]), /out of range/)
})

t.test('the result takes the first t trustees and names options', async (t) => {
  t.same(computeResult(election.definition, tally, messages), {
    boxRoot: context.boxRoot,
    ballots: 6,
    roll: 6,
    classes: [{ id: 'all', ballots: 6, roll: 6 }],
    pools: [{
      classes: ['all'],
      weight: 1,
      ballots: 6,
      withheld: false,
      questions: [{ id: 'a', counts: { 'option-1': 1, 'option-2': 4 }, blank: 2 }, { id: 'b', counts: { 'option-1': 1 }, blank: null }],
    }],
    trustees: [0, 1, 2],
    withheld: false,
    questions: [
      { id: 'a', counts: { 'option-1': 1, 'option-2': 4 }, blank: 2, ranking: [['option-2'], ['option-1']], winners: ['option-2'] },
      { id: 'b', counts: { 'option-1': 1 }, blank: null, ranking: [['option-1']], winners: ['option-1'] },
    ],
  })
  t.throws(() => computeResult(election.definition, tally, messages.slice(0, 2)), { message: /too few/ })
})

t.test('a quorum is a share of the roll, rounded up', async (t) => {
  const quorum = (numerator: number, denominator: number, size: number): unknown => computeResult({
    ...election.definition, roll: { ...election.definition.roll, size }, questions: [{ ...questions[0]!, quorum: { numerator, denominator } }, questions[1]!],
  }, tally, messages).questions.map((question) => question.quorum)
  t.strictSame(quorum(1, 2, 12), [{ needed: 6, reached: true }, undefined])
  t.strictSame(quorum(1, 2, 13), [{ needed: 7, reached: false }, undefined])
  t.strictSame(quorum(1, 1, 6), [{ needed: 6, reached: true }, undefined])
})

t.test('below the fewest ballots nothing is decrypted', async (t) => {
  const strict = { ...election.definition, minBallots: 7 }
  t.ok(isWithheld(strict, tally))
  t.notOk(isWithheld({ ...strict, minBallots: 6 }, tally))
  t.same(computeResult(strict, tally, []), {
    boxRoot: context.boxRoot,
    ballots: 6,
    roll: 6,
    classes: [{ id: 'all', ballots: 6, roll: 6 }],
    pools: [{ classes: ['all'], weight: 1, ballots: 6, withheld: true, questions: [] }],
    trustees: [],
    withheld: true,
    questions: [],
  })
})

/** The message with one slot's part changed. */
function changed (message: DecryptionMessage, part: { factor?: string, proof?: string }, question = 0, slot = 0): DecryptionMessage {
  const pools = structuredClone(message.pools)
  Object.assign(pools[0]!.factors[question]![slot]!, part)
  return { ...message, pools }
}

t.test('cheating: a factor that is wrong, of another trustee, of another slot or of another question', async (t) => {
  const [mine, theirs] = messages as [DecryptionMessage, DecryptionMessage]
  const part = (message: DecryptionMessage, question: number, slot: number): { factor: string, proof: string } => message.pools[0]!.factors[question]![slot]!
  refuses(t, 'decryption.proof', () => { check(changed(mine, { factor: pointToHex(pointFromHex(part(mine, 0, 0).factor).add(basePoint)) })) })
  refuses(t, 'decryption.proof', () => { check(changed(mine, { factor: part(theirs, 0, 0).factor })) })
  refuses(t, 'decryption.proof', () => { check(changed(mine, part(theirs, 0, 0))) })
  refuses(t, 'decryption.proof', () => { check(changed(mine, part(mine, 0, 1))) })
  refuses(t, 'decryption.proof', () => { check(changed(mine, part(mine, 1, 0))) })
  refuses(t, 'decryption.proof', () => { check(changed(mine, { proof: part(mine, 0, 1).proof })) })
})

t.test('cheating: another trustee\'s message under one\'s own number', async (t) => {
  refuses(t, 'decryption.proof', () => { check({ ...messages[1]!, trustee: 0 }) })
  refuses(t, 'decryption.proof', () => { check({ ...messages[1]!, trustee: 0 }, 1) })
})

t.test('cheating: shares that are not those of the ceremony', async (t) => {
  refuses(t, 'decryption.proof', () => { check(decryptTally(context, 0, election.keys.map(randomScalar))) })
  const shares = election.trustees[0]!.shares
  refuses(t, 'decryption.proof', () => { check(decryptTally(context, 0, shares.toReversed())) })
  refuses(t, 'decryption.proof', () => { check(decryptTally(context, 0, [modOrder(shares[0]! + 1n), ...shares.slice(1)])) })
})

t.test('cheating: a decryption of another box or election', async (t) => {
  const fewer = addToTally(emptyTally(rules, 1), rules, ballots.slice(1))
  const shares = election.trustees[0]!.shares
  const contextOfFewer = decryptionContext(election.definition, fewer)
  const ofFewer = decryptTally(contextOfFewer, 0, shares)
  refuses(t, 'decryption.root', () => { check(ofFewer) })
  refuses(t, 'decryption.proof', () => { check({ ...ofFewer, boxRoot: context.boxRoot }) })
  refuses(t, 'decryption.proof', () => { check(decryptTally({ ...contextOfFewer, boxRoot: context.boxRoot }, 0, shares)) })
  refuses(t, 'decryption.proof', () => { check({ ...decryptTally({ ...context, boxRoot: 'ab'.repeat(32) }, 0, shares), boxRoot: context.boxRoot }) })
  refuses(t, 'decryption.proof', () => { check(decryptTally({ ...context, electionId: new Uint8Array(32) }, 0, shares)) })
})

t.test('cheating: factors left out, added or in other encodings', async (t) => {
  const [message] = messages as [DecryptionMessage]
  type Factors = DecryptionMessage['pools'][number]['factors']
  const [first, second] = message.pools[0]!.factors as [Factors[number], Factors[number]]
  for (const factors of [[], [first], [first, []], [first.slice(1), second], [first, [...second, ...second]], [first, second, second]]) {
    refuses(t, 'input.malformed', () => { check({ ...message, pools: [{ classes: [0], factors }] }) })
  }
  for (const pools of [[], [...message.pools, ...message.pools], [{ classes: [1], factors: [first, second] }], [{ classes: [0, 1], factors: [first, second] }]]) {
    refuses(t, 'decryption.pools', () => { check({ ...message, pools }) })
  }
  const { proof } = first[0]!
  const response = decodeScalar(fromHex(proof.slice(128), 32))
  for (const part of [{ factor: pointToHex(identity) }, { factor: 'ff'.repeat(32) }, { proof: 'ff'.repeat(96) }, { proof: '00'.repeat(32) + proof.slice(64) },
    { proof: proof.slice(0, 128) + toHex(encodeScalar(response + groupOrder)) }, { proof: proof.slice(2) }]) {
    refuses(t, 'decryption.proof', () => { check(changed(message, part)) })
  }
})

t.test('small logarithms are found up to the most, and not beyond', async (t) => {
  fc.assert(fc.property(fc.integer({ min: 0, max: 3000 }), fc.integer({ min: 0, max: 3000 }), (value, most) => {
    const find = smallLogarithms(most)
    try {
      return find(multiply(basePoint, BigInt(value))) === value && value <= most
    } catch {
      return value > most
    }
  }), { numRuns: 25 })
  t.equal(smallLogarithms(0)(identity), 0)
  refuses(t, 'decryption.proof', () => smallLogarithms(100)(multiply(basePoint, -1n + groupOrder)))
})
