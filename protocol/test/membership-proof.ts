import fc from 'fast-check'
import t from 'tap'
import { concatBytes } from '../src/bytes.ts'
import { ElementReader } from '../src/element-reader.ts'
import { Equations } from '../src/equations.ts'
import { basePoint, invertScalar, modOrder, multiply, randomScalar } from '../src/group.ts'
import { addMembershipEquations, bitCommitmentsLength, linkCommitmentsLength, membershipProofLength, MembershipProver, readMembershipProof } from '../src/membership-proof.ts'
import { bitBases, blindingBase } from '../src/proof-bases.ts'
import { type BitLayout, bitLayout, type ProvenRules, withPivots } from '../src/slot-bits.ts'
import { tags } from '../src/tagged-hash.ts'
import { Transcript } from '../src/transcript.ts'
import { flippedBit } from './support/arbitraries.ts'
import { ProverOfAnything, type Prover, powersOf, simulatedProver, type Statement } from './support/lying-prover.ts'
import { encryptAnything } from './support/malicious-voter.ts'

const bit = [0n, 1n]
const keys = Array.from({ length: 5 }, () => multiply(basePoint, randomScalar()))
const approval: ProvenRules = { slotValues: [bit, bit, bit], sums: [] }
const exactlyOne: ProvenRules = { slotValues: [bit, bit, bit], sums: [{ weights: [1n, 1n, 1n], allowed: [1n] }] }
const atMostTwo: ProvenRules = { slotValues: [bit, bit, bit, bit], sums: [{ weights: [1n, 1n, 1n, 2n], allowed: [0n, 1n, 2n] }] }

/** Each question with the first of the keys. */
const encrypted = (slots: readonly (readonly bigint[])[]): Statement => encryptAnything(slots.map(({ length }) => keys.slice(0, length)), slots)

interface Challenges { readonly weight: bigint, readonly challenge: bigint }

function weightOver ({ questions }: Statement, bitCommitments: Uint8Array): Transcript {
  return new Transcript(tags.ballotProofs)
    .absorb('statement', concatBytes(...questions.flatMap(({ alpha, betas }) => [alpha, ...betas]).concat(keys).map((point) => point.toBytes())))
    .absorb('bits', bitCommitments)
}

function prove (statement: Statement, prover: Prover): Uint8Array {
  const transcript = weightOver(statement, prover.bitCommitments)
  const links = prover.commitLinks(statement.keys, transcript.challenge('challenge'))
  return concatBytes(prover.bitCommitments, links, prover.respond(transcript.absorb('links', links).challenge('challenge')))
}

function challengesOver (layout: BitLayout, statement: Statement, proof: Uint8Array): Challenges {
  const transcript = weightOver(statement, proof.subarray(0, bitCommitmentsLength))
  const weight = transcript.challenge('challenge')
  const links = proof.subarray(bitCommitmentsLength, bitCommitmentsLength + linkCommitmentsLength(layout))
  return { weight, challenge: transcript.absorb('links', links).challenge('challenge') }
}

/** With the challenges of the transcript, or with others that a cheater would have wished for. */
function holds (layout: BitLayout, statement: Statement, proof: Uint8Array, wished?: Challenges): boolean {
  try {
    const reader = new ElementReader(proof)
    const read = readMembershipProof(reader, layout)
    reader.finish()
    const { weight, challenge } = wished ?? challengesOver(layout, statement, proof)
    const equations = new Equations()
    addMembershipEquations(equations, layout, statement.questions, statement.keys, read, weight, challenge)
    return equations.hold()
  } catch {
    return false
  }
}

/** The bits that a lying prover would like to have committed to: anything, with pivots that follow. */
const numbers = (layout: BitLayout, ...free: bigint[]): bigint[] => withPivots(layout, 1n, free.map(modOrder))

t.test('allowed slots are proven, for any rules and several questions', async () => {
  const anyRules = fc.array(fc.integer({ min: 0, max: 5 }), { minLength: 1, maxLength: 3 }).chain((mosts) => fc.record({
    values: fc.tuple(...mosts.map((most) => fc.integer({ min: 0, max: most }).map(BigInt))),
    mosts: fc.constant(mosts),
    spread: fc.integer({ min: 0, max: 3 }),
    bounded: fc.boolean(),
  })).map(({ values, mosts, spread, bounded }) => {
    const weights = values.map((_, slot) => BigInt(slot + 1))
    const sum = values.reduce((whole, value, slot) => whole + value * weights[slot]!, 0n)
    const rules: ProvenRules = {
      slotValues: mosts.map((most) => Array.from({ length: most + 1 }, (_, i) => BigInt(i))),
      sums: bounded ? [{ weights, allowed: Array.from({ length: spread + 1 }, (_, i) => sum + BigInt(i)) }] : [],
    }
    return { values, rules }
  })
  fc.assert(fc.property(fc.array(anyRules, { minLength: 1, maxLength: 3 }), (questions) => {
    const layout = bitLayout(questions.map(({ rules }) => rules))
    const slots = questions.map(({ values }) => values)
    const statement = encrypted(slots)
    const proof = prove(statement, new MembershipProver(layout, slots, statement.randomness))
    return proof.length === membershipProofLength(layout) && holds(layout, statement, proof)
  }), { numRuns: 15 })
})

