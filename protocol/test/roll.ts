import fc from 'fast-check'
import t from 'tap'
import { concatBytes, frame, toHex, utf8ToBytes } from '../src/bytes.ts'
import { createHash } from 'node:crypto'
import { assertOnRoll, compareLeaves, rollCommitment, rollLeafHash, rollRoot, rollTree } from '../src/roll.ts'
import { tags } from '../src/tagged-hash.ts'
import { bytes } from './support/arbitraries.ts'
import { refuses } from './support/refuses.ts'
import { sampleRoll } from './support/sample-election.ts'

const salt = new Uint8Array(32).fill(7)

t.test('a commitment is the hash of the salt and the canonical identity', async (t) => {
  const hashed = concatBytes(frame(utf8ToBytes(tags.rollSalt)), frame(salt), frame(utf8ToBytes('{"id":"42","name":"Ada"}')))
  t.equal(toHex(rollCommitment(salt, { name: 'Ada', id: '42' })), createHash('sha256').update(hashed).digest('hex'))
  t.throws(() => rollCommitment(new Uint8Array(31), { id: '42' }))
})

t.test('another salt or identity is another commitment', async () => {
  fc.assert(fc.property(bytes(32), bytes(32), fc.string(), fc.string(), (a, b, one, other) => {
    const distinct = new Set([[a, one], [b, one], [a, other], [b, other]].map(([s, id]) => `${toHex(s as Uint8Array)} ${JSON.stringify(id)}`)).size
    const commitments = new Set([rollCommitment(a, { id: one }), rollCommitment(b, { id: one }), rollCommitment(a, { id: other }), rollCommitment(b, { id: other })].map(toHex)).size
    return commitments === distinct
  }))
})

t.test('the class counts in the leaf', async (t) => {
  const { places } = sampleRoll(1)
  t.notSame(rollLeafHash(places[0]!), rollLeafHash({ ...places[0]!, classIndex: 1 }))
})

t.test('leaves out of order or double are refused', async (t) => {
  const leaves = sampleRoll(5).places
  t.equal(rollRoot(leaves), sampleRootOf(leaves))
  refuses(t, 'roll.malformed', () => rollTree(leaves.toReversed()))
  refuses(t, 'roll.malformed', () => rollTree([...leaves, leaves[4]!]), /leaf 6/)
  refuses(t, 'roll.malformed', () => rollTree([leaves[0]!, { ...leaves[0]!, classIndex: 1 }]))
  t.equal(compareLeaves(leaves[0]!, leaves[0]!), 0)
})

function sampleRootOf (leaves: Parameters<typeof rollRoot>[0]): string {
  return toHex(rollTree(leaves.toSorted(compareLeaves)).root)
}

t.test('every leaf of a roll stands at its place and nowhere else', async (t) => {
  for (const size of [1, 2, 5, 8, 13]) {
    const { places, roll } = sampleRoll(size)
    for (const place of places) {
      assertOnRoll(roll, place)
      refuses(t, 'issuance.leaf', () => { assertOnRoll(roll, { ...place, index: place.index + 1 }) })
      refuses(t, 'issuance.leaf', () => { assertOnRoll(roll, { ...place, classIndex: 1 }) })
      refuses(t, 'issuance.leaf', () => { assertOnRoll(roll, { ...place, commitment: 'ab'.repeat(32) }) })
      refuses(t, 'issuance.leaf', () => { assertOnRoll({ ...roll, root: 'ab'.repeat(32) }, place) })
      refuses(t, 'issuance.leaf', () => { assertOnRoll(roll, { ...place, path: [...place.path, 'ab'.repeat(32)] }) })
    }
  }
})

t.test('a place in capitals or of another length is refused', async (t) => {
  const { places, roll } = sampleRoll(2)
  const place = places[0]!
  refuses(t, 'input.not-canonical', () => { assertOnRoll(roll, { ...place, commitment: place.commitment.slice(2) }) })
  refuses(t, 'input.not-canonical', () => { assertOnRoll(roll, { ...place, path: ['AB'.repeat(32)] }) })
})
