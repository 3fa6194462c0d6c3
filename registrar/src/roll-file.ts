/**
 * The roll as it goes from the organiser to every registrar: identities and
 * salts, so it is as secret as the roll itself. Each registrar reads its own
 * copy and believes nothing in it: commitments, order and root are recomputed.
 */
import Type, { type Static } from 'typebox'
import { Value } from 'typebox/value'
import { fromHex, toHex } from '../../protocol/src/bytes.ts'
import { Hash, Name } from '../../protocol/src/definition-schema.ts'
import { ScrutinError } from '../../protocol/src/errors.ts'
import { rollCommitment, rollTree, saltLength } from '../../protocol/src/roll.ts'
import type { MerkleTree } from '../../protocol/src/merkle-tree.ts'

export const rollFileFormat = 'scrutin-roll/1'

const closed = { additionalProperties: false } as const

export const RollFileLeaf = Type.Object({
  commitment: Hash,
  classIndex: Type.Integer({ minimum: 0, maximum: 15 }),
  /** 32 bytes in hex. */
  salt: Hash,
  /** `id` and the organiser's own fields. */
  identity: Type.Record(Type.String(), Type.String()),
}, closed)
export type RollFileLeaf = Static<typeof RollFileLeaf>

export const RollFile = Type.Object({
  format: Type.Literal(rollFileFormat),
  root: Hash,
  size: Type.Integer({ minimum: 1 }),
  /** In the order of the definition. */
  classes: Type.Array(Type.Object({ id: Name, size: Type.Integer({ minimum: 0 }) }, closed), { minItems: 1, maxItems: 16 }),
  /** In byte order of their commitments. */
  leaves: Type.Array(RollFileLeaf, { minItems: 1 }),
}, closed)
export type RollFile = Static<typeof RollFile>

/** Parses and recomputes everything; throws `roll.malformed` with the place that is wrong. */
export function parseRollFile (text: string): { roll: RollFile, tree: MerkleTree } {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    // the parser's own message would quote people's names
    throw new ScrutinError('roll.malformed', 'the file is not JSON')
  }
  if (!Value.Check(RollFile, value)) {
    const [first] = Value.Errors(RollFile, value)
    throw new ScrutinError('roll.malformed', first === undefined ? 'not a roll file' : `${first.instancePath || 'the file'} ${first.message}`)
  }
  return { roll: value, tree: checkRoll(value) }
}

function checkRoll (roll: RollFile): MerkleTree {
  const ids = new Set<string>()
  const sizes = roll.classes.map(() => 0)
  roll.leaves.forEach(({ commitment, classIndex, salt, identity }, i) => {
    const { id } = identity
    if (id === undefined) throw new ScrutinError('roll.malformed', `leaf ${i + 1} has no id`)
    if (ids.has(id)) throw new ScrutinError('roll.malformed', `leaf ${i + 1} repeats an id`)
    ids.add(id)
    if (toHex(rollCommitment(fromHex(salt, saltLength), identity)) !== commitment) {
      throw new ScrutinError('roll.malformed', `the commitment of leaf ${i + 1} is not that of its salt and identity`)
    }
    if (sizes[classIndex] === undefined) throw new ScrutinError('roll.malformed', `leaf ${i + 1} is of a class that is not listed`)
    sizes[classIndex]++
  })
  if (roll.size !== roll.leaves.length || roll.classes.some(({ size }, c) => size !== sizes[c])) {
    throw new ScrutinError('roll.malformed', 'the sizes are not those of the leaves')
  }
  const tree = rollTree(roll.leaves)
  if (toHex(tree.root) !== roll.root) throw new ScrutinError('roll.malformed', 'the root is not that of the leaves')
  return tree
}
