/**
 * Many group equations checked by one multi-scalar multiplication.
 *
 * Each equation Σ scalar·point = 0 is multiplied by a fresh 128-bit coefficient
 * from the verifier's own secure random source; a false equation survives with
 * probability at most 2^-128 (Bellare, Garay, Rabin, Eurocrypt 1998, "small
 * exponents test"). Verdicts of different verifiers agree, coefficients don't.
 */
import { randomBytes } from '@noble/hashes/utils.js'
import { modOrder } from './group.ts'
import { type DecodedPoint, pointArithmetic, type PointSum } from './point-arithmetic.ts'
import { type CheckedPoint, publicPoint, PublicPoint } from './public-point.ts'

export type Term = readonly [scalar: bigint, point: CheckedPoint]

export class Equations {
  // Both keyed by object. Points of noble's are an election's: a base shared by many equations (generator, election keys)
  // is multiplied once. The others came with what is checked; the same one in two parts is multiplied twice, which is right, too.
  readonly #shared = new Map<PublicPoint, bigint>()
  readonly #own = new Map<PublicPoint, bigint>()

  /** Claims that the sum of all terms is the identity. */
  add (terms: readonly Term[]): void {
    const coefficient = drawCoefficient()
    for (const [scalar, point] of terms) {
      const part = scalar === -1n ? -coefficient : coefficient * scalar
      if (point instanceof PublicPoint) addTo(this.#own, point, part)
      else addTo(this.#shared, publicPoint(point), part)
    }
  }

  /** Whether all equations hold. */
  hold (): boolean {
    return pointArithmetic().isIdentity(sumOf([this]))
  }

  /** Their sum with the coefficients they were given: the identity if they hold. */
  static sum (parts: readonly Equations[]): PointSum {
    const bases: DecodedPoint[] = []
    const factors: bigint[] = []
    const take = (scalar: bigint, point: PublicPoint): void => {
      bases.push(point.decoded)
      factors.push(modOrder(scalar))
    }
    const shared = new Map<PublicPoint, bigint>()
    for (const part of parts) {
      part.#own.forEach(take)
      part.#shared.forEach((scalar, point) => { addTo(shared, point, scalar) })
    }
    shared.forEach(take)
    return pointArithmetic().sum(bases, factors)
  }
}

function addTo (scalars: Map<PublicPoint, bigint>, point: PublicPoint, part: bigint): void {
  const before = scalars.get(point)
  scalars.set(point, before === undefined ? part : before + part)
}

/** 128 bits that were never used before, from a stock of them: drawing many at once is cheaper. */
function drawCoefficient (): bigint {
  if (stockUsed === stock.byteLength) {
    const { buffer, byteOffset, byteLength } = randomBytes(4096)
    stock = new DataView(buffer, byteOffset, byteLength)
    stockUsed = 0
  }
  const coefficient = stock.getBigUint64(stockUsed) << 64n | stock.getBigUint64(stockUsed + 8)
  stockUsed += 16
  return coefficient
}
let stock = new DataView(new ArrayBuffer(0))
let stockUsed = 0

const sumOf = (parts: readonly Equations[]): PointSum => Equations.sum(parts)

/** Checks the equations that `collect` adds. */
export function equationsHold (collect: (equations: Equations) => void): boolean {
  const equations = new Equations()
  collect(equations)
  return equations.hold()
}

/**
 * Positions of the parts whose equations don't all hold. All are checked
 * together first; where that fails, halves are, down to single parts. Of two
 * halves only one is summed: the other's sum is what is left of both. k false
 * parts of n take about k·log2(n/k) sums, of ever fewer points; if all are
 * false, as many points are summed as log2(n)/2 + 1 times all parts have.
 *
 * Coefficients stay the same throughout: each part's sum is 0, or fixed before
 * they were drawn to be 0 with probability 2^-128 only, and so is each half's.
 */
export function findFalse (parts: readonly Equations[]): number[] {
  const arithmetic = pointArithmetic()
  const found: number[] = []
  const search = (from: number, to: number, sum: PointSum): void => {
    if (arithmetic.isIdentity(sum)) return
    if (to - from === 1) {
      found.push(from)
      return
    }
    const middle = (from + to) >>> 1
    const left = sumOf(parts.slice(from, middle))
    search(from, middle, left)
    search(middle, to, arithmetic.difference(sum, left))
  }
  if (parts.length > 0) search(0, parts.length, sumOf(parts))
  return found
}
