/**
 * Two elements of the field of 2^255 - 19 side by side, one in each lane of a vector, multiplied by fused
 * multiply-additions of doubles. For public values only.
 *
 * Source: Emmart, Zheng and Weems, "Faster modular exponentiation using double precision floating point arithmetic on the
 * GPU" (ARITH 2018), section III: where fma rounds once, h = fma(a, b, c) with a large c is c plus the upper half of a·b,
 * and fma(a, b, c - h) the lower half, both exactly. Whether "relaxed" multiply-additions of WebAssembly do round once
 * depends on the machine, so `isFused` is asked before any of this is used.
 *
 * An element is Σ limb[i]·2^(51 i), i = 0 … 4; limbs are integers with sign in doubles; limb i of a pair is the vector at
 * byte 16 i: 80 bytes a pair. All doubles are integers, and exact: only the upper half of a product of limbs is rounded,
 * and the lower half is what that left out.
 *
 * Bounds. "Carried": every limb within ±(2^50 + 2^14); every result of this file but those of `add` and `subtract` is.
 * Products take limbs a, b with |a|·|b| <= 2^101.01: one factor is carried, the other a sum of two carried elements at most.
 * Squares, and `multiplyForDoubling`, take carried elements. Then, of one product of limbs (in squares 2·a·b):
 * |a·b| <= 2^101.01, its upper half, counted in units of 2^51, is within ±2^50.02, its lower half within ±2^50. Of lower
 * halves column 0 gets 1 and, from column 5, 19 times 4; of upper halves 19 times 5; other columns get fewer:
 * |column| < 77·2^50 + 95·2^50.02 < 2^57.5, and a sum of two < 2^58.5. Of carried factors, whose upper halves are within
 * ±2^49.01, |column| < 77·2^50 + 95·2^49.01 < 2^57, and 4·x0 - 2·x1 < 6·2^57. All stay below 2^60, which `lift` allows.
 */

export const pairSize: i32 = 80

/** Numbers in both lanes, computed when the module starts; from memory, as V8 would build a literal anew at every use. */
const constants: usize = memory.data(16 * 28, 16)

/** 1.5·2^103: doubles from 2^103 to 2^104 are multiples of 2^51, and the next one has the next bit pattern. */
const c1Bits: u64 = 0x4668000000000000
/** 1.5·2^103 + 1.5·2^52: leaves 1.5·2^52 in the lower half, whose bit pattern then counts ones. */
const c2Bits: u64 = 0x4668000000000003
/** 1.5·2^52 */
const lowBits: u64 = 0x4338000000000000
/** 2^52 */
const integerBits: u64 = 0x4330000000000000

const atC1: i32 = 0
const atC2: i32 = 16
/** What the bit patterns of a column amount to, to be taken off: five columns of products, then of squares. */
const atProductBits: i32 = 32
const atSquareBits: i32 = 112
/** The same with `lift` added. */
const atLiftedProductBits: i32 = 192
const atLiftedSquareBits: i32 = 272
const atLift: i32 = 352
const atMask: i32 = 368
const atInteger: i32 = 384
const atNineteen: i32 = 400
const atBias: i32 = 416
const atBias0: i32 = 432

/** 2^60, a multiple of 2^51, makes columns within ±2^60 positive; 2^50 has limbs rounded to the nearest: within ±2^50. */
const lift: i64 = (1 << 60) + (1 << 50)
const mask51: i64 = (1 << 51) - 1

function setConstant (at: usize, bits: u64): void {
  store<u64>(constants + at, bits)
  store<u64>(constants + at, bits, 8)
}

/** How many products of limbs i, j (i <= j in a square) have i + j = column. */
function countOf (column: i32, square: bool): i32 {
  if (column < 0 || column > 8) return 0
  const all = min(column, 8 - column) + 1
  return square ? (all + 1) >> 1 : all
}

