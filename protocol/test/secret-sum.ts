import fc from 'fast-check'
import t from 'tap'
import { basePoint, groupOrder, modOrder, multiply, type Point, randomScalar, sumPoints } from '../src/group.ts'
import { addMultiples, chosenSum, secretSum } from '../src/secret-sum.ts'
import { scalar } from './support/arbitraries.ts'

const bases = Array.from({ length: 6 }, () => multiply(basePoint, randomScalar()))
const extremes = [0n, 1n, 2n, 30n, 31n, 32n, groupOrder >> 1n, (groupOrder >> 1n) + 1n, groupOrder - 2n, groupOrder - 1n, 2n ** 252n - 1n, 2n ** 252n]

t.test('a sum is what the multiples are one by one', async () => {
  const secret = fc.oneof(scalar, fc.constantFrom(...extremes))
  fc.assert(fc.property(fc.array(secret, { minLength: 1, maxLength: bases.length }), (secrets) =>
    secretSum(secrets.map((its, i) => [its, bases[i]!])).equals(sumPoints(secrets.map((its, i) => multiply(bases[i]!, its))))), { numRuns: 60 })
})

t.test('every extreme alone, and of one base', async (t) => {
  for (const its of extremes) t.ok(secretSum([[its, bases[0]!]]).equals(multiply(bases[0]!, its)), `${its}`)
  t.ok(secretSum([[5n, bases[0]!], [modOrder(-5n), bases[0]!]]).is0())
})

t.test('points are chosen by their bits', async () => {
  fc.assert(fc.property(fc.array(fc.boolean(), { maxLength: bases.length }), (bits) =>
    chosenSum(bases.slice(0, bits.length), bits.map(BigInt)).equals(sumPoints(bases.filter((_, i) => bits[i])))), { numRuns: 30 })
})

t.test('multiples are added', async (t) => {
  const values = [0n, 3n, 7n, 1n]
  const sums = addMultiples(bases.slice(0, 4), basePoint, values, 7)
  values.forEach((value, i) => { t.ok(sums[i]!.equals(bases[i]!.add(multiply(basePoint, value)))) })
})

t.test('what is done does not depend on the secrets, and nothing is added to the identity', async (t) => {
  const done: string[] = []
  const three = bases.slice(0, 3).map((base) => new WatchedPoint(base, done) as unknown as Point)
  const run = (work: () => void): string => {
    done.length = 0
    work()
    return done.join(' ')
  }
  run(() => secretSum(three.map((base) => [1n, base]))) // makes the tables
  const sums = [...extremes, ...extremes.map(randomScalar)].map((secret) => run(() => secretSum([[secret, three[0]!], [randomScalar(), three[1]!], [secret, three[2]!]])))
  const choices = [[0n, 0n, 0n], [1n, 0n, 1n], [1n, 1n, 1n]].map((bits) => run(() => chosenSum(three, bits)))
  const multiples = [[0n, 0n], [9n, 4n], [9n, 9n]].map((values) => run(() => addMultiples(three.slice(0, 2), three[2]!, values, 9)))
  for (const runs of [sums, choices, multiples]) {
    t.equal(new Set(runs).size, 1)
    t.match(runs[0], /add/)
    t.notMatch(runs[0], /identity/)
  }
  t.equal(sums[0]!.match(/add/g)!.length, 3 * 51 - 1)
  t.equal(sums[0]!.match(/double/g)!.length, 5 * 50)
})

/** A point of noble's that writes down what is done with it. */
class WatchedPoint {
  readonly #point: Point
  readonly #done: string[]

  constructor (point: Point, done: string[]) {
    this.#point = point
    this.#done = done
  }

  add (other: WatchedPoint): WatchedPoint { return this.#note('add', this.#point.add(other.#point), other) }
  subtract (other: WatchedPoint): WatchedPoint { return this.#note('subtract', this.#point.subtract(other.#point), other) }
  double (): WatchedPoint { return this.#note('double', this.#point.double()) }
  negate (): WatchedPoint { return this.#note('negate', this.#point.negate()) }

  #note (operation: string, result: Point, other?: WatchedPoint): WatchedPoint {
    this.#done.push(operation)
    if (this.#point.is0() || (other !== undefined && other.#point.is0())) this.#done.push('identity')
    return new WatchedPoint(result, this.#done)
  }
}
