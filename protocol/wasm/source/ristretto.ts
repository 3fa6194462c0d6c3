/** Decoding and encoding of ristretto255, RFC 9496 sections 4.3.1 and 4.3.2, step by step; for public values only. */
import { add, areEqual, copy, elementSize, fromWords, isNegative, isZero, mul, neg, powP58, setSmall, sqr, sub, toBytes } from './field'

/** d = -121665/121666 (RFC 9496 section 4.1). */
const d: usize = memory.data(elementSize)
fromWords(d, 0x75eb4dca135978a3, 0x00700a4d4141d8ab, 0x8cc740797779e898, 0x52036cee2b6ffe73)
/** 2·d */
export const d2: usize = memory.data(elementSize)
fromWords(d2, 0xebd69b9426b2f159, 0x00e0149a8283b156, 0x198e80f2eef3d130, 0x2406d9dc56dffce7)
/** The square root of -1 that is not negative. */
const sqrtM1: usize = memory.data(elementSize)
fromWords(sqrtM1, 0xc4ee1b274a0ea0b0, 0x2f431806ad2fe478, 0x2b4d00993dfbd7a7, 0x2b8324804fc1df0b)
const one: usize = memory.data(elementSize)
setSmall(one, 1)

const s: usize = memory.data(elementSize)
const ss: usize = memory.data(elementSize)
const u1: usize = memory.data(elementSize)
const u2: usize = memory.data(elementSize)
const u2Squared: usize = memory.data(elementSize)
const v: usize = memory.data(elementSize)
const inverseRoot: usize = memory.data(elementSize)
const denX: usize = memory.data(elementSize)
const denY: usize = memory.data(elementSize)
const scratch: usize = memory.data(elementSize)

/**
 * Decodes the 32 bytes at `encoding` and writes the affine coordinates x and y, and t = x·y. Returns false, and leaves
 * anything there, for what is not the one encoding of an element. 32 zero bytes are the identity: (0, 1).
 */
export function decode (x: usize, y: usize, product: usize, encoding: usize): bool {
  const w0 = load<u64>(encoding)
  const w1 = load<u64>(encoding, 8)
  const w2 = load<u64>(encoding, 16)
  const w3 = load<u64>(encoding, 24)
  // 1. the number s must be below p = 2^255 - 19
  if (w3 > 0x7fffffffffffffff) return false
  if (w3 === 0x7fffffffffffffff && (w2 & w1) === 0xffffffffffffffff && w0 >= 0xffffffffffffffed) return false
  // 2. and not negative
  if ((w0 & 1) === 1) return false
  fromWords(s, w0, w1, w2, w3)
  // 3.
  sqr(ss, s)
  sub(u1, one, ss) // u1 = 1 - ss
  add(u2, one, ss) // u2 = 1 + ss
  sqr(u2Squared, u2)
  sqr(v, u1)
  mul(v, v, d)
  add(v, v, u2Squared)
  neg(v, v) // v = -(d·u1²) - u2²
  mul(scratch, v, u2Squared)
  if (!inverseSquareRoot(inverseRoot, scratch)) return false // 4., before the rest
  mul(denX, inverseRoot, u2)
  mul(denY, denX, v)
  mul(denY, inverseRoot, denY)
  mul(x, s, denX)
  add(x, x, x)
  if (isNegative(x)) neg(x, x) // x = |2·s·denX|
  mul(y, u1, denY)
  mul(product, x, y)
  // 4.
  return !isNegative(product) && !isZero(y)
}

/** 1/sqrt(-1 - d) */
const inverseRootAMinusD: usize = memory.data(elementSize)
fromWords(inverseRootAMinusD, 0x99c8fdaa805d40ea, 0x9d2f16175a4172be, 0x16c27b91fe01d840, 0x786c8905cfaffca2)

const den1: usize = memory.data(elementSize)
const den2: usize = memory.data(elementSize)
const zInverse: usize = memory.data(elementSize)
const x: usize = memory.data(elementSize)
const y: usize = memory.data(elementSize)

/** Writes the 32 bytes of a point in extended coordinates x0, y0, z0, t0. */
export function encode (to: usize, x0: usize, y0: usize, z0: usize, t0: usize): void {
  add(u1, z0, y0)
  sub(scratch, z0, y0)
  mul(u1, u1, scratch) // u1 = (z0 + y0)·(z0 - y0)
  mul(u2, x0, y0) // u2 = x0·y0
  sqr(scratch, u2)
  mul(scratch, u1, scratch)
  inverseSquareRoot(inverseRoot, scratch) // of u1·u2²: a square, or 0 and then 0
  mul(den1, inverseRoot, u1)
  mul(den2, inverseRoot, u2)
  mul(zInverse, den1, den2)
  mul(zInverse, zInverse, t0)
  mul(scratch, t0, zInverse)
  if (isNegative(scratch)) { // rotate
    mul(x, y0, sqrtM1) // iy0
    mul(y, x0, sqrtM1) // ix0
    mul(den2, den1, inverseRootAMinusD) // the enchanted denominator
  } else {
    copy(x, x0)
    copy(y, y0)
  }
  mul(scratch, x, zInverse)
  if (isNegative(scratch)) neg(y, y)
  sub(y, z0, y)
  mul(s, den2, y)
  if (isNegative(s)) neg(s, s) // s = |den_inv·(z - y)|
  toBytes(to, s)
}

const v3: usize = memory.data(elementSize)
const v7: usize = memory.data(elementSize)
const check: usize = memory.data(elementSize)
const minusOne: usize = memory.data(elementSize)
setSmall(minusOne, -1)

/**
 * SQRT_RATIO_M1(1, a) of RFC 9496 section 4.2: r = the non-negative 1/sqrt(a), true; false where `a` is 0 or no square.
 */
function inverseSquareRoot (r: usize, a: usize): bool {
  sqr(v3, a)
  mul(v3, v3, a)
  sqr(v7, v3)
  mul(v7, v7, a)
  powP58(r, v7)
  mul(r, r, v3) // r = a³·(a^7)^((p - 5)/8)
  sqr(check, r)
  mul(check, check, a) // one of 1, -1, sqrt(-1), -sqrt(-1), or 0
  const isCorrect = areEqual(check, one)
  const isFlipped = !isCorrect && areEqual(check, minusOne)
  if (!isCorrect && !isFlipped) return false
  if (isFlipped) mul(r, r, sqrtM1)
  if (isNegative(r)) neg(r, r)
  return true
}
