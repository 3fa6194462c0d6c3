/** Decoding and encoding of ristretto255, RFC 9496 sections 4.3.1 and 4.3.2, step by step, up to four elements at a time; for public values only. */
import { add, isNegative, isZero, join, multiply, negateIf, pairSize, powP58, setSmall, setWords, signOfOne, square, subtract, toBytes } from './pair-field'

/** A number in both lanes. */
function setBoth (r: usize, w0: u64, w1: u64, w2: u64, w3: u64): void {
  setWords(r, 0, w0, w1, w2, w3)
  setWords(r, 1, w0, w1, w2, w3)
}

/** d = -121665/121666 (RFC 9496 section 4.1). */
const d: usize = memory.data(pairSize, 16)
setBoth(d, 0x75eb4dca135978a3, 0x00700a4d4141d8ab, 0x8cc740797779e898, 0x52036cee2b6ffe73)
/** 2·d */
const d2: usize = memory.data(pairSize, 16)
setBoth(d2, 0xebd69b9426b2f159, 0x00e0149a8283b156, 0x198e80f2eef3d130, 0x2406d9dc56dffce7)
/** The square root of -1 that is not negative. */
const sqrtM1: usize = memory.data(pairSize, 16)
setBoth(sqrtM1, 0xc4ee1b274a0ea0b0, 0x2f431806ad2fe478, 0x2b4d00993dfbd7a7, 0x2b8324804fc1df0b)
const ones: usize = memory.data(pairSize, 16)
setSmall(ones, 1, 1)
const twos: usize = memory.data(pairSize, 16)
setSmall(twos, 2, 2)

// what lasts from before to after the inverse square roots is there for two pairs
const s: usize = memory.data(2 * pairSize, 16)
const u1: usize = memory.data(2 * pairSize, 16)
const u2: usize = memory.data(2 * pairSize, 16)
const v: usize = memory.data(2 * pairSize, 16)
const inverseRoot: usize = memory.data(2 * pairSize, 16)
const radicand: usize = memory.data(2 * pairSize, 16)
const ss: usize = memory.data(pairSize, 16)
const u2Squared: usize = memory.data(pairSize, 16)
const denX: usize = memory.data(pairSize, 16)
const denY: usize = memory.data(pairSize, 16)
const scratch: usize = memory.data(pairSize, 16)
const x: usize = memory.data(pairSize, 16)
const y: usize = memory.data(pairSize, 16)
const t: usize = memory.data(pairSize, 16)
const difference: usize = memory.data(pairSize, 16)
const sum: usize = memory.data(pairSize, 16)

/**
 * Decodes `count` times 32 bytes, 1 to 4, and writes an even number of addends (edwards.ts) with Z = 1. Returns a bit for
 * each, from the lowest on, not set for what is not the one encoding of an element: its addend is left as anything.
 * 32 zero bytes are the identity: (0, 1).
 */
export function decodeSome (addends: usize, encodings: usize, count: i32): i32 {
  const two = count > 2
  let valid = prepare(0, encodings)
  if (two) valid |= prepare(pairSize, encodings + 64) << 2
  valid &= inverseSquareRoots(radicand, two) // 4., before the rest
  let allowed = complete(0, addends)
  if (two) allowed |= complete(pairSize, addends + 4 * pairSize) << 2
  return valid & allowed
}

/** Steps 1 to 3 up to what gets inverted, of the pair at this offset. */
function prepare (pair: usize, encodings: usize): i32 {
  const valid = (readNumber(encodings, pair, 0) ? 1 : 0) | (readNumber(encodings + 32, pair, 1) ? 2 : 0)
  square(ss, s + pair)
  subtract(u1 + pair, ones, ss) // u1 = 1 - ss
  add(u2 + pair, ones, ss) // u2 = 1 + ss
  square(u2Squared, u2 + pair)
  square(scratch, u1 + pair)
  multiply(scratch, scratch, d)
  add(scratch, scratch, u2Squared)
  negateIf(v + pair, scratch, true, true) // v = -(d·u1²) - u2²
  multiply(radicand + pair, v + pair, u2Squared)
  return valid
}

/** Steps 3 from the inverse roots on, and 4. */
function complete (pair: usize, addends: usize): i32 {
  const root = inverseRoot + pair
  multiply(denX, root, u2 + pair)
  multiply(denY, denX, v + pair)
  multiply(denY, root, denY)
  add(denX, denX, denX)
  multiply(x, s + pair, denX)
  negateIf(x, x, isNegative(x, 0), isNegative(x, 1)) // x = |2·s·denX|
  multiply(y, u1 + pair, denY)
  multiply(t, x, y)
  const allowed = (isAllowed(0) ? 1 : 0) | (isAllowed(1) ? 2 : 0) // 4.
  // addends: y - x, y + x, 2, 2·d·t
  subtract(difference, y, x)
  add(sum, y, x)
  multiply(difference, difference, ones) // carries
  multiply(sum, sum, ones)
  multiply(t, t, d2)
  join(addends, difference, 0, sum, 0)
  join(addends + pairSize, twos, 0, t, 0)
  join(addends + 2 * pairSize, difference, 1, sum, 1)
  join(addends + 3 * pairSize, twos, 1, t, 1)
  return allowed
}

