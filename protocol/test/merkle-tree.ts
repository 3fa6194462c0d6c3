import fc from 'fast-check'
import t from 'tap'
import { equalBytes, toHex, utf8ToBytes } from '../src/bytes.ts'
import { appendLeaves, emptyFrontier, frontierRoot, merkleRoot, MerkleTree, verifyInclusion } from '../src/merkle-tree.ts'
import { taggedHash, tags } from '../src/tagged-hash.ts'

const tag = tags.rollNode
const leaf = (index: number): Uint8Array => taggedHash(tags.rollLeaf, utf8ToBytes(`leaf ${index}`))
const leavesOf = (size: number): Uint8Array[] => Array.from({ length: size }, (_, i) => leaf(i))

/** RFC 9162 section 2.1.1, word for word. */
function naiveRoot (leaves: readonly Uint8Array[]): Uint8Array {
  if (leaves.length === 0) return taggedHash(tags.emptyTree)
  if (leaves.length === 1) return leaves[0]!
  const k = largestPowerBelow(leaves.length)
  return taggedHash(tag, naiveRoot(leaves.slice(0, k)), naiveRoot(leaves.slice(k)))
}

/** RFC 9162 section 2.1.3.1. */
function naivePath (index: number, leaves: readonly Uint8Array[]): Uint8Array[] {
  if (leaves.length === 1) return []
  const k = largestPowerBelow(leaves.length)
  return index < k
    ? [...naivePath(index, leaves.slice(0, k)), naiveRoot(leaves.slice(k))]
    : [...naivePath(index - k, leaves.slice(k)), naiveRoot(leaves.slice(0, k))]
}

function largestPowerBelow (n: number): number {
  let k = 1
  while (2 * k < n) k *= 2
  return k
}

t.test('the root is that of RFC 9162, by tree and by frontier, for all sizes up to 70', async (t) => {
  for (let size = 0; size <= 70; size++) {
    const leaves = leavesOf(size)
    const expected = toHex(naiveRoot(leaves))
    if (toHex(merkleRoot(tag, leaves)) !== expected || toHex(new MerkleTree(tag, leaves).root) !== expected) t.fail(`size ${size}`)
  }
  t.equal(toHex(frontierRoot(tag, emptyFrontier)), toHex(taggedHash(tags.emptyTree)))
})

t.test('pages appended one after another give the root of the whole', async () => {
  fc.assert(fc.property(fc.array(fc.integer({ min: 0, max: 9 }), { maxLength: 8 }), (pages) => {
    let frontier = emptyFrontier
    for (const page of pages) frontier = appendLeaves(tag, frontier, leavesOf(frontier.size + page).slice(frontier.size))
    return equalBytes(frontierRoot(tag, frontier), naiveRoot(leavesOf(frontier.size)))
  }))
})

t.test('paths are those of RFC 9162, and every leaf of every size up to 33 is included', async (t) => {
  for (let size = 1; size <= 33; size++) {
    const leaves = leavesOf(size)
    const tree = new MerkleTree(tag, leaves)
    for (let index = 0; index < size; index++) {
      const path = tree.path(index)
      if (path.map(toHex).join() !== naivePath(index, leaves).map(toHex).join()) t.fail(`path ${index} of ${size}`)
      if (!verifyInclusion(tag, tree.root, size, index, leaves[index]!, path)) t.fail(`leaf ${index} of ${size}`)
    }
  }
  t.pass()
})

t.test('no leaf is included at another index, for all sizes up to 33', async (t) => {
  for (let size = 1; size <= 33; size++) {
    const tree = new MerkleTree(tag, leavesOf(size))
    for (let index = 0; index < size; index++) {
      for (const wrong of [index - 1, index + 1, size, index + size, index + 64, -1, 0.5, NaN]) {
        if (wrong !== index && verifyInclusion(tag, tree.root, size, wrong, leaf(index), tree.path(index))) t.fail(`leaf ${index} of ${size} at ${wrong}`)
      }
    }
  }
  t.pass()
})

t.test('another leaf, root, tag, or a path changed, shortened or prolonged is refused', async (t) => {
  for (let size = 1; size <= 33; size++) {
    const tree = new MerkleTree(tag, leavesOf(size))
    for (let index = 0; index < size; index++) {
      const path = tree.path(index)
      const check = (over: { root?: Uint8Array, leaf?: Uint8Array, path?: Uint8Array[], tag?: typeof tags.rollNode | typeof tags.boxNode }): boolean =>
        verifyInclusion(over.tag ?? tag, over.root ?? tree.root, size, index, over.leaf ?? leaf(index), over.path ?? path)
      const forged = [
        check({ leaf: leaf(size) }), check({ root: leaf(size) }), check({ path: [...path, leaf(0)] }),
        ...path.length === 0 ? [] : [check({ path: path.slice(0, -1) }), check({ path: path.slice(1) }), check({ path: [...path.slice(0, -1), leaf(size)] }), check({ tag: tags.boxNode })],
        ...path.length < 2 ? [] : [check({ path: path.toReversed() })],
      ]
      if (forged.includes(true)) t.fail(`leaf ${index} of ${size}`)
    }
  }
  t.pass()
})

t.test('a tree of another size is refused where the shape differs on the way', async (t) => {
  const tree = new MerkleTree(tag, leavesOf(5))
  for (const size of [0, 1, 2, 4, 9, 17]) t.notOk(verifyInclusion(tag, tree.root, size, 4, leaf(4), tree.path(4)), `size ${size}`)
})

t.test('an inner node cannot pass for a leaf', async (t) => {
  const leaves = leavesOf(4)
  const tree = new MerkleTree(tag, leaves)
  const inner = taggedHash(tag, leaves[0]!, leaves[1]!)
  t.notOk(verifyInclusion(tag, tree.root, 4, 0, inner, tree.path(0).slice(1)))
})
