/** The arithmetic of noble (BigInt), wherever JavaScript runs. In variable time: only public values are checked with it. */
import { interleavedMSMUnsafe, pippenger } from '@noble/curves/abstract/curve.js'
import { ristretto255 } from '@noble/curves/ed25519.js'
import type { Point } from './group.ts'
import type { PointArithmetic } from './point-arithmetic.ts'

/** Up to so many points interleaving is faster than buckets (measured: 27 against 40 ms for 75 points, 261 against 244 for 1,000). */
const mostInterleaved = 500

export const portablePoints: PointArithmetic = {
  name: 'portable',

  decode (encodings) {
    return encodings.map((encoding) => {
      try {
        return ristretto255.Point.fromBytes(encoding)
      } catch {
        return undefined
      }
    })
  },

  sum (points, scalars) {
    const terms = (points as readonly Point[]).map((point, i) => ({ point, scalar: scalars[i]! })).filter(({ scalar }) => scalar !== 0n)
    if (terms.length === 0) return ristretto255.Point.ZERO
    const bases = terms.map(({ point }) => point)
    const factors = terms.map(({ scalar }) => scalar)
    return terms.length <= mostInterleaved
      ? interleavedMSMUnsafe(ristretto255.Point, bases, 5)(factors)
      : pippenger(ristretto255.Point, bases, factors)
  },

  add: (points) => (points as readonly Point[]).reduce((sum, point) => sum.add(point), ristretto255.Point.ZERO),
  encode: (sum) => (sum as Point).toBytes(),
  difference: (a, b) => (a as Point).subtract(b as Point),
  isIdentity: (sum) => (sum as Point).is0(),
}
