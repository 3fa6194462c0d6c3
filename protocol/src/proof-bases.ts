/**
 * The bases of the commitments in a ballot's proof, the same in every election:
 * hashed to the group (RFC 9496 section 4.3.4) from their names, so that nobody
 * knows a relation between any of them. Binding rests on that.
 */
import { concatBytes, frame, uint32, utf8ToBytes } from './bytes.ts'
import { derivePoint, type Point } from './group.ts'
import { sha512 } from './hashes.ts'
import { tags } from './tagged-hash.ts'

function proofBase (name: 'bit' | 'product' | 'blinding', index: number): Point {
  return derivePoint(sha512(concatBytes(frame(utf8ToBytes(tags.proofBase)), frame(utf8ToBytes(name)), frame(uint32(index)))))
}

export interface BitBases {
  /** What a bit is committed to with. */
  readonly bit: Point
  /** The same for the middle coefficient of its product. */
  readonly product: Point
}

const derived: BitBases[] = []
let blinding: Point | undefined

/** Bases for so many bits; each is derived once. */
export function bitBases (count: number): readonly BitBases[] {
  for (let i = derived.length; i < count; i++) derived.push({ bit: proofBase('bit', i), product: proofBase('product', i) })
  return derived.slice(0, count)
}

/** What commitments are blinded with. */
export function blindingBase (): Point {
  blinding ??= proofBase('blinding', 0)
  return blinding
}
