/**
 * Sums of points in which secrets decide what is added. Which operations are
 * done does not depend on the secrets: each adds one point, which is never the
 * identity (adding that takes half as long), and is found by touching all that
 * it could have been. The points are noble's; JavaScript promises no more.
 *
 * Sources: Straus, "Addition chains of vectors" (1964), for one chain of
 * doublings; Joye and Tunstall, "Exponent recoding and regular exponentiation
 * algorithms" (Africacrypt 2009), for digits that are all odd.
 */
import { encodeScalar, groupOrder, identity, modOrder, type Point } from './group.ts'

export type SecretTerm = readonly [secret: bigint, base: Point]

const width = 5
const windowCount = 51
const entries = 2 ** width
/** (order + 1) / 2 */
const half = (groupOrder + 1n) / 2n
const offset = 2n ** BigInt(width * windowCount) - 1n

/** Σ secret·base: secrets in [0, order), one at least. Tables of the bases are kept as long as these are. */
export function secretSum (terms: readonly SecretTerm[]): Point {
  const tables = terms.map(([, base]) => oddMultiples(base))
  const digits = terms.map(([secret]) => digitsOf(secret))
  const addends = (window: number): Point[] => tables.map((table, term) => lookUp(table, digits[term]![window]!))
  let sum = added(addends(windowCount - 1))
  for (let window = windowCount - 2; window >= 0; window--) {
    for (let i = 0; i < width; i++) sum = sum.double()
    for (const addend of addends(window)) sum = sum.add(addend)
  }
  return sum
}

/**
 * u = (secret + 2^255 - 1)/2 modulo the order has bits u_j with
 * secret = Σ (2·u_j - 1)·2^j: five of them make a digit that stands for
 * 2·digit - 31. The lowest digit comes first.
 */
function digitsOf (secret: bigint): number[] {
  const bytes = encodeScalar(modOrder((secret + offset) * half))
  return Array.from({ length: windowCount }, (_, window) => {
    const from = width * window
    return ((bytes[from >> 3]! | (bytes[(from >> 3) + 1] ?? 0) << 8) >> (from & 7)) & (entries - 1)
  })
}

const known = new WeakMap<Point, readonly Point[]>()

/** -31, -29, …, -1, 1, …, 29, 31 times the point. */
function oddMultiples (point: Point): readonly Point[] {
  let table = known.get(point)
  if (table === undefined) {
    const twice = point.double()
    const positive = [point]
    while (positive.length < entries / 2) positive.push(positive.at(-1)!.add(twice))
    known.set(point, table = [...positive.map((multiple) => multiple.negate()).reverse(), ...positive])
  }
  return table
}

/** Σ of the points whose bit is 1. */
export function chosenSum (points: readonly Point[], bits: readonly bigint[]): Point {
  if (points.length === 0) return identity
  const twice = points.map((point) => point.double())
  const chosen = points.map((point, i) => lookUp([twice[i]!, twice[i]!.add(point)], Number(bits[i])))
  return added(chosen).subtract(added(twice))
}

/** Each point with value·base added, for a value from 0 to `most`. */
export function addMultiples (points: readonly Point[], base: Point, values: readonly bigint[], most: number): Point[] {
  const twice = base.double()
  const multiples = [twice]
  while (multiples.length <= most) multiples.push(multiples.at(-1)!.add(base))
  return points.map((point, i) => point.add(lookUp(multiples, Number(values[i]))).subtract(twice))
}

function added (points: readonly Point[]): Point {
  return points.reduce((sum, point) => sum.add(point))
}

function lookUp (points: readonly Point[], index: number): Point {
  let found = points[0]!
  for (let i = 1; i < points.length; i++) found = i === index ? points[i]! : found
  return found
}
