/**
 * Pairs of field elements as the build at hand computes with them: fused multiply-additions where AssemblyScript may use
 * "relaxed SIMD", else integers. Both give the same numbers. r may be a or b, but where that is excluded.
 *
 * Both allow the same: every result but those of `add` and `subtract` can be either factor of the next product, and the sum
 * or difference of two results one of the two factors; a square takes no sums but one of a result and a small number.
 */
import * as fused from './fused-pairs'
import * as plain from './plain-pairs'

/** Bytes of a pair. */
export const pairSize: i32 = 80

/** r = (a0·b0, a1·b1) */
@inline
export function multiply (r: usize, a: usize, b: usize): void {
  if (ASC_FEATURE_RELAXED_SIMD) fused.multiply(r, a, b)
  else plain.multiply(r, a, b)
}

/** r = (a0², a1²) */
@inline
export function square (r: usize, a: usize): void {
  if (ASC_FEATURE_RELAXED_SIMD) fused.square(r, a)
  else plain.square(r, a)
}

/** With (x0, x1) = (a0·b0, a1·b1): r = (x1 - x0, x0 + x1) */
@inline
export function multiplyToDifferenceAndSum (r: usize, a: usize, b: usize): void {
  if (ASC_FEATURE_RELAXED_SIMD) fused.multiplyToDifferenceAndSum(r, a, b)
  else plain.multiplyToDifferenceAndSum(r, a, b)
}

/** With (x0, x1) = (a0·b0, a1·b1): r = (x0 + x1, x0 - x1) */
@inline
export function multiplyToSumAndDifference (r: usize, a: usize, b: usize): void {
  if (ASC_FEATURE_RELAXED_SIMD) fused.multiplyToSumAndDifference(r, a, b)
  else plain.multiplyToSumAndDifference(r, a, b)
}

/** With (x0, x1) = (a0·b1, a1·b0): r = (x1 - x0, x0 + x1) */
@inline
export function multiplyCrosswise (r: usize, a: usize, b: usize): void {
  if (ASC_FEATURE_RELAXED_SIMD) fused.multiplyCrosswise(r, a, b)
  else plain.multiplyCrosswise(r, a, b)
}

/** r = (a0·a1, b0·b1) */
@inline
export function multiplyLanes (r: usize, a: usize, b: usize): void {
  if (ASC_FEATURE_RELAXED_SIMD) fused.multiplyLanes(r, a, b)
  else plain.multiplyLanes(r, a, b)
}

/** With (x0, x1) = (a0², b0·b1): r = (2·x1, 4·x0 - 2·x1) */
@inline
export function multiplyForDoubling (r: usize, a: usize, b: usize): void {
  if (ASC_FEATURE_RELAXED_SIMD) fused.multiplyForDoubling(r, a, b)
  else plain.multiplyForDoubling(r, a, b)
}

/** With (x0, x1) = (a0², a1²): r = (x1 - x0, x0 + x1) */
@inline
export function squareToDifferenceAndSum (r: usize, a: usize): void {
  if (ASC_FEATURE_RELAXED_SIMD) fused.squareToDifferenceAndSum(r, a)
  else plain.squareToDifferenceAndSum(r, a)
}

/** r = a + b, not carried */
@inline
export function add (r: usize, a: usize, b: usize): void {
  if (ASC_FEATURE_RELAXED_SIMD) fused.add(r, a, b)
  else plain.add(r, a, b)
}

/** r = a - b, not carried */
@inline
export function subtract (r: usize, a: usize, b: usize): void {
  if (ASC_FEATURE_RELAXED_SIMD) fused.subtract(r, a, b)
  else plain.subtract(r, a, b)
}

/** r = (a0, a1), or (a1, a0) */
@inline
export function swapIf (r: usize, a: usize, swap: bool): void {
  if (ASC_FEATURE_RELAXED_SIMD) fused.swapIf(r, a, swap)
  else plain.swapIf(r, a, swap)
}

/** r = (±a0, ±a1) */
@inline
export function negateIf (r: usize, a: usize, first: bool, second: bool): void {
  if (ASC_FEATURE_RELAXED_SIMD) fused.negateIf(r, a, first, second)
  else plain.negateIf(r, a, first, second)
}

/** r = (lane i of a, lane j of b), lanes 0 and 1; r is neither a nor b. */
@inline
export function join (r: usize, a: usize, i: usize, b: usize, j: usize): void {
  if (ASC_FEATURE_RELAXED_SIMD) fused.join(r, a, i, b, j)
  else plain.join(r, a, i, b, j)
}

