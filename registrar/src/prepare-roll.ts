/** From people to the salted roll. Prepared once for each election: a new salt per person and election. */
import { toHex } from '../../protocol/src/bytes.ts'
import { compareLeaves, rollCommitment, rollRoot, saltLength } from '../../protocol/src/roll.ts'
import { readRollCsv, type RollCsvOptions } from './read-roll-csv.ts'
import { type RollFile, rollFileFormat, type RollFileLeaf } from './roll-file.ts'

/** Throws `RollCsvError` with all that is wrong, by line. */
export function prepareRoll (csv: Uint8Array, options: RollCsvOptions = {}): RollFile {
  const leaves = readRollCsv(csv, options).map(({ identity, classIndex }): RollFileLeaf => {
    const salt = globalThis.crypto.getRandomValues(new Uint8Array(saltLength))
    return { commitment: toHex(rollCommitment(salt, identity)), classIndex, salt: toHex(salt), identity }
  }).sort(compareLeaves)
  const classes = (options.classes ?? ['all']).map((id, c) => ({ id, size: leaves.filter(({ classIndex }) => classIndex === c).length }))
  return { format: rollFileFormat, root: rollRoot(leaves), size: leaves.length, classes, leaves }
}
