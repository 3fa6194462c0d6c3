/**
 * Before an election opens, each registrar imports its own copy of the roll,
 * makes fresh RSA keys, and signs both on the ledger.
 */
import { fromHex, toHex } from '../../protocol/src/bytes.ts'
import { canonicalText } from '../../protocol/src/canonical-json.ts'
import type { Definition } from '../../protocol/src/definition.ts'
import { ScrutinError } from '../../protocol/src/errors.ts'
import type { MerkleTree } from '../../protocol/src/merkle-tree.ts'
import type { RegistrarMessage } from '../../protocol/src/records.ts'
import { signMessage } from '../../protocol/src/signed-message.ts'
import { tags } from '../../protocol/src/tagged-hash.ts'
import type { Ledger } from '../../ledger/src/port.ts'
import { submitWithPatience } from '../../service/src/submit-with-patience.ts'
import { generateRsaKey } from './blind-sign.ts'
import { proveKey } from './prove-permutation.ts'
import { readElection } from './read-election.ts'
import type { RegistrarKeys } from './registrar-keys.ts'
import { parseRollFile, type RollFile } from './roll-file.ts'
import type { NewLeaf, RollStore } from './roll-store.ts'

export interface ImportedRoll {
  readonly electionId: string
  readonly registrar: number
  readonly root: string
  readonly size: number
  /** By class, base64url. */
  readonly moduli: readonly string[]
  /** By class: that each key is a permutation. */
  readonly proofs: readonly (readonly string[])[]
}

/**
 * Can be run again after a failure: what was done stays, what is missing is done.
 *
 * @throws ScrutinError `roll.malformed`, `roll.root`, `registrar.unknown`, or what the ledger refuses
 */
export async function importRoll (ledger: Ledger, store: RollStore, serviceKeys: RegistrarKeys, electionId: string, rollText: string): Promise<ImportedRoll> {
  const { definition, registrars } = await readElection(ledger, electionId)
  const registrar = definition.registrars.findIndex(({ key }) => key === serviceKeys.publicKey)
  if (registrar < 0) throw new ScrutinError('registrar.unknown', 'its registrars are named by other keys than this one\'s')
  const { roll, tree } = parseRollFile(rollText)
  assertRollOf(definition, roll)
  if (store.election(electionId) === undefined) {
    if (registrars[registrar] !== null) throw new ScrutinError('registrar.exists', 'keys stand on the ledger that are not in this database: restore it')
    store.putElection({ id: electionId, definition, registrar }, definition.classes.map(() => generateRsaKey()), newLeaves(roll, tree))
  }
  const keys = store.rsaKeys(electionId)
  const moduli = keys.map(({ modulus }) => modulus)
  const proofs = keys.map((key, classIndex) => proveKey({ electionId: fromHex(electionId, 32), registrar, classIndex }, key))
  const message: RegistrarMessage = { registrar, rollRoot: roll.root, moduli, proofs }
  const posted = registrars[registrar]
  if (posted === null || posted === undefined) {
    // the trustees' ceremony may change the election's state in the same block
    await submitWithPatience(ledger, 'prepareRegistrar', [electionId, canonicalText(signMessage(tags.registrarMessage, fromHex(electionId, 32), serviceKeys.keys, message))])
  } else if (canonicalText(posted) !== canonicalText(message)) {
    throw new ScrutinError('registrar.exists', 'with other keys than those in this database')
  }
  return { electionId, registrar, root: roll.root, size: roll.size, moduli, proofs }
}

function assertRollOf (definition: Definition, roll: RollFile): void {
  if (roll.root !== definition.roll.root || roll.size !== definition.roll.size) throw new ScrutinError('roll.root')
  const classesOf = (classes: readonly { id: string, size: number }[]): string => classes.map(({ id, size }) => `${id}: ${size}`).join(', ')
  if (classesOf(roll.classes) !== classesOf(definition.classes)) {
    throw new ScrutinError('roll.malformed', `its classes (${classesOf(roll.classes)}) are not those of the definition (${classesOf(definition.classes)})`)
  }
}

function * newLeaves (roll: RollFile, tree: MerkleTree): Generator<NewLeaf> {
  for (const [index, { classIndex, commitment, salt, identity }] of roll.leaves.entries()) {
    yield { place: { classIndex, commitment, index, path: tree.path(index).map(toHex) }, salt: fromHex(salt, 32), identity: JSON.stringify(identity) }
  }
}
