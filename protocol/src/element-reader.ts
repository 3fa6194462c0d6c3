/** Reads points and scalars out of an encoding; points only to be checked with. */
import { ByteReader } from './bytes.ts'
import { decodeScalar, pointLength, scalarLength } from './group.ts'
import { decodeTogether, PublicPoint } from './public-point.ts'

export class ElementReader extends ByteReader {
  readonly #points: PublicPoint[] = []

  /** A point, never the identity. `finish` decodes all that were taken. */
  takePoint (): PublicPoint {
    const point = PublicPoint.undecoded(this.take(pointLength))
    this.#points.push(point)
    return point
  }

  /** A scalar below the order. */
  takeScalar (): bigint {
    return decodeScalar(this.take(scalarLength))
  }

  /** Refuses with `input.not-canonical` what is left over, and points that are not canonical encodings or the identity. */
  override finish (): void {
    super.finish()
    decodeTogether(this.#points)
  }
}