/** The sum of the bit patterns of 1.5·2^52 for every lower half, and of 1.5·2^103 for every upper half that comes from the column before; modulo 2^64. */
function patternSum (column: i32, square: bool): u64 {
  return <u64>countOf(column, square) * lowBits + <u64>countOf(column - 1, square) * c1Bits
}

setConstant(atC1, c1Bits)
setConstant(atC2, c2Bits)
for (let column = 0; column < 5; column++) {
  const at = 16 * column
  const product = patternSum(column, false) + 19 * patternSum(column + 5, false)
  const square = patternSum(column, true) + 19 * patternSum(column + 5, true)
  setConstant(atProductBits + at, 0 - product)
  setConstant(atSquareBits + at, 0 - square)
  setConstant(atLiftedProductBits + at, <u64>lift - product)
  setConstant(atLiftedSquareBits + at, <u64>lift - square)
}
setConstant(atLift, <u64>lift)
setConstant(atMask, <u64>mask51)
setConstant(atInteger, integerBits)
setConstant(atNineteen, 19)
// 2^52 of the bit pattern, 2^50 of the rounding, and of the lift 2^60 / 2^51 = 2^9, times 19 where it comes round
setConstant(atBias, reinterpret<u64>(<f64>((1 << 52) + (1 << 50) + (1 << 9))))
setConstant(atBias0, reinterpret<u64>(<f64>((1 << 52) + (1 << 50) + 19 * (1 << 9))))

const probe: usize = memory.data(64, 16)

/** Whether multiply-additions round once on this machine: the products below end in bits that a rounded product loses. */
export function isFused (): bool {
  const tiny: f64 = 1.0 / <f64>(1 << 30)
  store<f64>(probe, 1 + tiny)
  store<f64>(probe, 1 - tiny, 8)
  // (1 + tiny)² - 1 - 2 tiny = tiny², and (1 - tiny)² - 1 + 2 tiny likewise
  store<f64>(probe, -1 - 2 * tiny, 16)
  store<f64>(probe, -1 + 2 * tiny, 24)
  const x = v128.load(probe)
  v128.store(probe, fma(x, x, v128.load(probe, 16)), 32)
  return load<f64>(probe, 32) === tiny * tiny && load<f64>(probe, 40) === tiny * tiny
}

@inline
function fma (a: v128, b: v128, c: v128): v128 {
  return v128.relaxed_madd<f64>(a, b, c)
}

// What happens to the columns of a product, or to a pair (x0, x1) of products, before they are carried.
/** (x0, x1) */
export const plain: i32 = 0
/** (x1 - x0, x0 + x1) */
export const differenceAndSum: i32 = 1
/** (x0 + x1, x0 - x1) */
export const sumAndDifference: i32 = 2
/** (2·x1, 4·x0 - 2·x1) */
export const doubling: i32 = 3

@inline
function swapped (x: v128): v128 {
  return i64x2.shuffle(x, x, 1, 0)
}

/** low + 19·high: 2^255 = 19. */
@inline
function fold (low: v128, high: v128): v128 {
  return i64x2.add(i64x2.add(low, i64x2.add(high, i64x2.shl(high, 1))), i64x2.shl(high, 4))
}

/** What becomes of the two columns x0, x1 of a vector. */
@inline
function combine (x: v128, how: i32): v128 {
  if (how === doubling) {
    const twice = i64x2.add(x, x)
    const other = swapped(twice) // (2·x1, 2·x0)
    return i64x2.shuffle(other, i64x2.sub(i64x2.add(other, other), twice), 0, 3)
  }
  const other = swapped(x)
  const sum = i64x2.add(x, other)
  const difference = i64x2.sub(other, x) // (x1 - x0, x0 - x1)
  return how === differenceAndSum ? i64x2.shuffle(difference, sum, 0, 3) : i64x2.shuffle(sum, difference, 0, 3)
}