/** Steps 1 and 2: the number s of this lane must be below p = 2^255 - 19 and not negative; else the lane is that of 0. */
function readNumber (encoding: usize, pair: usize, lane: usize): bool {
  const w0 = load<u64>(encoding)
  const w1 = load<u64>(encoding, 8)
  const w2 = load<u64>(encoding, 16)
  const w3 = load<u64>(encoding, 24)
  const valid = w3 <= 0x7fffffffffffffff && (w0 & 1) === 0 &&
    !(w3 === 0x7fffffffffffffff && (w2 & w1) === 0xffffffffffffffff && w0 >= 0xffffffffffffffed)
  if (valid) setWords(s + pair, lane, w0, w1, w2, w3)
  else setWords(s + pair, lane, 0, 0, 0, 0)
  return valid
}

/** Step 4: t is not negative and y is not 0, which it can only be where t is. */
function isAllowed (lane: usize): bool {
  return !isNegative(t, lane) && !isZero(y, lane)
}

/** 1/sqrt(-1 - d) */
const inverseRootAMinusD: usize = memory.data(pairSize, 16)
setBoth(inverseRootAMinusD, 0x99c8fdaa805d40ea, 0x9d2f16175a4172be, 0x16c27b91fe01d840, 0x786c8905cfaffca2)

const den1: usize = memory.data(pairSize, 16)
const den2: usize = memory.data(pairSize, 16)
const zInverse: usize = memory.data(pairSize, 16)

/** Writes the 32 bytes of a point whose extended coordinates stand in the first lanes of x0, y0, z0, t0. */
export function encode (to: usize, x0: usize, y0: usize, z0: usize, t0: usize): void {
  add(u1, z0, y0)
  subtract(scratch, z0, y0)
  multiply(scratch, scratch, ones) // carries
  multiply(u1, u1, scratch) // u1 = (z0 + y0)·(z0 - y0)
  multiply(u2, x0, y0) // u2 = x0·y0
  square(scratch, u2)
  multiply(scratch, u1, scratch)
  inverseSquareRoots(scratch, false) // of u1·u2²: a square, or 0 and then 0
  multiply(den1, inverseRoot, u1)
  multiply(den2, inverseRoot, u2)
  multiply(zInverse, den1, den2)
  multiply(zInverse, zInverse, t0)
  multiply(scratch, t0, zInverse)
  if (isNegative(scratch, 0)) { // rotate
    multiply(x, y0, sqrtM1) // iy0
    multiply(y, x0, sqrtM1) // ix0
    multiply(den2, den1, inverseRootAMinusD) // the enchanted denominator
  } else {
    memory.copy(x, x0, pairSize)
    memory.copy(y, y0, pairSize)
  }
  multiply(scratch, x, zInverse)
  negateIf(y, y, isNegative(scratch, 0), false)
  subtract(y, z0, y)
  multiply(s, den2, y)
  negateIf(s, s, isNegative(s, 0), false) // s = |den_inv·(z - y)|
  toBytes(to, s, 0)
}

const a3: usize = memory.data(2 * pairSize, 16)
const a7: usize = memory.data(2 * pairSize, 16)
const factors: usize = memory.data(pairSize, 16)
/** (1, sqrt(-1)) */
const turns: usize = memory.data(pairSize, 16)
join(turns, ones, 0, sqrtM1, 0)

/**
 * SQRT_RATIO_M1(1, a) of RFC 9496 section 4.2 for one pair or two: `inverseRoot` = one of the two 1/sqrt(a), of any sign,
 * as neither decoding nor encoding depends on it. Returns a bit for each, not set where `a` is 0 or no square.
 */
function inverseSquareRoots (a: usize, two: bool): i32 {
  raise(0, a)
  if (two) raise(pairSize, a)
  powP58(inverseRoot, a7, two)
  let squares = turnRoots(0, a)
  if (two) squares |= turnRoots(pairSize, a) << 2
  return squares
}

/** a³ and a^7 */
function raise (pair: usize, a: usize): void {
  square(a3 + pair, a + pair)
  multiply(a3 + pair, a3 + pair, a + pair)
  square(a7 + pair, a3 + pair)
  multiply(a7 + pair, a7 + pair, a + pair)
}

function turnRoots (pair: usize, a: usize): i32 {
  const root = inverseRoot + pair
  multiply(root, root, a3 + pair) // r = a³·(a^7)^((p - 5)/8)
  square(factors, root)
  multiply(factors, factors, a + pair) // a·r²: one of 1, -1, sqrt(-1), -sqrt(-1), or 0
  const first = signOfOne(factors, 0)
  const second = signOfOne(factors, 1)
  join(factors, turns, first < 0 ? 1 : 0, turns, second < 0 ? 1 : 0)
  multiply(root, root, factors)
  return (first !== 0 ? 1 : 0) | (second !== 0 ? 2 : 0)
}