t.test('the prover does not start for slots that are not allowed', async (t) => {
  for (const slots of [[2n, 0n, 0n], [-1n, 1n, 1n], [1n, 1n, 0n], [0n, 0n, 0n]]) {
    t.throws(() => new MembershipProver(bitLayout([exactlyOne]), [slots], [5n]), { message: /not an allowed one/ })
  }
})

t.test('a proof by honest steps from false bits does not hold', async (t) => {
  const attempts: [name: string, ProvenRules, slots: bigint[], (layout: BitLayout) => bigint[]][] = [
    ['a bit of 2, as encrypted', approval, [2n, 0n, 1n], (layout) => numbers(layout, 2n, 0n, 1n)],
    ['a bit of -1, as encrypted', approval, [-1n, 1n, 1n], (layout) => numbers(layout, -1n, 1n, 1n)],
    ['2 encrypted, 1 said', approval, [2n, 0n, 1n], (layout) => numbers(layout, 1n, 0n, 1n)],
    ['two bits that even out', approval, [2n, -1n, 0n], (layout) => numbers(layout, 1n, 0n, 0n)],
    ['one chosen besides the only one: its bit follows and is -1', exactlyOne, [1n, 1n, 0n], (layout) => numbers(layout, 1n, 1n)],
    ['nothing chosen where one must be', exactlyOne, [0n, 0n, 0n], (layout) => numbers(layout, 0n, 0n)],
    ['three where two are the most', atMostTwo, [1n, 1n, 1n, 0n], (layout) => numbers(layout, 1n, 1n, 1n, 0n, 0n)],
    ['blank and an option', atMostTwo, [1n, 0n, 0n, 1n], (layout) => numbers(layout, 1n, 0n, 0n, 1n, 1n)],
  ]
  for (const [name, rules, slots, bitsOf] of attempts) {
    const layout = bitLayout([rules])
    const statement = encrypted([slots])
    t.notOk(holds(layout, statement, prove(statement, new ProverOfAnything(layout, bitsOf(layout), statement.randomness))), name)
  }
  const layout = bitLayout([atMostTwo])
  const statement = encrypted([[1n, 0n, 1n, 0n]])
  t.ok(holds(layout, statement, prove(statement, new ProverOfAnything(layout, layout.bitsOf([[1n, 0n, 1n, 0n]]), statement.randomness))), 'the same prover with true bits')
})

t.test('masks that break a constraint do not hold, though every bit is one and the sum is right', async (t) => {
  const layout = bitLayout([exactlyOne])
  const statement = encrypted([[0n, 1n, 0n]])
  const masks = Array.from({ length: layout.bitCount }, randomScalar)
  t.notOk(holds(layout, statement, prove(statement, new ProverOfAnything(layout, [0n, 1n, 0n], statement.randomness, masks))))
})

t.test('who knew the weight could encrypt what evens out in it, who knew the challenge anything: both are drawn too late for that', async (t) => {
  const layout = bitLayout([approval, approval])
  const wished = { weight: randomScalar(), challenge: randomScalar() }
  const powers = powersOf(layout, wished.weight).flat()
  // a million votes for the first slot, and something that cancels them in the weighted sum against the last
  const millions = [1_000_000n, 0n, 0n, 0n, 0n, modOrder(-1_000_000n * powers[0]!) * invertScalar(powers[5]!)].map(modOrder)
  const statement = encrypted([millions.slice(0, 3), millions.slice(3)])
  const prover = new ProverOfAnything(layout, numbers(layout, 0n, 0n, 0n, 0n, 0n, 0n), statement.randomness)
  const links = prover.commitLinks(statement.keys, wished.weight)
  const proof = concatBytes(prover.bitCommitments, links, prover.respond(wished.challenge))
  t.ok(holds(layout, statement, proof, wished), 'with the weight it was made for')
  t.notOk(holds(layout, statement, proof, { ...wished, weight: randomScalar() }), 'with another weight')
  t.notOk(holds(layout, statement, proof), 'with that of the transcript')
  t.notOk(holds(layout, statement, prove(statement, prover)), 'going through all steps')

  const simulated = simulatedProver(layout, statement, wished.weight, wished.challenge)
  const simulation = concatBytes(simulated.bitCommitments, simulated.commitLinks(statement.keys, 0n), simulated.respond(0n))
  t.ok(holds(layout, statement, simulation, wished), 'the simulator of SPEC.md, whatever is encrypted')
  t.notOk(holds(layout, statement, simulation, { ...wished, challenge: randomScalar() }), 'with another challenge')
  t.notOk(holds(layout, statement, simulation), 'with that of the transcript')
})