/** Column by column: of each product of limbs the lower half goes into column i + j, the upper into the next. */
@inline
function product (r: usize, a0: v128, a1: v128, a2: v128, a3: v128, a4: v128, b0: v128, b1: v128, b2: v128, b3: v128, b4: v128, how: i32): void {
  const C1 = v128.load(constants, atC1)
  const C2 = v128.load(constants, atC2)
  let h: v128, c1: v128, c2: v128, c3: v128, c4: v128, c5: v128, c6: v128, c7: v128, c8: v128
  h = fma(a0, b0, C1); const c0 = fma(a0, b0, f64x2.sub(C2, h)); c1 = h
  h = fma(a0, b1, C1); c1 = i64x2.add(c1, fma(a0, b1, f64x2.sub(C2, h))); c2 = h
  h = fma(a1, b0, C1); c1 = i64x2.add(c1, fma(a1, b0, f64x2.sub(C2, h))); c2 = i64x2.add(c2, h)
  h = fma(a0, b2, C1); c2 = i64x2.add(c2, fma(a0, b2, f64x2.sub(C2, h))); c3 = h
  h = fma(a1, b1, C1); c2 = i64x2.add(c2, fma(a1, b1, f64x2.sub(C2, h))); c3 = i64x2.add(c3, h)
  h = fma(a2, b0, C1); c2 = i64x2.add(c2, fma(a2, b0, f64x2.sub(C2, h))); c3 = i64x2.add(c3, h)
  h = fma(a0, b3, C1); c3 = i64x2.add(c3, fma(a0, b3, f64x2.sub(C2, h))); c4 = h
  h = fma(a1, b2, C1); c3 = i64x2.add(c3, fma(a1, b2, f64x2.sub(C2, h))); c4 = i64x2.add(c4, h)
  h = fma(a2, b1, C1); c3 = i64x2.add(c3, fma(a2, b1, f64x2.sub(C2, h))); c4 = i64x2.add(c4, h)
  h = fma(a3, b0, C1); c3 = i64x2.add(c3, fma(a3, b0, f64x2.sub(C2, h))); c4 = i64x2.add(c4, h)
  h = fma(a0, b4, C1); c4 = i64x2.add(c4, fma(a0, b4, f64x2.sub(C2, h))); c5 = h
  h = fma(a1, b3, C1); c4 = i64x2.add(c4, fma(a1, b3, f64x2.sub(C2, h))); c5 = i64x2.add(c5, h)
  h = fma(a2, b2, C1); c4 = i64x2.add(c4, fma(a2, b2, f64x2.sub(C2, h))); c5 = i64x2.add(c5, h)
  h = fma(a3, b1, C1); c4 = i64x2.add(c4, fma(a3, b1, f64x2.sub(C2, h))); c5 = i64x2.add(c5, h)
  h = fma(a4, b0, C1); c4 = i64x2.add(c4, fma(a4, b0, f64x2.sub(C2, h))); c5 = i64x2.add(c5, h)
  h = fma(a1, b4, C1); c5 = i64x2.add(c5, fma(a1, b4, f64x2.sub(C2, h))); c6 = h
  h = fma(a2, b3, C1); c5 = i64x2.add(c5, fma(a2, b3, f64x2.sub(C2, h))); c6 = i64x2.add(c6, h)
  h = fma(a3, b2, C1); c5 = i64x2.add(c5, fma(a3, b2, f64x2.sub(C2, h))); c6 = i64x2.add(c6, h)
  h = fma(a4, b1, C1); c5 = i64x2.add(c5, fma(a4, b1, f64x2.sub(C2, h))); c6 = i64x2.add(c6, h)
  h = fma(a2, b4, C1); c6 = i64x2.add(c6, fma(a2, b4, f64x2.sub(C2, h))); c7 = h
  h = fma(a3, b3, C1); c6 = i64x2.add(c6, fma(a3, b3, f64x2.sub(C2, h))); c7 = i64x2.add(c7, h)
  h = fma(a4, b2, C1); c6 = i64x2.add(c6, fma(a4, b2, f64x2.sub(C2, h))); c7 = i64x2.add(c7, h)
  h = fma(a3, b4, C1); c7 = i64x2.add(c7, fma(a3, b4, f64x2.sub(C2, h))); c8 = h
  h = fma(a4, b3, C1); c7 = i64x2.add(c7, fma(a4, b3, f64x2.sub(C2, h))); c8 = i64x2.add(c8, h)
  h = fma(a4, b4, C1); c8 = i64x2.add(c8, fma(a4, b4, f64x2.sub(C2, h))); const c9 = h
  finish(r, fold(c0, c5), fold(c1, c6), fold(c2, c7), fold(c3, c8), fold(c4, c9), how === plain ? atLiftedProductBits : atProductBits, how)
}

