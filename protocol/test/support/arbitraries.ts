/** What property tests draw from. */
import fc from 'fast-check'
import { bytesToNumberLE } from '@noble/curves/utils.js'
import { basePoint, groupOrder, multiply } from '../../src/group.ts'

export const bytes = (minLength: number, maxLength: number = minLength): fc.Arbitrary<Uint8Array> => fc.uint8Array({ minLength, maxLength })
export const scalar: fc.Arbitrary<bigint> = bytes(40).map((wide) => bytesToNumberLE(wide) % groupOrder)
export const point = scalar.filter((value) => value !== 0n).map((value) => multiply(basePoint, value))

/** The bytes with one bit flipped at a position drawn anywhere in them. */
export const flippedBit = (length: number): fc.Arbitrary<(bytes: Uint8Array) => Uint8Array> =>
  fc.integer({ min: 0, max: 8 * length - 1 }).map((bit) => (whole) => flipBit(whole, bit))

export function flipBit (whole: Uint8Array, bit: number): Uint8Array {
  const copy = Uint8Array.from(whole)
  copy[bit >>> 3]! ^= 1 << (bit & 7)
  return copy
}
