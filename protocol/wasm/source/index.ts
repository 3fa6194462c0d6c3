/**
 * What `protocol/src/wasm-points.ts` calls. Arguments and results stand at fixed places in memory, so that nothing is
 * allocated and a call that traps leaves nothing behind: every call writes its whole input first.
 */
import { addAddend, addAffine, affineSize, encodePoint, isIdentity, pointSize, setIdentity, toAddend, toAffineAddend } from './edwards'
import { elementSize } from './field'
import { capacity, multiScalarSum } from './multi-scalar'
import { decode } from './ristretto'

/** Changes with every change of this interface, so that an old build is not taken for a new one. */
export const interfaceVersion: i32 = 2

/** Input of `decodePoints`: 32 bytes a point; input of `sumPoints`: a scalar of 32 bytes a point. */
export const inputAt: usize = memory.data(4096 * 32)
/** Output of `decodePoints` and input of `sumPoints`: 120 bytes a point. */
export const pointsAt: usize = memory.data(4096 * 120)
/** Output of `decodePoints`: a byte a point, 1 where its encoding is the canonical one of an element. */
export const validAt: usize = memory.data(4096)
/** Two sums of 160 bytes; results stand in the first. */
export const sumsAt: usize = memory.data(2 * 160)

export const pointCapacity: i32 = capacity

const x: usize = memory.data(elementSize)
const y: usize = memory.data(elementSize)
const product: usize = memory.data(elementSize)

export function decodePoints (count: i32): void {
  if (count < 0 || count > capacity) unreachable()
  for (let i: usize = 0; i < <usize>count; i++) {
    const valid = decode(x, y, product, inputAt + 32 * i)
    store<u8>(validAt + i, valid ? 1 : 0)
    if (valid) toAffineAddend(pointsAt + affineSize * i, x, y, product)
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
  for (let i: usize = 0; i < <usize>count; i++) addAffine(sumsAt, sumsAt, pointsAt + affineSize * i, false)
}

/** Writes the 32 bytes of the first sum to `inputAt`. */
export function encodeSum (): void {
  encodePoint(inputAt, sumsAt)
}

const addend: usize = memory.data(160)

/** First sum = first ± second. */
export function addSums (minus: bool): void {
  toAddend(addend, sumsAt + pointSize)
  addAddend(sumsAt, sumsAt, addend, minus)
}

/** Whether the first sum is the identity of ristretto255. */
export function sumIsIdentity (): bool {
  return isIdentity(sumsAt)
}