/** `product` with equal products taken together. */
@inline
function squared (r: usize, a0: v128, a1: v128, a2: v128, a3: v128, a4: v128, how: i32): void {
  const C1 = v128.load(constants, atC1)
  const C2 = v128.load(constants, atC2)
  const d0 = f64x2.add(a0, a0)
  const d1 = f64x2.add(a1, a1)
  const d2 = f64x2.add(a2, a2)
  const d3 = f64x2.add(a3, a3)
  let h: v128, c1: v128, c2: v128, c3: v128, c4: v128, c5: v128, c6: v128, c7: v128, c8: v128
  h = fma(a0, a0, C1); const c0 = fma(a0, a0, f64x2.sub(C2, h)); c1 = h
  h = fma(d0, a1, C1); c1 = i64x2.add(c1, fma(d0, a1, f64x2.sub(C2, h))); c2 = h
  h = fma(d0, a2, C1); c2 = i64x2.add(c2, fma(d0, a2, f64x2.sub(C2, h))); c3 = h
  h = fma(a1, a1, C1); c2 = i64x2.add(c2, fma(a1, a1, f64x2.sub(C2, h))); c3 = i64x2.add(c3, h)
  h = fma(d0, a3, C1); c3 = i64x2.add(c3, fma(d0, a3, f64x2.sub(C2, h))); c4 = h
  h = fma(d1, a2, C1); c3 = i64x2.add(c3, fma(d1, a2, f64x2.sub(C2, h))); c4 = i64x2.add(c4, h)
  h = fma(d0, a4, C1); c4 = i64x2.add(c4, fma(d0, a4, f64x2.sub(C2, h))); c5 = h
  h = fma(d1, a3, C1); c4 = i64x2.add(c4, fma(d1, a3, f64x2.sub(C2, h))); c5 = i64x2.add(c5, h)
  h = fma(a2, a2, C1); c4 = i64x2.add(c4, fma(a2, a2, f64x2.sub(C2, h))); c5 = i64x2.add(c5, h)
  h = fma(d1, a4, C1); c5 = i64x2.add(c5, fma(d1, a4, f64x2.sub(C2, h))); c6 = h
  h = fma(d2, a3, C1); c5 = i64x2.add(c5, fma(d2, a3, f64x2.sub(C2, h))); c6 = i64x2.add(c6, h)
  h = fma(d2, a4, C1); c6 = i64x2.add(c6, fma(d2, a4, f64x2.sub(C2, h))); c7 = h
  h = fma(a3, a3, C1); c6 = i64x2.add(c6, fma(a3, a3, f64x2.sub(C2, h))); c7 = i64x2.add(c7, h)
  h = fma(d3, a4, C1); c7 = i64x2.add(c7, fma(d3, a4, f64x2.sub(C2, h))); c8 = h
  h = fma(a4, a4, C1); c8 = i64x2.add(c8, fma(a4, a4, f64x2.sub(C2, h))); const c9 = h
  finish(r, fold(c0, c5), fold(c1, c6), fold(c2, c7), fold(c3, c8), fold(c4, c9), how === plain ? atLiftedSquareBits : atSquareBits, how)
}

