/**
 * Two elements of the field of 2^255 - 19, one behind the other: what `fused-pairs.ts` does, in the integers of
 * `field.ts`, for machines without fused multiply-additions. Its bounds are those of `field.ts`, which are wider: every
 * result but those of `add` and `subtract`, and the combinations of products, is carried; combinations are sums of two
 * carried elements, or up to six carried ones where that is said, and then carried.
 */
import * as field from './field'
import { elementSize } from './field'

const left: usize = memory.data(elementSize)
const right: usize = memory.data(elementSize)

/** r = (a0·b0, a1·b1) */
export function multiply (r: usize, a: usize, b: usize): void {
  field.mul(r, a, b)
  field.mul(r + elementSize, a + elementSize, b + elementSize)
}

/** r = (a0², a1²) */
export function square (r: usize, a: usize): void {
  field.sqr(r, a)
  field.sqr(r + elementSize, a + elementSize)
}

/** r = (x1 - x0, x0 + x1) of `left` and `right` */
function toDifferenceAndSum (r: usize): void {
  field.sub(r, right, left)
  field.add(r + elementSize, left, right)
}

/** With (x0, x1) = (a0·b0, a1·b1): r = (x1 - x0, x0 + x1) */
export function multiplyToDifferenceAndSum (r: usize, a: usize, b: usize): void {
  field.mul(left, a, b)
  field.mul(right, a + elementSize, b + elementSize)
  toDifferenceAndSum(r)
}

/** With (x0, x1) = (a0·b0, a1·b1): r = (x0 + x1, x0 - x1) */
export function multiplyToSumAndDifference (r: usize, a: usize, b: usize): void {
  field.mul(left, a, b)
  field.mul(right, a + elementSize, b + elementSize)
  field.add(r, left, right)
  field.sub(r + elementSize, left, right)
}

/** With (x0, x1) = (a0·b1, a1·b0): r = (x1 - x0, x0 + x1) */
export function multiplyCrosswise (r: usize, a: usize, b: usize): void {
  field.mul(left, a, b + elementSize)
  field.mul(right, a + elementSize, b)
  toDifferenceAndSum(r)
}

/** r = (a0·a1, b0·b1) */
export function multiplyLanes (r: usize, a: usize, b: usize): void {
  field.mul(left, a, a + elementSize)
  field.mul(r + elementSize, b, b + elementSize)
  field.copy(r, left)
}

/** With (x0, x1) = (a0², b0·b1): r = (2·x1, 4·x0 - 2·x1), the second a sum of three twice carried elements: carried by halving what is squared. */
export function multiplyForDoubling (r: usize, a: usize, b: usize): void {
  field.sqrDoubled(left, a) // 2·x0
  field.mul(right, b, b + elementSize)
  field.sub(left, left, right) // 2·x0 - x1
  field.carried(left, left)
  field.add(r, right, right)
  field.add(r + elementSize, left, left)
}

/** With (x0, x1) = (a0², a1²): r = (x1 - x0, x0 + x1) */
export function squareToDifferenceAndSum (r: usize, a: usize): void {
  field.sqr(left, a)
  field.sqr(right, a + elementSize)
  toDifferenceAndSum(r)
}

/** r = a + b, not carried */
export function add (r: usize, a: usize, b: usize): void {
  field.add(r, a, b)
  field.add(r + elementSize, a + elementSize, b + elementSize)
}

/** r = a - b, not carried */
export function subtract (r: usize, a: usize, b: usize): void {
  field.sub(r, a, b)
  field.sub(r + elementSize, a + elementSize, b + elementSize)
}

/** r = (a0, a1), or (a1, a0) */
export function swapIf (r: usize, a: usize, swap: bool): void {
  field.copy(left, swap ? a + elementSize : a)
  field.copy(r + elementSize, swap ? a : a + elementSize)
  field.copy(r, left)
}

/** r = (±a0, ±a1) */
export function negateIf (r: usize, a: usize, first: bool, second: bool): void {
  if (first) field.neg(r, a)
  else field.copy(r, a)
  if (second) field.neg(r + elementSize, a + elementSize)
  else field.copy(r + elementSize, a + elementSize)
}

/** r = (a's lane i, b's lane j); r is neither a nor b */
export function join (r: usize, a: usize, i: usize, b: usize, j: usize): void {
  field.copy(r, a + i * elementSize)
  field.copy(r + elementSize, b + j * elementSize)
}

/** Two small numbers. */
export function setSmall (r: usize, first: i32, second: i32): void {
  field.setSmall(r, first)
  field.setSmall(r + elementSize, second)
}

/** Lane of r = the number below 2^255 in four little-endian words. */
export function setWords (r: usize, lane: usize, w0: u64, w1: u64, w2: u64, w3: u64): void {
  field.fromWords(r + lane * elementSize, w0, w1, w2, w3)
}

/** Writes the lane's number in [0, p) as 32 bytes, little-endian. */
export function toBytes (to: usize, a: usize, lane: usize): void {
  field.toBytes(to, a + lane * elementSize)
}
