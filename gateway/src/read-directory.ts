import type { Static } from 'typebox'
import { Compile } from 'typebox/compile'
import { ScrutinError } from '../../protocol/src/errors.ts'
import type { Ledger } from '../../ledger/src/port.ts'
import { readDirectory } from '../../ledger/src/read-directory.ts'
import { Directory } from './answers.ts'

const directory = Compile(Directory)

/** @throws ScrutinError `ledger.record` when the contract answers in another form */
export async function readCheckedDirectory (ledger: Ledger): Promise<Static<typeof Directory>> {
  const found = { entries: await readDirectory(ledger) }
  if (!directory.Check(found)) throw new ScrutinError('ledger.record', 'readDirectory')
  return found
}