/** Takes the bit patterns off, combines the lanes, and carries once, all limbs at the same time. */
@inline
function finish (r: usize, c0: v128, c1: v128, c2: v128, c3: v128, c4: v128, patterns: usize, how: i32): void {
  c0 = i64x2.add(c0, v128.load(constants + patterns))
  c1 = i64x2.add(c1, v128.load(constants + patterns, 16))
  c2 = i64x2.add(c2, v128.load(constants + patterns, 32))
  c3 = i64x2.add(c3, v128.load(constants + patterns, 48))
  c4 = i64x2.add(c4, v128.load(constants + patterns, 64))
  if (how !== plain) {
    const up = v128.load(constants, atLift)
    c0 = i64x2.add(combine(c0, how), up)
    c1 = i64x2.add(combine(c1, how), up)
    c2 = i64x2.add(combine(c2, how), up)
    c3 = i64x2.add(combine(c3, how), up)
    c4 = i64x2.add(combine(c4, how), up)
  }
  const mask = v128.load(constants, atMask)
  // what is carried on is below (2^61 + 2^50) / 2^51, so at most 2^10: times 19 it fits 16 bits
  const round = i16x8.mul(i64x2.shr_u(c4, 51), v128.load(constants, atNineteen))
  toDoubles(r, i64x2.add(v128.and(c0, mask), round), atBias0)
  toDoubles(r + 16, i64x2.add(v128.and(c1, mask), i64x2.shr_u(c0, 51)), atBias)
  toDoubles(r + 32, i64x2.add(v128.and(c2, mask), i64x2.shr_u(c1, 51)), atBias)
  toDoubles(r + 48, i64x2.add(v128.and(c3, mask), i64x2.shr_u(c2, 51)), atBias)
  toDoubles(r + 64, i64x2.add(v128.and(c4, mask), i64x2.shr_u(c3, 51)), atBias)
}

/**
 * Integers in [0, 2^52) behind the bits of 2^52 are doubles; less what was added to make them positive. They are a limb in
 * [-2^50, 2^50) and what was carried, within ±2^9, or 19 times that: within ±(2^50 + 2^14).
 */
@inline
function toDoubles (r: usize, integers: v128, bias: i32): void {
  v128.store(r, f64x2.sub(v128.or(integers, v128.load(constants, atInteger)), v128.load(constants + bias)))
}

/** r = (a0·b0, a1·b1) */
export function multiply (r: usize, a: usize, b: usize): void {
  product(r, v128.load(a), v128.load(a, 16), v128.load(a, 32), v128.load(a, 48), v128.load(a, 64),
    v128.load(b), v128.load(b, 16), v128.load(b, 32), v128.load(b, 48), v128.load(b, 64), plain)
}

/** r = (a0², a1²) */
export function square (r: usize, a: usize): void {
  squared(r, v128.load(a), v128.load(a, 16), v128.load(a, 32), v128.load(a, 48), v128.load(a, 64), plain)
}

/** With (x0, x1) = (a0·b0, a1·b1): r = (x1 - x0, x0 + x1) */
export function multiplyToDifferenceAndSum (r: usize, a: usize, b: usize): void {
  product(r, v128.load(a), v128.load(a, 16), v128.load(a, 32), v128.load(a, 48), v128.load(a, 64),
    v128.load(b), v128.load(b, 16), v128.load(b, 32), v128.load(b, 48), v128.load(b, 64), differenceAndSum)
}

/** With (x0, x1) = (a0·b0, a1·b1): r = (x0 + x1, x0 - x1) */
export function multiplyToSumAndDifference (r: usize, a: usize, b: usize): void {
  product(r, v128.load(a), v128.load(a, 16), v128.load(a, 32), v128.load(a, 48), v128.load(a, 64),
    v128.load(b), v128.load(b, 16), v128.load(b, 32), v128.load(b, 48), v128.load(b, 64), sumAndDifference)
}

