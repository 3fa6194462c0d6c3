import fc from 'fast-check'
import t from 'tap'
import { concatBytes } from '../src/bytes.ts'
import { addEqualityEquations, equalityProofLength, type EqualityStatement, proveEquality } from '../src/equality-proof.ts'
import { Equations } from '../src/equations.ts'
import { basePoint, encodeScalar, identity, modOrder, multiply, type Point, randomScalar } from '../src/group.ts'
import { tags } from '../src/tagged-hash.ts'
import { Transcript } from '../src/transcript.ts'
import { flippedBit, point, scalar } from './support/arbitraries.ts'

const transcript = (context = 'here'): Transcript => new Transcript(tags.decryptionProof).absorb(context, new Uint8Array(0))

function holds (statement: EqualityStatement, proof: Uint8Array, context?: string): boolean {
  try {
    const equations = new Equations()
    addEqualityEquations(equations, transcript(context), statement, proof)
    return equations.hold()
  } catch {
    return false
  }
}

const secret = scalar.filter((value) => value !== 0n)
const statementFor = (x: bigint, alpha: Point): EqualityStatement<Point> => ({ share: multiply(basePoint, x), alpha, factor: multiply(alpha, x) })

t.test('an honest proof holds, in its context only', async () => {
  fc.assert(fc.property(secret, point, (x, alpha) => {
    const statement = statementFor(x, alpha)
    const proof = proveEquality(transcript(), statement, x)
    return proof.length === equalityProofLength && holds(statement, proof) && !holds(statement, proof, 'elsewhere')
  }), { numRuns: 20 })
})

t.test('one flipped bit is refused', async () => {
  const statement = statementFor(7n, multiply(basePoint, 11n))
  fc.assert(fc.property(flippedBit(equalityProofLength), (flip) => !holds(statement, flip(proveEquality(transcript(), statement, 7n)))), { numRuns: 40 })
})

t.test('another share, alpha or factor is refused', async (t) => {
  const statement = statementFor(7n, multiply(basePoint, 11n))
  const proof = proveEquality(transcript(), statement, 7n)
  const other = multiply(basePoint, randomScalar())
  t.notOk(holds({ ...statement, share: other }, proof))
  t.notOk(holds({ ...statement, alpha: other }, proof))
  t.notOk(holds({ ...statement, factor: other }, proof))
  t.notOk(holds({ ...statement, factor: identity }, proof))
})

t.test('a false statement cannot be proven by the honest prover, and not by fixing the challenge first', async (t) => {
  const alpha = multiply(basePoint, 11n)
  const statement = { share: multiply(basePoint, 7n), alpha, factor: multiply(alpha, 8n) }
  t.notOk(holds(statement, proveEquality(transcript(), statement, 7n)))
  t.notOk(holds(statement, proveEquality(transcript(), statement, 8n)))
  const challenge = randomScalar()
  const response = randomScalar()
  const a = multiply(basePoint, response).subtract(multiply(statement.share, challenge))
  const b = multiply(alpha, response).subtract(multiply(statement.factor, challenge))
  t.notOk(holds(statement, concatBytes(a.toBytes(), b.toBytes(), encodeScalar(modOrder(response)))))
})

t.test('proofs cut off, prolonged or with the identity in them are refused', async (t) => {
  const statement = statementFor(7n, multiply(basePoint, 11n))
  const proof = proveEquality(transcript(), statement, 7n)
  t.notOk(holds(statement, proof.subarray(0, -1)))
  t.notOk(holds(statement, concatBytes(proof, Uint8Array.of(0))))
  for (const at of [0, 32]) {
    const withIdentity = Uint8Array.from(proof)
    withIdentity.fill(0, at, at + 32)
    t.notOk(holds(statement, withIdentity))
  }
})