/** Two small numbers. */
@inline
export function setSmall (r: usize, first: i32, second: i32): void {
  if (ASC_FEATURE_RELAXED_SIMD) fused.setSmall(r, first, second)
  else plain.setSmall(r, first, second)
}

/** Lane of r = the number below 2^255 in four little-endian words. */
@inline
export function setWords (r: usize, lane: usize, w0: u64, w1: u64, w2: u64, w3: u64): void {
  if (ASC_FEATURE_RELAXED_SIMD) fused.setWords(r, lane, w0, w1, w2, w3)
  else plain.setWords(r, lane, w0, w1, w2, w3)
}

/** Writes the lane's number in [0, p) as 32 bytes, little-endian; of a result or the sum of two. */
@inline
export function toBytes (to: usize, a: usize, lane: usize): void {
  if (ASC_FEATURE_RELAXED_SIMD) fused.toBytes(to, a, lane)
  else plain.toBytes(to, a, lane)
}

const bytes: usize = memory.data(32)

export function isZero (a: usize, lane: usize): bool {
  toBytes(bytes, a, lane)
  return (load<u64>(bytes) | load<u64>(bytes, 8) | load<u64>(bytes, 16) | load<u64>(bytes, 24)) === 0
}

/** RFC 9496 section 4.1: negative are the odd numbers. */
export function isNegative (a: usize, lane: usize): bool {
  toBytes(bytes, a, lane)
  return (load<u8>(bytes) & 1) === 1
}

/** 1 for one, -1 for minus one, else 0. */
export function signOfOne (a: usize, lane: usize): i32 {
  toBytes(bytes, a, lane)
  const w0 = load<u64>(bytes)
  const w1 = load<u64>(bytes, 8)
  const w2 = load<u64>(bytes, 16)
  const w3 = load<u64>(bytes, 24)
  if (w0 === 1 && (w1 | w2 | w3) === 0) return 1
  return w0 === 0xffffffffffffffec && (w1 & w2) === 0xffffffffffffffff && w3 === 0x7fffffffffffffff ? -1 : 0
}

function squareTimes (r: usize, a: usize, times: i32, two: bool): void {
  let from = a
  for (let i = 0; i < times; i++) {
    square(r, from)
    if (two) square(r + pairSize, from + pairSize)
    from = r
  }
}

function multiplyEach (r: usize, a: usize, b: usize, two: bool): void {
  multiply(r, a, b)
  if (two) multiply(r + pairSize, a + pairSize, b + pairSize)
}

const x0: usize = memory.data(2 * pairSize, 16)
const x1: usize = memory.data(2 * pairSize, 16)
const x2: usize = memory.data(2 * pairSize, 16)

/**
 * r = a^((p - 5) / 8) = a^(2^252 - 3), by the chain of ref10's pow22523, for one pair or for two that stand one behind the
 * other: two chains in turn, as a processor begins the next square of one while the other's is under way. r is not a.
 */
export function powP58 (r: usize, a: usize, two: bool): void {
  squareTimes(x0, a, 1, two) // 2
  squareTimes(x1, x0, 2, two) // 8
  multiplyEach(x1, a, x1, two) // 9
  multiplyEach(x0, x0, x1, two) // 11
  squareTimes(x0, x0, 1, two) // 22
  multiplyEach(x0, x1, x0, two) // 2^5 - 1
  squareTimes(x1, x0, 5, two)
  multiplyEach(x0, x1, x0, two) // 2^10 - 1
  squareTimes(x1, x0, 10, two)
  multiplyEach(x1, x1, x0, two) // 2^20 - 1
  squareTimes(x2, x1, 20, two)
  multiplyEach(x1, x2, x1, two) // 2^40 - 1
  squareTimes(x1, x1, 10, two)
  multiplyEach(x0, x1, x0, two) // 2^50 - 1
  squareTimes(x1, x0, 50, two)
  multiplyEach(x1, x1, x0, two) // 2^100 - 1
  squareTimes(x2, x1, 100, two)
  multiplyEach(x1, x2, x1, two) // 2^200 - 1
  squareTimes(x1, x1, 50, two)
  multiplyEach(x0, x1, x0, two) // 2^250 - 1
  squareTimes(x0, x0, 2, two) // 2^252 - 4
  multiplyEach(r, x0, a, two)
}