t.test('bits chosen after the weight do not hold', async (t) => {
  // The weight is taken from a transcript without them, then bits and masks are committed to.
  const layout = bitLayout([approval])
  const statement = encrypted([[1n, 0n, 1n]])
  const weight = weightOver(statement, new Uint8Array(bitCommitmentsLength)).challenge('challenge')
  const prover = new MembershipProver(layout, [[1n, 0n, 1n]], statement.randomness)
  const links = prover.commitLinks(statement.keys, weight)
  const transcript = weightOver(statement, prover.bitCommitments)
  transcript.challenge('challenge')
  const challenge = transcript.absorb('links', links).challenge('challenge')
  const proof = concatBytes(prover.bitCommitments, links, prover.respond(challenge))
  t.ok(holds(layout, statement, proof, { weight, challenge }))
  t.notOk(holds(layout, statement, proof))
})

t.test('one flipped bit is refused', async () => {
  const layout = bitLayout([atMostTwo])
  const statement = encrypted([[1n, 0n, 0n, 0n]])
  const proof = prove(statement, new MembershipProver(layout, [[1n, 0n, 0n, 0n]], statement.randomness))
  fc.assert(fc.property(flippedBit(proof.length), (flip) => !holds(layout, statement, flip(proof))), { numRuns: 60 })
})

t.test('a proof does not hold for other rules, other ciphertexts or another order', async (t) => {
  const slots = [1n, 0n, 0n]
  const layout = bitLayout([approval])
  const statement = encrypted([slots])
  const proof = prove(statement, new MembershipProver(layout, [slots], statement.randomness))
  t.ok(holds(layout, statement, proof))
  const [question] = statement.questions as [Statement['questions'][number]]
  const others: ProvenRules[] = [
    { slotValues: [[0n, 2n], bit, bit], sums: [] },
    { slotValues: [[1n, 2n], bit, bit], sums: [] },
    { slotValues: [bit, bit, [0n]], sums: [] },
    exactlyOne,
    { ...exactlyOne, sums: [{ weights: [2n, 1n, 1n], allowed: [2n] }] },
  ]
  for (const rules of others) t.notOk(holds(bitLayout([rules]), statement, proof))
  t.notOk(holds(layout, { ...statement, questions: [{ ...question, betas: question.betas.toReversed() }] }, proof), 'betas in another order')
  t.notOk(holds(layout, { ...statement, questions: [{ ...question, alpha: question.alpha.add(basePoint) }] }, proof), 'another alpha')
  t.notOk(holds(layout, encrypted([slots]), proof), 'the same encrypted again')
  const one = bitLayout([exactlyOne])
  const proofOfOne = prove(statement, new MembershipProver(one, [slots], statement.randomness))
  t.ok(holds(one, statement, proofOfOne))
  t.notOk(holds(bitLayout([{ ...exactlyOne, sums: [{ weights: [1n, 2n, 1n], allowed: [1n] }] }]), statement, proofOfOne), 'made for other weights')
  t.notOk(holds(bitLayout([{ ...exactlyOne, sums: [{ weights: [1n, 1n, 1n], allowed: [2n] }] }]), statement, proofOfOne), 'made for another sum')
})

t.test('two questions with the same slots keep their randomness and their weights apart', async (t) => {
  const layout = bitLayout([approval, approval])
  const slots = [[1n, 0n, 0n], [1n, 0n, 0n]]
  const statement = encrypted(slots)
  const [one, two] = statement.questions as [Statement['questions'][number], Statement['questions'][number]]
  const proof = prove(statement, new MembershipProver(layout, slots, statement.randomness))
  const challenges = challengesOver(layout, statement, proof)
  t.ok(holds(layout, statement, proof, challenges))
  t.notOk(holds(layout, { ...statement, questions: [two, one] }, proof, challenges), 'exchanged, with the very same challenges')
  // one more in the first, one less in the second: an unweighted sum over the questions would be the same
  const shifted = [{ ...one, betas: [one.betas[0]!.add(basePoint), ...one.betas.slice(1)] }, { ...two, betas: [two.betas[0]!.subtract(basePoint), ...two.betas.slice(1)] }]
  t.notOk(holds(layout, { ...statement, questions: shifted }, proof, challenges), 'shifted against each other')
})

t.test('slots that can hold one value only are proven without any bit', async (t) => {
  const layout = bitLayout([{ slotValues: [[0n], [3n]], sums: [] }])
  t.equal(layout.bitCount, 0)
  const statement = encrypted([[0n, 3n]])
  const proof = prove(statement, new MembershipProver(layout, [[0n, 3n]], statement.randomness))
  t.equal(proof.length, 32 * 6)
  t.ok(holds(layout, statement, proof))
  const other = encrypted([[0n, 2n]])
  t.notOk(holds(layout, other, prove(other, new ProverOfAnything(layout, [], other.randomness))))
})

t.test('bases all differ, and are the same however many were asked for before', async (t) => {
  const bases = [basePoint, blindingBase(), ...bitBases(40).flatMap(({ bit: first, product }) => [first, product])].map((point) => point.toBytes().join())
  t.equal(new Set(bases).size, bases.length)
  t.equal(bitBases(3).length, 3)
  t.equal(bitBases(3)[2], bitBases(40)[2])
})
