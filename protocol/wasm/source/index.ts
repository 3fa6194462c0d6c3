/**
 * What `protocol/src/wasm-points.ts` calls. Arguments and results stand at fixed places in memory, so that nothing is
 * allocated and a call that traps leaves nothing behind: every call writes its whole input first.
 */
import { add, addAddend, addendSize, encodePoint, isIdentity, pointSize, setIdentity, toAddend } from './edwards'
import { isFused } from './fused-pairs'
import { capacity, multiScalarSum } from './multi-scalar'
import { decodeSome } from './ristretto'

/** Changes with every change of this interface, so that an old build is not taken for a new one. */
export const interfaceVersion: i32 = 3

/** Input of `decodePoints`: 32 bytes a point; input of `sumPoints`: a scalar of 32 bytes a point. */
export const inputAt: usize = memory.data(4096 * 32)
/** Output of `decodePoints` and input of `sumPoints`: an addend (edwards.ts) of 160 bytes a point. */
export const pointsAt: usize = memory.data(4096 * 160, 16)
/** Output of `decodePoints`: a byte a point, 1 where its encoding is the canonical one of an element. */
export const validAt: usize = memory.data(4096)
/** Two sums of 160 bytes; results stand in the first. */
export const sumsAt: usize = memory.data(2 * 160, 16)

export const pointCapacity: i32 = capacity

export function decodePoints (count: i32): void {
  if (count < 0 || count > capacity) unreachable()
  for (let i: usize = 0; i < <usize>count; i += 4) {
    // of an odd number the last one's neighbour is whatever was there, and its result is never read
    const some = min(4, count - <i32>i)
    const valid = decodeSome(pointsAt + <usize>addendSize * i, inputAt + 32 * i, some)
    for (let k: usize = 0; k < <usize>some; k++) store<u8>(validAt + i + k, <u8>(valid >> <i32>k & 1))
  }
}

/** First sum = Σ scalar·point. Overwrites scalars. */
export function sumPoints (count: i32): void {
  if (count < 0 || count > capacity) unreachable()
  multiScalarSum(sumsAt, pointsAt, inputAt, count)
}

/** First sum = Σ point. */
export function addPoints (count: i32): void {
  if (count < 0 || count > capacity) unreachable()
  setIdentity(sumsAt)
  for (let i: usize = 0; i < <usize>count; i++) add(sumsAt, sumsAt, pointsAt + <usize>addendSize * i)
}

/** Writes the 32 bytes of the first sum to `inputAt`. */
export function encodeSum (): void {
  encodePoint(inputAt, sumsAt)
}

const addend: usize = memory.data(160, 16)

/** First sum = first ± second. */
export function addSums (minus: bool): void {
  toAddend(addend, sumsAt + pointSize)
  addAddend(sumsAt, sumsAt, addend, minus)
}

/** Whether the first sum is the identity of ristretto255. */
export function sumIsIdentity (): bool {
  return isIdentity(sumsAt)
}

/** Of the build with relaxed SIMD: whether this machine computes with it what `fused-pairs.ts` needs. Of the other: true. */
export function isExact (): bool {
  return ASC_FEATURE_RELAXED_SIMD ? isFused() : true
}
