/**
 * Merkle trees in the shape of RFC 9162 section 2.1 (the left subtree of n
 * leaves holds the largest power of two below n), with tagged hashes in place
 * of its one-byte prefixes. A frontier builds the root page by page.
 */
import { equalBytes } from './bytes.ts'
import { type Tag, taggedHash, tags } from './tagged-hash.ts'

/** Roots of the full subtrees so far, largest first; their sizes are the powers of two in the leaf count. */
export interface Frontier {
  readonly size: number
  readonly roots: readonly Uint8Array[]
}

export const emptyFrontier: Frontier = { size: 0, roots: [] }

export function appendLeaves (nodeTag: Tag, frontier: Frontier, leaves: Iterable<Uint8Array>): Frontier {
  const roots = [...frontier.roots]
  let size = frontier.size
  for (const leaf of leaves) {
    let node = leaf
    for (let bits = size; (bits & 1) === 1; bits >>>= 1) node = taggedHash(nodeTag, roots.pop()!, node)
    roots.push(node)
    size++
  }
  return { size, roots }
}

export function frontierRoot (nodeTag: Tag, frontier: Frontier): Uint8Array {
  if (frontier.roots.length === 0) return taggedHash(tags.emptyTree)
  return frontier.roots.reduceRight((right, left) => taggedHash(nodeTag, left, right))
}

export function merkleRoot (nodeTag: Tag, leaves: Iterable<Uint8Array>): Uint8Array {
  return frontierRoot(nodeTag, appendLeaves(nodeTag, emptyFrontier, leaves))
}

/** All levels of a tree, for many inclusion paths: level 0 are the leaves. */
export class MerkleTree {
  readonly #levels: Uint8Array[][]

  constructor (nodeTag: Tag, leaves: readonly Uint8Array[]) {
    this.#levels = [[...leaves]]
    // A last node without a neighbour is carried up unchanged: the same root as the recursive definition.
    for (let level = this.#levels[0]!; level.length > 1; level = this.#levels.at(-1)!) {
      const next: Uint8Array[] = []
      for (let i = 0; i < level.length; i += 2) {
        const right = level[i + 1]
        next.push(right === undefined ? level[i]! : taggedHash(nodeTag, level[i]!, right))
      }
      this.#levels.push(next)
    }
  }

  get root (): Uint8Array {
    return this.#levels.at(-1)![0] ?? taggedHash(tags.emptyTree)
  }

  /** The neighbours from the leaf up to the root. */
  path (index: number): Uint8Array[] {
    const path: Uint8Array[] = []
    for (const level of this.#levels.slice(0, -1)) {
      const neighbour = level[index ^ 1]
      if (neighbour !== undefined) path.push(neighbour)
      index >>>= 1
    }
    return path
  }
}

/** Whether `leaf` stands at `index` of the tree with `size` leaves and this root. */
export function verifyInclusion (nodeTag: Tag, root: Uint8Array, size: number, index: number, leaf: Uint8Array, path: readonly Uint8Array[]): boolean {
  const found = inclusionRoot(nodeTag, size, index, leaf, path)
  return found !== undefined && equalBytes(found, root)
}

/** The root of the tree with `size` leaves in which `leaf` stands at `index` by this path; undefined for a path of another length. */
export function inclusionRoot (nodeTag: Tag, size: number, index: number, leaf: Uint8Array, path: readonly Uint8Array[]): Uint8Array | undefined {
  if (!Number.isSafeInteger(index) || index < 0 || index >= size) return undefined
  let node = leaf
  let used = 0
  for (let last = size - 1; last > 0; last = Math.floor(last / 2), index = Math.floor(index / 2)) {
    const hasNeighbour = index % 2 === 1 || index < last
    if (!hasNeighbour) continue
    const neighbour = path[used++]
    if (neighbour === undefined) return undefined
    node = index % 2 === 1 ? taggedHash(nodeTag, neighbour, node) : taggedHash(nodeTag, node, neighbour)
  }
  return used === path.length ? node : undefined
}
