/**
 * Points that are only checked with: decoded by `point-arithmetic.ts`, and
 * never an object of noble's unless someone asks for that.
 */
import { fromHex } from './bytes.ts'
import { ScrutinError } from './errors.ts'
import { decodePointOrIdentity, type Point, pointLength } from './group.ts'
import { type DecodedPoint, pointArithmetic } from './point-arithmetic.ts'

export class PublicPoint {
  /** 32 bytes, canonical once decoded. */
  readonly bytes: Uint8Array
  #decoded: DecodedPoint | undefined

  private constructor (bytes: Uint8Array) {
    this.bytes = bytes
  }

  /** For many points that `decodeTogether` decodes at once; each would be at its first use, too. */
  static undecoded (bytes: Uint8Array): PublicPoint {
    return new PublicPoint(bytes)
  }

  /** Decodes 32 bytes as RFC 9496 section 4.3.1; refuses (`input.not-canonical`) other encodings and the identity, as `decodePoint` does. */
  static decode (bytes: Uint8Array): PublicPoint {
    const point = new PublicPoint(bytes)
    decodeTogether([point])
    return point
  }

  get decoded (): DecodedPoint {
    if (this.#decoded === undefined) PublicPoint.decodeAll([this])
    return this.#decoded!
  }

  /** Refuses (`input.not-canonical`) other than canonical encodings; the identity is one. */
  static decodeAll (points: readonly PublicPoint[]): void {
    pointArithmetic().decode(points.map(({ bytes }) => bytes)).forEach((decoded, i) => {
      if (decoded === undefined) throw new ScrutinError('input.not-canonical', 'not a canonical ristretto255 encoding')
      points[i]!.#decoded = decoded
    })
  }

  /** The same point for noble's arithmetic. */
  toPoint (): Point {
    return decodePointOrIdentity(this.bytes)
  }
}

/** Decodes points as `decodePoint` does: refuses (`input.not-canonical`) other encodings and the identity. */
export function decodeTogether (points: readonly PublicPoint[]): void {
  PublicPoint.decodeAll(points)
  if (points.some(({ bytes }) => isAllZero(bytes))) throw new ScrutinError('input.not-canonical', 'the identity element is not allowed here')
}

function isAllZero (bytes: Uint8Array): boolean {
  return bytes[0] === 0 && bytes.every((byte) => byte === 0)
}

/** The sum as a point of noble's; decodes all that were not decoded yet by one call. */
export function sumPublicPoints (points: readonly PublicPoint[]): Point {
  const arithmetic = pointArithmetic()
  return decodePointOrIdentity(arithmetic.encode(arithmetic.add(points.map(({ decoded }) => decoded))))
}

/** Σ weight·point, weights in [0, order), as a point of noble's. In variable time: neither is a secret. */
export function combinePublicPoints (points: readonly CheckedPoint[], weights: readonly bigint[]): Point {
  const arithmetic = pointArithmetic()
  return decodePointOrIdentity(arithmetic.encode(arithmetic.sum(points.map((point) => publicPoint(point).decoded), weights)))
}

/** 32 bytes in lower-case hex, else `input.not-canonical`; never the identity. */
export function publicPointFromHex (text: string): PublicPoint {
  return PublicPoint.decode(fromHex(text, pointLength))
}

/** What equations are made of: noble's points where they are at hand already. */
export type CheckedPoint = Point | PublicPoint

const known = new WeakMap<Point, PublicPoint>()

/** Keeps what it makes of a point of noble's: keys of an election come with every ballot. */
export function publicPoint (point: CheckedPoint): PublicPoint {
  if (point instanceof PublicPoint) return point
  let found = known.get(point)
  if (found === undefined) known.set(point, found = PublicPoint.undecoded(point.toBytes()))
  return found
}

/** The canonical encoding, 32 bytes. */
export function encodingOf (point: CheckedPoint): Uint8Array {
  return publicPoint(point).bytes
}
