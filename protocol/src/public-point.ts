/**
 * Points that are only checked with: decoded for `point-arithmetic.ts`, and
 * never an object of noble's unless someone asks for that.
 */
import { ScrutinError } from './errors.ts'
import { decodePointOrIdentity, type Point } from './group.ts'
import { type DecodedPoint, pointArithmetic } from './point-arithmetic.ts'

export class PublicPoint {
  /** 32 bytes, canonical. */
  readonly bytes: Uint8Array
  readonly decoded: DecodedPoint

  private constructor (bytes: Uint8Array, decoded: DecodedPoint) {
    this.bytes = bytes
    this.decoded = decoded
  }

  /** Decodes 32 bytes as RFC 9496 section 4.3.1; refuses (`input.not-canonical`) other encodings and the identity, as `decodePoint` does. */
  static decode (bytes: Uint8Array): PublicPoint {
    const point = PublicPoint.decodeOrIdentity(bytes)
    if (bytes.every((byte) => byte === 0)) throw new ScrutinError('input.not-canonical', 'the identity element is not allowed here')
    return point
  }

  static decodeOrIdentity (bytes: Uint8Array): PublicPoint {
    const decoded = pointArithmetic().decode(bytes)
    if (decoded === undefined) throw new ScrutinError('input.not-canonical', 'not a canonical ristretto255 encoding')
    return new PublicPoint(bytes, decoded)
  }

  /** The same point for noble's arithmetic. */
  toPoint (): Point {
    return decodePointOrIdentity(this.bytes)
  }
}

/** What equations are made of: noble's points where they are at hand already. */
export type CheckedPoint = Point | PublicPoint

const known = new WeakMap<Point, PublicPoint>()

/** Keeps what it makes of a point of noble's: keys of an election come with every ballot. */
export function publicPoint (point: CheckedPoint): PublicPoint {
  if (point instanceof PublicPoint) return point
  let found = known.get(point)
  if (found === undefined) {
    found = PublicPoint.decodeOrIdentity(point.toBytes())
    known.set(point, found)
  }
  return found
}

/** The canonical encoding, 32 bytes. */
export function encodingOf (point: CheckedPoint): Uint8Array {
  return publicPoint(point).bytes
}
