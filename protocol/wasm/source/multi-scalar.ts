/**
 * Sums of scalar·point, in variable time: for public values only.
 *
 * Sources: Straus, "Addition chains of vectors" (1964), with the width-5 non-adjacent form (Hankerson, Menezes and
 * Vanstone, "Guide to Elliptic Curve Cryptography", algorithms 3.35 and 3.51) for few points; Pippenger's buckets as
 * described by Bernstein, Doumen, Lange and Oosterwijk, "Faster batch forgery identification" (Indocrypt 2012, section 4),
 * with signed digits, for many.
 */
import { add, addAddend, addendSize, double, fromAddend, negateAddend, pointSize, setIdentity, toAddend } from './edwards'

/** So many points fit into one call. */
export const capacity: i32 = 4096

/** Digits of the scalars: i8 by bit (Straus, of 512 points at most), or i16 by window (Pippenger), 64 windows at most as none is narrower than 4 bits. */
const digits: usize = memory.data(4096 * 128)
/** The negatives of the points (Pippenger): which of the two a digit takes is then no branch, which could not be foretold. */
const negatives: usize = memory.data(4096 * 160, 16)
/** Tables of odd multiples (Straus), or the buckets. */
const work: usize = memory.data(4096 * 160, 16)
const filled: usize = memory.data(4096)
/** Whether scalar i was replaced by its negative. */
const negated: usize = memory.data(4096)
const lengths: usize = memory.data(4096 * 2)
const running: usize = memory.data(160, 16)
const windowSum: usize = memory.data(160, 16)
const addend: usize = memory.data(160, 16)

/** result = Σ scalars[i]·points[i]: scalars of 32 bytes, little-endian, below the group's order; addends. */
export function multiScalarSum (result: usize, points: usize, scalars: usize, count: i32): void {
  let longest = 0
  let bits = 0
  for (let i = 0; i < count; i++) {
    const length = makeSigned(scalars + 32 * <usize>i, i)
    store<i16>(lengths + 2 * <usize>i, <i16>length)
    longest = max(longest, length)
    bits += length
  }
  setIdentity(result)
  if (longest === 0) return
  const width = bestWindow(bits, longest)
  if (canStraus(count) && strausCost(bits, longest, count) < pippengerCost(bits, longest, width)) straus(result, points, scalars, count, longest)
  else pippenger(result, points, scalars, count, longest, width)
}

/** Replaces a scalar above half the order by its negative, in place: -1 is as short as 1. Returns its length in bits. */
function makeSigned (scalar: usize, index: i32): i32 {
  let w0 = load<u64>(scalar)
  let w1 = load<u64>(scalar, 8)
  let w2 = load<u64>(scalar, 16)
  let w3 = load<u64>(scalar, 24)
  // half the order is 2^251 and a little: above 2^251 the negative is at most as long
  const isNegative = w3 >= 0x0800000000000000
  if (isNegative) {
    let borrow: u64 = w0 > 0x5812631a5cf5d3ed ? 1 : 0
    w0 = 0x5812631a5cf5d3ed - w0
    const rest: u64 = 0x14def9dea2f79cd6 - w1
    const under: u64 = (w1 > 0x14def9dea2f79cd6 ? 1 : 0) | (rest < borrow ? 1 : 0)
    w1 = rest - borrow
    borrow = w2 > 0 || under > 0 ? 1 : 0
    w2 = 0 - w2 - under
    w3 = 0x1000000000000000 - w3 - borrow
    store<u64>(scalar, w0)
    store<u64>(scalar, w1, 8)
    store<u64>(scalar, w2, 16)
    store<u64>(scalar, w3, 24)
  }
  store<u8>(negated + <usize>index, isNegative ? 1 : 0)
  if (w3 !== 0) return 256 - <i32>clz(w3)
  if (w2 !== 0) return 192 - <i32>clz(w2)
  if (w1 !== 0) return 128 - <i32>clz(w1)
  return 64 - <i32>clz(w0)
}

// Costs in additions, from measurement: a doubling is about one, too, and adding up a bucket takes two and a half.

function pippengerCost (bits: i32, longest: i32, width: i32): i32 {
  return bits / width + longest + (longest / width + 1) * (5 << (width - 1)) / 2
}

function bestWindow (bits: i32, longest: i32): i32 {
  let best = 4
  for (let width = 5; width <= 11; width++) {
    if (pippengerCost(bits, longest, width) < pippengerCost(bits, longest, best)) best = width
  }
  return best
}

function canStraus (count: i32): bool {
  return count <= 512 // 8 multiples each in `work`
}

function strausCost (bits: i32, longest: i32, count: i32): i32 {
  return longest + 10 * count + bits / 5
}

const nafStride: i32 = 256
const oddMultiples: i32 = 8