/** With (x0, x1) = (a0·b1, a1·b0): r = (x1 - x0, x0 + x1) */
export function multiplyCrosswise (r: usize, a: usize, b: usize): void {
  product(r, v128.load(a), v128.load(a, 16), v128.load(a, 32), v128.load(a, 48), v128.load(a, 64),
    swapped(v128.load(b)), swapped(v128.load(b, 16)), swapped(v128.load(b, 32)), swapped(v128.load(b, 48)), swapped(v128.load(b, 64)), differenceAndSum)
}

/** r = (a0·a1, b0·b1) */
export function multiplyLanes (r: usize, a: usize, b: usize): void {
  product(r, lanes02(a, b, 0), lanes02(a, b, 16), lanes02(a, b, 32), lanes02(a, b, 48), lanes02(a, b, 64),
    lanes13(a, b, 0), lanes13(a, b, 16), lanes13(a, b, 32), lanes13(a, b, 48), lanes13(a, b, 64), plain)
}

/** With (x0, x1) = (a0², b0·b1): r = (2·x1, 4·x0 - 2·x1); carried factors only. */
export function multiplyForDoubling (r: usize, a: usize, b: usize): void {
  product(r, lanes02(a, b, 0), lanes02(a, b, 16), lanes02(a, b, 32), lanes02(a, b, 48), lanes02(a, b, 64),
    lanes03(a, b, 0), lanes03(a, b, 16), lanes03(a, b, 32), lanes03(a, b, 48), lanes03(a, b, 64), doubling)
}

/** With (x0, x1) = (a0², a1²): r = (x1 - x0, x0 + x1) */
export function squareToDifferenceAndSum (r: usize, a: usize): void {
  squared(r, v128.load(a), v128.load(a, 16), v128.load(a, 32), v128.load(a, 48), v128.load(a, 64), differenceAndSum)
}

@inline
function lanes02 (a: usize, b: usize, at: usize): v128 {
  return i64x2.shuffle(v128.load(a + at), v128.load(b + at), 0, 2)
}

@inline
function lanes13 (a: usize, b: usize, at: usize): v128 {
  return i64x2.shuffle(v128.load(a + at), v128.load(b + at), 1, 3)
}

@inline
function lanes03 (a: usize, b: usize, at: usize): v128 {
  return i64x2.shuffle(v128.load(a + at), v128.load(b + at), 0, 3)
}

/** r = a + b, not carried */
export function add (r: usize, a: usize, b: usize): void {
  for (let i: usize = 0; i < <usize>pairSize; i += 16) v128.store(r + i, f64x2.add(v128.load(a + i), v128.load(b + i)))
}

/** r = a - b, not carried */
export function subtract (r: usize, a: usize, b: usize): void {
  for (let i: usize = 0; i < <usize>pairSize; i += 16) v128.store(r + i, f64x2.sub(v128.load(a + i), v128.load(b + i)))
}

/** r = (a0, a1), or (a1, a0) */
export function swapIf (r: usize, a: usize, swap: bool): void {
  const mask = i64x2.splat(-<i64>swap)
  for (let i: usize = 0; i < <usize>pairSize; i += 16) {
    const x = v128.load(a + i)
    v128.store(r + i, v128.bitselect(swapped(x), x, mask))
  }
}

/** r = (±a0, ±a1), carried if `a` is */
export function negateIf (r: usize, a: usize, first: bool, second: bool): void {
  const signs = i64x2.replace_lane(i64x2.splat(<i64>first << 63), 1, <i64>second << 63)
  for (let i: usize = 0; i < <usize>pairSize; i += 16) v128.store(r + i, v128.xor(v128.load(a + i), signs))
}

