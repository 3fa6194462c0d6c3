/**
 * The roll: a Merkle tree of salted leaves. A leaf shows the class and hides
 * the person; salts stay with the registrars and the person.
 *
 * commitment = H(roll-commitment, salt (32), canonical JSON of the identity)
 * leaf       = H(roll-leaf, class index (1 byte), commitment (32))
 * Leaves stand in byte order of their commitments, so that their place says nothing.
 */
import { fromHex, toHex } from './bytes.ts'
import { canonicalBytes } from './canonical-json.ts'
import { ScrutinError } from './errors.ts'
import { MerkleTree, verifyInclusion } from './merkle-tree.ts'
import { taggedHash, tags } from './tagged-hash.ts'

export const saltLength = 32

/** What identifies a person on the roll: the organiser's own field names, each a string. */
export type RollIdentity = Readonly<Record<string, string>>

export interface RollLeaf {
  readonly classIndex: number
  /** 32 bytes, lower-case hex: the leaf's name on the ledger. */
  readonly commitment: string
}

export function rollCommitment (salt: Uint8Array, identity: RollIdentity): Uint8Array {
  if (salt.length !== saltLength) throw new Error(`a salt has ${saltLength} bytes`)
  return taggedHash(tags.rollSalt, salt, canonicalBytes(identity))
}

export function rollLeafHash (leaf: RollLeaf): Uint8Array {
  return taggedHash(tags.rollLeaf, Uint8Array.of(leaf.classIndex), fromHex(leaf.commitment, 32))
}

/** Byte order; all commitments have the same length and are lower-case hex. */
export function compareLeaves (a: RollLeaf, b: RollLeaf): number {
  return a.commitment < b.commitment ? -1 : a.commitment > b.commitment ? 1 : 0
}

/** The tree over leaves in their order; refuses (`roll.malformed`) what is unordered or double. */
export function rollTree (leaves: readonly RollLeaf[]): MerkleTree {
  leaves.forEach((leaf, i) => {
    if (i > 0 && compareLeaves(leaves[i - 1]!, leaf) >= 0) throw new ScrutinError('roll.malformed', `leaf ${i + 1} is out of order or double`)
  })
  return new MerkleTree(tags.rollNode, leaves.map(rollLeafHash))
}

export function rollRoot (leaves: readonly RollLeaf[]): string {
  return toHex(rollTree(leaves).root)
}

/** Where a leaf stands in the roll, with the neighbours up to the root (hex). */
export interface RollPlace extends RollLeaf {
  readonly index: number
  readonly path: readonly string[]
}

/** Throws `issuance.leaf` unless the leaf stands at this place of the roll. */
export function assertOnRoll (roll: { root: string, size: number }, place: RollPlace): void {
  const path = place.path.map((node) => fromHex(node, 32))
  if (!verifyInclusion(tags.rollNode, fromHex(roll.root, 32), roll.size, place.index, rollLeafHash(place), path)) {
    throw new ScrutinError('issuance.leaf')
  }
}