function straus (result: usize, points: usize, scalars: usize, count: i32, longest: i32): void {
  const tableSize = oddMultiples * addendSize
  memory.fill(digits, 0, <usize>count * nafStride)
  for (let i: usize = 0; i < <usize>count; i++) {
    nonAdjacentForm(digits + i * nafStride, scalars + 32 * i, load<u8>(negated + i) !== 0)
    // table: 1, 3, 5, … 15 times the point
    const table = work + i * tableSize
    fromAddend(running, points + i * addendSize)
    toAddend(table, running)
    double(windowSum, running)
    toAddend(addend, windowSum)
    for (let k: usize = 1; k < <usize>oddMultiples; k++) {
      add(running, running, addend)
      toAddend(table + k * addendSize, running)
    }
  }
  // a carry may make the form one digit longer than the scalar
  for (let bit = longest; bit >= 0; bit--) {
    if (bit !== longest) double(result, result)
    for (let i: usize = 0; i < <usize>count; i++) {
      const digit = load<i8>(digits + i * nafStride + <usize>bit)
      if (digit === 0) continue
      const multiple = <usize>(abs<i32>(digit) >> 1)
      addAddend(result, result, work + i * tableSize + multiple * addendSize, digit < 0)
    }
  }
}

/** Width-5 non-adjacent form: digits zero or odd within ±15, little-endian, of a scalar below 2^253. */
function nonAdjacentForm (to: usize, scalar: usize, negative: bool): void {
  let carry = 0
  let bit = 0
  while (bit < 253) {
    const window = carry + bitsAt(scalar, bit, 5)
    if ((window & 1) === 0) {
      bit++
      continue
    }
    let digit = window
    carry = 0
    if (window > 16) {
      digit -= 32
      carry = 1
    }
    store<i8>(to + <usize>bit, <i8>(negative ? -digit : digit))
    bit += 5
  }
}

/** `width` bits, at most 16, of a scalar of 32 bytes from position `bit` on; beyond its end are zeros. */
@inline
function bitsAt (scalar: usize, bit: i32, width: i32): i32 {
  const word = bit >> 6
  const shift = bit & 63
  if (word > 3) return 0
  let value = load<u64>(scalar + 8 * <usize>word) >> shift
  if (shift + width > 64 && word < 3) value |= load<u64>(scalar + 8 * <usize>word, 8) << (64 - shift)
  return <i32>value & ((1 << width) - 1)
}

function pippenger (result: usize, points: usize, scalars: usize, count: i32, longest: i32, width: i32): void {
  const windows = longest / width + 1 // the last takes the carry
  for (let i: usize = 0; i < <usize>count; i++) signedDigits(digits + 2 * i * <usize>windows, scalars + 32 * i, load<u8>(negated + i) !== 0, windows, width)
  for (let i: usize = 0; i < <usize>count; i++) negateAddend(negatives + i * addendSize, points + i * addendSize, true)
  const buckets = 1 << (width - 1)
  for (let window = windows - 1; window >= 0; window--) {
    if (window !== windows - 1) for (let i = 0; i < width; i++) double(result, result)
    memory.fill(filled, 0, buckets)
    const reach = window * width
    for (let i: usize = 0; i < <usize>count; i++) {
      if (load<i16>(lengths + 2 * i) < <i16>reach) continue
      const digit = <i32>load<i16>(digits + 2 * (i * <usize>windows + <usize>window))
      if (digit === 0) continue
      const signed = (digit < 0 ? negatives : points) + i * addendSize
      const index = <usize>abs(digit) - 1
      const bucket = work + index * pointSize
      if (load<u8>(filled + index) === 0) {
        store<u8>(filled + index, 1)
        fromAddend(bucket, signed)
      } else {
        add(bucket, bucket, signed)
      }
    }
    addBuckets(result, buckets)
  }
}

/** Digits within ±2^(width - 1), of `windows` windows from the lowest on. */
function signedDigits (to: usize, scalar: usize, negative: bool, windows: i32, width: i32): void {
  let carry = 0
  for (let window = 0; window < windows; window++) {
    let digit = carry + bitsAt(scalar, window * width, width)
    carry = 0
    if (digit > 1 << (width - 1)) {
      digit -= 1 << width
      carry = 1
    }
    store<i16>(to + 2 * <usize>window, <i16>(negative ? -digit : digit))
  }
}

/** result += Σ (j + 1)·bucket[j], as a sum of running sums from the last bucket down. */
function addBuckets (result: usize, buckets: i32): void {
  let started = false
  for (let j = buckets - 1; j >= 0; j--) {
    if (load<u8>(filled + <usize>j) !== 0) {
      const bucket = work + <usize>j * pointSize
      // the running sum stands in `addend`, for this and for the next sum
      if (started) {
        add(running, bucket, addend)
      } else {
        memory.copy(running, bucket, pointSize)
        setIdentity(windowSum)
        started = true
      }
      toAddend(addend, running)
    }
    if (started) add(windowSum, windowSum, addend)
  }
  if (!started) return
  toAddend(addend, windowSum)
  add(result, result, addend)
}