/** r = (a's lane i, b's lane j); r is neither a nor b */
export function join (r: usize, a: usize, i: usize, b: usize, j: usize): void {
  for (let limb: usize = 0; limb < <usize>pairSize; limb += 16) {
    store<f64>(r + limb, load<f64>(a + limb + 8 * i))
    store<f64>(r + limb, load<f64>(b + limb + 8 * j), 8)
  }
}

/** Two numbers within ±2^50. */
export function setSmall (r: usize, first: i32, second: i32): void {
  memory.fill(r, 0, pairSize)
  store<f64>(r, first)
  store<f64>(r, second, 8)
}

/** Lane of r = the number below 2^255 in four little-endian words, carried. */
export function setWords (r: usize, lane: usize, w0: u64, w1: u64, w2: u64, w3: u64): void {
  let h0 = <i64>(w0 & mask51)
  let h1 = <i64>((w0 >> 51 | w1 << 13) & mask51)
  let h2 = <i64>((w1 >> 38 | w2 << 26) & mask51)
  let h3 = <i64>((w2 >> 25 | w3 << 39) & mask51)
  let h4 = <i64>(w3 >> 12)
  let over = (h0 + (1 << 50)) >> 51; h1 += over; h0 -= over << 51
  over = (h1 + (1 << 50)) >> 51; h2 += over; h1 -= over << 51
  over = (h2 + (1 << 50)) >> 51; h3 += over; h2 -= over << 51
  over = (h3 + (1 << 50)) >> 51; h4 += over; h3 -= over << 51
  over = (h4 + (1 << 50)) >> 51; h0 += 19 * over; h4 -= over << 51
  const to = r + 8 * lane
  store<f64>(to, <f64>h0)
  store<f64>(to, <f64>h1, 16)
  store<f64>(to, <f64>h2, 32)
  store<f64>(to, <f64>h3, 48)
  store<f64>(to, <f64>h4, 64)
}

/** Writes the lane's number in [0, p) as 32 bytes, little-endian; takes limbs up to 2^53, sums of four carried elements and more. */
export function toBytes (to: usize, a: usize, lane: usize): void {
  const from = a + 8 * lane
  // 16·p = 16·(2^255 - 19) is added to make all limbs positive, below 2^56
  let h0 = <i64>load<f64>(from) + 16 * (mask51 - 18)
  let h1 = <i64>load<f64>(from, 16) + 16 * mask51
  let h2 = <i64>load<f64>(from, 32) + 16 * mask51
  let h3 = <i64>load<f64>(from, 48) + 16 * mask51
  let h4 = <i64>load<f64>(from, 64) + 16 * mask51
  h1 += h0 >> 51; h0 &= mask51
  h2 += h1 >> 51; h1 &= mask51
  h3 += h2 >> 51; h2 &= mask51
  h4 += h3 >> 51; h3 &= mask51
  h0 += 19 * (h4 >> 51); h4 &= mask51
  // now the number is below 2^255 + 19·2^5 < 2·p: it is p or more if 19 more reach 2^255
  let q = (h0 + 19) >> 51
  q = (h1 + q) >> 51
  q = (h2 + q) >> 51
  q = (h3 + q) >> 51
  q = (h4 + q) >> 51
  h0 += 19 * q
  h1 += h0 >> 51; h0 &= mask51
  h2 += h1 >> 51; h1 &= mask51
  h3 += h2 >> 51; h2 &= mask51
  h4 += h3 >> 51; h3 &= mask51
  h4 &= mask51 // the carry beyond is 2^255 q
  store<u64>(to, <u64>h0 | <u64>h1 << 51)
  store<u64>(to, <u64>h1 >> 13 | <u64>h2 << 38, 8)
  store<u64>(to, <u64>h2 >> 26 | <u64>h3 << 25, 16)
  store<u64>(to, <u64>h3 >> 39 | <u64>h4 << 12, 24)
}
