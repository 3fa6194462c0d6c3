/**
 * The group ristretto255 (RFC 9496): prime order, 32-byte canonical encodings.
 * Points and scalars come from outside only through the strict decoders here.
 * JavaScript does not promise constant time: see SECURITY.md.
 */
import { ristretto255, ristretto255_hasher as ristrettoHasher } from '@noble/curves/ed25519.js'
import { randomBytes } from '@noble/hashes/utils.js'
import { fromHex, toHex } from './bytes.ts'
import { ScrutinError } from './errors.ts'

export type Point = InstanceType<typeof ristretto255.Point>

export const pointLength = 32
export const scalarLength = 32

/** Order of the group, 2^252 + 27742317777372353535851937790883648493. */
export const groupOrder: bigint = ristretto255.Point.Fn.ORDER
export const basePoint: Point = ristretto255.Point.BASE
export const identity: Point = ristretto255.Point.ZERO

/** Decodes 32 bytes as RFC 9496 section 4.3.1; refuses other encodings and the identity. */
export function decodePoint (bytes: Uint8Array): Point {
  const point = decodePointOrIdentity(bytes)
  if (point.is0()) throw new ScrutinError('input.not-canonical', 'the identity element is not allowed here')
  return point
}

/** The same, for sums of an empty box only. */
export function decodePointOrIdentity (bytes: Uint8Array): Point {
  try {
    return ristretto255.Point.fromBytes(bytes)
  } catch {
    throw new ScrutinError('input.not-canonical', 'not a canonical ristretto255 encoding')
  }
}

/** Decodes 32 bytes, little-endian, below the group's order. */
export function decodeScalar (bytes: Uint8Array): bigint {
  const scalar = bytes.length === scalarLength ? readLittleEndian(bytes) : groupOrder
  if (scalar >= groupOrder) throw new ScrutinError('input.not-canonical', 'not a canonical scalar')
  return scalar
}

export function encodeScalar (scalar: bigint): Uint8Array {
  if (scalar < 0n || scalar >> 256n !== 0n) throw new Error('not a number of 32 bytes')
  const bytes = new Uint8Array(scalarLength)
  const view = new DataView(bytes.buffer)
  for (let at = 0, rest = scalar; at < scalarLength; at += 8, rest >>= 64n) view.setBigUint64(at, BigInt.asUintN(64, rest), true)
  return bytes
}

/** Of bytes in multiples of 8. */
function readLittleEndian (bytes: Uint8Array): bigint {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
  let value = 0n
  for (let at = bytes.length - 8; at >= 0; at -= 8) value = value << 64n | view.getBigUint64(at, true)
  return value
}

export const pointToHex = (point: Point): string => toHex(point.toBytes())
export const pointFromHex = (text: string): Point => decodePoint(fromHex(text, pointLength))
export const scalarToHex = (scalar: bigint): string => toHex(encodeScalar(scalar))
export const scalarFromHex = (text: string): bigint => decodeScalar(fromHex(text, scalarLength))

/** Remainder in [0, order). */
export function modOrder (value: bigint): bigint {
  const remainder = value % groupOrder
  return remainder < 0n ? remainder + groupOrder : remainder
}

/** 64 uniform bytes, little-endian, reduced: the bias is below 2^-250. */
export function reduceWide (bytes: Uint8Array): bigint {
  if (bytes.length !== 64) throw new Error('expected 64 bytes')
  return readLittleEndian(bytes) % groupOrder
}

/** Element derivation of RFC 9496 section 4.3.4, from 64 uniform bytes: nobody knows the point's discrete logarithm. */
export function derivePoint (bytes: Uint8Array): Point {
  return ristrettoHasher.deriveToCurve!(bytes)
}

/** A uniform scalar, never 0, from the platform's secure random source. */
export function randomScalar (): bigint {
  const scalar = reduceWide(randomBytes(64))
  return scalar === 0n ? randomScalar() : scalar
}

/** Multiplication for secrets: noble's regular-schedule algorithm; accepts 0. */
export function multiply (point: Point, scalar: bigint): Point {
  return scalar === 0n ? identity : point.multiply(scalar)
}

export function sumPoints (points: Iterable<Point>): Point {
  let sum = identity
  for (const point of points) sum = sum.add(point)
  return sum
}

/** Inverse modulo the order, for Lagrange coefficients (public values). */
export function invertScalar (scalar: bigint): bigint {
  return ristretto255.Point.Fn.inv(scalar)
}
