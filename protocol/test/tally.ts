import fc from 'fast-check'
import t from 'tap'
import { decodeCiphertexts } from '../src/ballot-encoding.ts'
import { fromHex, toHex } from '../src/bytes.ts'
import { slotRules } from '../src/definition.ts'
import { fillBallot } from './support/raw-ballot.ts'
import { pointToHex, sumPoints } from '../src/group.ts'
import { merkleRoot } from '../src/merkle-tree.ts'
import { generateKeyPair } from '../src/schnorr.ts'
import { addToTally, boxRoot, emptyTally, type Tally, tallyFromJson, tallyToJson } from '../src/tally.ts'
import { taggedHash, tags } from '../src/tagged-hash.ts'
import { sampleElection } from './support/sample-election.ts'
import { sampleQuestion } from './support/sample-definition.ts'

const election = sampleElection({ changes: { questions: [sampleQuestion('a', 2, { min: 0, max: 2, blank: false }), sampleQuestion('b', 1, { min: 0, max: 1, blank: false })] } })
const rules = slotRules(election.definition)
const ballots = Array.from({ length: 7 }, (_, i) => {
  const { publicKey } = generateKeyPair()
  const filled = fillBallot(election.context, election.definition.questions, [{ choose: i % 2 === 0 ? ['option-1'] : [] }, { choose: ['option-1'] }], publicKey)
  return { credentialKey: pointToHex(publicKey), bytes: filled.body, tracker: filled.tracker }
}).sort((a, b) => a.credentialKey < b.credentialKey ? -1 : 1)

const asText = (tally: Tally): string => JSON.stringify(tallyToJson(tally))
const whole = addToTally(emptyTally(rules, 1), rules, ballots)

t.test('the sums are the sums of all ciphertexts and the root is over (key, tracker) in the order of the keys', async (t) => {
  const decoded = ballots.map(({ bytes }) => decodeCiphertexts(bytes, rules).questions)
  t.same(whole.sums[0]!.map((groups) => groups.map(({ ballots }) => ballots)), [[7], [7]])
  whole.sums[0]!.forEach((groups, q) => {
    const { alpha, betas } = groups[0]!
    t.ok(alpha.equals(sumPoints(decoded.map((questions) => questions[q]!.alpha.toPoint()))))
    betas.forEach((beta, slot) => t.ok(beta.equals(sumPoints(decoded.map((questions) => questions[q]!.betas[slot]!.toPoint())))))
  })
  const leaves = ballots.map(({ credentialKey, tracker }) => taggedHash(tags.boxLeaf, fromHex(credentialKey, 32), fromHex(tracker, 32)))
  t.equal(boxRoot(whole), toHex(merkleRoot(tags.boxNode, leaves)))
  t.same(whole.ballotsPerClass, [7])
})

t.test('where pages end changes nothing, nor does writing the count down in between', async () => {
  fc.assert(fc.property(fc.array(fc.integer({ min: 0, max: 3 }), { maxLength: 7 }), (pages) => {
    let tally = emptyTally(rules, 1)
    let from = 0
    for (const page of [...pages, ballots.length]) {
      tally = tallyFromJson(tallyToJson(addToTally(tally, rules, ballots.slice(from, from + page))))
      from += page
    }
    return asText(tally) === asText(whole)
  }), { numRuns: 25 })
})

t.test('another order keeps the sums and changes the root', async (t) => {
  const reversed = addToTally(emptyTally(rules, 1), rules, ballots.toReversed())
  t.same(tallyToJson(reversed).sums, tallyToJson(whole).sums)
  t.not(boxRoot(reversed), boxRoot(whole))
})

t.test('a ballot dropped, doubled, exchanged or under another key changes the root', async (t) => {
  const [first, second] = ballots as [typeof ballots[number], typeof ballots[number]]
  const rest = ballots.slice(2)
  const boxes = [[second, ...rest], [first, first, second, ...rest], [{ ...first, bytes: second.bytes }, second, ...rest], [{ ...first, credentialKey: second.credentialKey }, second, ...rest]]
  const roots = boxes.map((box) => boxRoot(addToTally(emptyTally(rules, 1), rules, box)))
  t.equal(new Set([boxRoot(whole), ...roots]).size, 5)
})

t.test('the tally it starts from is left as it was', async (t) => {
  const before = asText(whole)
  addToTally(whole, rules, ballots)
  t.equal(asText(whole), before)
})

t.test('classes are summed apart', async (t) => {
  const [first, ...rest] = ballots as [typeof ballots[number], ...typeof ballots]
  const ofClass1 = Uint8Array.from(first.bytes)
  ofClass1[33] = 1
  const tally = addToTally(emptyTally(rules, 2), rules, [{ ...first, bytes: ofClass1 }, ...rest])
  t.same(tally.ballotsPerClass, [6, 1])
  t.ok(tally.sums[1]![0]![0]!.alpha.equals(decodeCiphertexts(first.bytes, rules).questions[0]!.alpha.toPoint()))
})

t.test('an empty box has identities for sums and the empty tree for root', async (t) => {
  const empty = tallyFromJson(tallyToJson(emptyTally(rules, 1)))
  t.ok(empty.sums[0]!.flat().every(({ ballots, alpha, betas }) => ballots === 0 && alpha.is0() && betas.every((beta) => beta.is0())))
  t.equal(boxRoot(empty), toHex(taggedHash(tags.emptyTree)))
})
