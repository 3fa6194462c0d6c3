import { ristretto255_hasher as ristrettoHasher } from '@noble/curves/ed25519.js'
import fc from 'fast-check'
import t from 'tap'
import { equalBytes, fromHex, toHex } from '../src/bytes.ts'
import {
  basePoint, decodePoint, decodePointOrIdentity, decodeScalar, encodeScalar, groupOrder, identity, invertScalar, modOrder, multiply, pointFromHex, pointToHex, randomScalar,
  reduceWide, scalarFromHex, scalarToHex, sumPoints,
} from '../src/group.ts'
import { bytes, point, scalar } from './support/arbitraries.ts'
import { refuses } from './support/refuses.ts'
import vectors from './vectors/rfc9496-ristretto255.json' with { type: 'json' }

t.test('RFC 9496: multiples of the generator', async (t) => {
  for (const { k, encoding } of vectors.generator_multiples) {
    t.equal(pointToHex(multiply(basePoint, BigInt(k))), encoding, `${k} times`)
    t.ok(decodePointOrIdentity(fromHex(encoding, 32)).equals(multiply(basePoint, BigInt(k))))
    if (k > 0) t.equal(pointToHex(pointFromHex(encoding)), encoding)
  }
})

t.test('RFC 9496: invalid encodings are refused', async (t) => {
  for (const { encoding } of vectors.invalid_encodings) {
    refuses(t, 'input.not-canonical', () => decodePoint(fromHex(encoding, 32)))
    refuses(t, 'input.not-canonical', () => decodePointOrIdentity(fromHex(encoding, 32)))
  }
})

t.test('RFC 9496: element derivation (the same group as ours)', async (t) => {
  for (const { input, output } of vectors.element_derivation) {
    t.equal(toHex(ristrettoHasher.deriveToCurve!(fromHex(input, 64)).toBytes()), output)
    t.equal(pointToHex(pointFromHex(output)), output)
  }
})

t.test('the identity is decoded only where sums of nothing may stand', async (t) => {
  refuses(t, 'input.not-canonical', () => decodePoint(new Uint8Array(32)), /identity/)
  t.ok(decodePointOrIdentity(new Uint8Array(32)).is0())
})

t.test('an encoding has 32 bytes', async (t) => {
  for (const length of [0, 31, 33, 64]) {
    const encoding = Uint8Array.from({ length }, (_, i) => basePoint.toBytes()[i] ?? 0)
    refuses(t, 'input.not-canonical', () => decodePoint(encoding))
    refuses(t, 'input.not-canonical', () => decodeScalar(new Uint8Array(length)))
  }
})

t.test('32 bytes are refused or they are the one encoding of their point', async () => {
  fc.assert(fc.property(bytes(32), (encoding) => {
    try {
      return equalBytes(decodePoint(encoding).toBytes(), encoding)
    } catch {
      return true
    }
  }))
})

t.test('scalars at or above the order are refused', async (t) => {
  t.equal(decodeScalar(encodeScalar(groupOrder - 1n)), groupOrder - 1n)
  for (const value of [groupOrder, groupOrder + 1n, 2n ** 256n - 1n]) refuses(t, 'input.not-canonical', () => decodeScalar(encodeScalar(value)))
})

t.test('points and scalars read back what was written', async () => {
  fc.assert(fc.property(point, scalar, (p, s) => pointFromHex(pointToHex(p)).equals(p) && scalarFromHex(scalarToHex(s)) === s), { numRuns: 30 })
})

t.test('the group is a group of the order it says', async (t) => {
  fc.assert(fc.property(scalar, scalar, (a, b) =>
    multiply(basePoint, a).add(multiply(basePoint, b)).equals(multiply(basePoint, modOrder(a + b)))), { numRuns: 30 })
  fc.assert(fc.property(scalar.filter((s) => s !== 0n), (s) => modOrder(s * invertScalar(s)) === 1n))
  t.ok(multiply(basePoint, groupOrder - 1n).add(basePoint).is0())
  t.ok(multiply(basePoint, 0n).equals(identity))
  t.ok(sumPoints([]).is0())
  t.ok(sumPoints([basePoint, basePoint, basePoint]).equals(multiply(basePoint, 3n)))
})

t.test('remainders lie in [0, order)', async (t) => {
  t.equal(modOrder(-1n), groupOrder - 1n)
  t.equal(modOrder(-groupOrder), 0n)
  t.equal(modOrder(groupOrder + 5n), 5n)
  t.throws(() => reduceWide(new Uint8Array(32)))
  t.equal(reduceWide(Uint8Array.from({ length: 64 }, (_, i) => i === 0 ? 9 : 0)), 9n)
})

t.test('drawn scalars differ and are never 0', async (t) => {
  const drawn = Array.from({ length: 100 }, randomScalar)
  t.equal(new Set(drawn).size, 100)
  t.ok(drawn.every((value) => value > 0n && value < groupOrder))
})
