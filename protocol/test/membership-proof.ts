import fc from 'fast-check'
import t from 'tap'
import { concatBytes } from '../src/bytes.ts'
import { ElementReader } from '../src/element-reader.ts'
import { Equations } from '../src/equations.ts'
import { basePoint, groupOrder, modOrder, multiply, type Point, randomScalar, sumPoints } from '../src/group.ts'
import { addMembershipEquations, type Combination, commitmentsLength, membershipProofLength, MembershipProver, readMembershipProof } from '../src/membership-proof.ts'
import { tags } from '../src/tagged-hash.ts'
import { Transcript } from '../src/transcript.ts'
import { flippedBit } from './support/arbitraries.ts'

interface Statement { readonly alpha: Point, readonly betas: readonly Point[], readonly keys: readonly Point[] }

const challengeOver = ({ alpha, betas, keys }: Statement, commitments: Uint8Array): bigint => new Transcript(tags.ballotProofs)
  .absorb('statement', concatBytes(...[alpha, ...betas, ...keys].map((point) => point.toBytes())))
  .absorb('commitments', commitments).challenge('challenge')

function holds (statement: Statement, combination: Combination, proof: Uint8Array): boolean {
  try {
    const reader = new ElementReader(proof)
    const read = readMembershipProof(reader, combination.allowed.length)
    reader.finish()
    const equations = new Equations()
    const challenge = challengeOver(statement, proof.subarray(0, commitmentsLength(combination.allowed.length)))
    addMembershipEquations(equations, statement.alpha, statement.betas, statement.keys, combination, read, challenge)
    return equations.hold()
  } catch {
    return false
  }
}

function encrypt (values: readonly bigint[], randomness: bigint): Statement {
  const keys = values.map(() => multiply(basePoint, randomScalar()))
  return { alpha: multiply(basePoint, randomness), betas: values.map((value, i) => multiply(keys[i]!, randomness).add(multiply(basePoint, modOrder(value)))), keys }
}

function prove (statement: Statement, { weights, allowed }: Combination, value: bigint, randomness: bigint): Uint8Array {
  const prover = new MembershipProver(sumPoints(weights.map((weight, i) => multiply(statement.keys[i]!, weight))), allowed, value, randomness)
  return concatBytes(prover.commitments, prover.respond(challengeOver(statement, prover.commitments)))
}

const single = (allowed: readonly bigint[]): Combination => ({ weights: [1n], allowed })

t.test('every allowed value is proven, for any set of values', async () => {
  fc.assert(fc.property(fc.uniqueArray(fc.bigInt({ min: 0n, max: 200n }), { minLength: 1, maxLength: 6 }), fc.nat(), (allowed, pick) => {
    const value = allowed[pick % allowed.length]!
    const randomness = randomScalar()
    const statement = encrypt([value], randomness)
    const proof = prove(statement, single(allowed), value, randomness)
    return proof.length === membershipProofLength(allowed.length) && holds(statement, single(allowed), proof)
  }), { numRuns: 25 })
})

t.test('weighted sums of slots are proven', async () => {
  fc.assert(fc.property(fc.array(fc.bigInt({ min: 0n, max: 1n }), { minLength: 1, maxLength: 5 }), (values) => {
    const weights = values.map((_, i) => BigInt(i + 1))
    const value = values.reduce((sum, slot, i) => sum + slot * weights[i]!, 0n)
    const randomness = randomScalar()
    const statement = encrypt(values, randomness)
    const combination = { weights, allowed: [value + 1n, value] }
    return holds(statement, combination, prove(statement, combination, value, randomness))
  }), { numRuns: 15 })
})

t.test('the prover does not start for a value that is not allowed', async (t) => {
  t.throws(() => new MembershipProver(basePoint, [0n, 1n], 2n, 5n), { message: /not an allowed one/ })
})

t.test('a proof made for a false value does not hold', async (t) => {
  const randomness = randomScalar()
  for (const value of [2n, groupOrder - 1n, 5n]) {
    const statement = encrypt([value], randomness)
    for (const claimed of [0n, 1n]) t.notOk(holds(statement, single([0n, 1n]), prove(statement, single([0n, 1n]), claimed, randomness)))
  }
})

t.test('one flipped bit is refused', async () => {
  const randomness = randomScalar()
  const statement = encrypt([1n], randomness)
  const proof = prove(statement, single([0n, 1n]), 1n, randomness)
  fc.assert(fc.property(flippedBit(proof.length), (flip) => !holds(statement, single([0n, 1n]), flip(proof))), { numRuns: 50 })
})

t.test('a proof for other allowed values, another slot or another ciphertext does not hold', async (t) => {
  const randomness = randomScalar()
  const statement = encrypt([1n, 1n], randomness)
  const first = { weights: [1n, 0n], allowed: [0n, 1n] }
  const proof = prove(statement, first, 1n, randomness)
  t.ok(holds(statement, first, proof))
  t.notOk(holds(statement, { ...first, allowed: [1n, 0n] }, proof))
  t.notOk(holds(statement, { ...first, allowed: [0n, 2n] }, proof))
  t.notOk(holds(statement, { ...first, weights: [0n, 1n] }, proof))
  t.notOk(holds({ ...statement, betas: statement.betas.toReversed() }, first, proof))
})

t.test('challenges that do not add up do not hold', async (t) => {
  // With free challenges every branch could be simulated: the last one is therefore computed, never read.
  const randomness = randomScalar()
  const statement = encrypt([2n], randomness)
  const [alpha, beta, key] = [statement.alpha, statement.betas[0]!, statement.keys[0]!]
  const challenges = [randomScalar(), randomScalar()]
  const responses = [randomScalar(), randomScalar()]
  const branches = [0n, 1n].flatMap((value, i) => [
    multiply(basePoint, responses[i]!).subtract(multiply(alpha, challenges[i]!)),
    multiply(key, responses[i]!).subtract(multiply(beta.subtract(multiply(basePoint, value)), challenges[i]!)),
  ])
  const scalarBytes = (value: bigint): Uint8Array => Uint8Array.from({ length: 32 }, (_, i) => Number((value >> BigInt(8 * i)) & 255n))
  const proof = concatBytes(...branches.map((point) => point.toBytes()), scalarBytes(challenges[0]!), ...responses.map(scalarBytes))
  t.equal(proof.length, membershipProofLength(2))
  t.notOk(holds(statement, single([0n, 1n]), proof))
})
