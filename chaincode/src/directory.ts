/** Where the services of the consortium are: outside the definitions' hashes, so that an address may change. */
import { ScrutinError } from '../../protocol/src/errors.ts'
import { assertSigned, type Signed } from '../../protocol/src/signed-message.ts'
import { parseDirectoryEntry, parseSigned } from '../../protocol/src/messages.ts'
import { recordKeys, type SignedDirectoryEntry } from '../../protocol/src/records.ts'
import { tags } from '../../protocol/src/tagged-hash.ts'
import { parseArgument, type Transaction } from './transaction.ts'
import { parseRecord } from './world-state.ts'

/** Takes an entry signed by the key it names, from the member it names, and newer than the one that stands there. */
export async function putDirectoryEntry (transaction: Transaction, signedText: string): Promise<Record<string, never>> {
  const signed: Signed<unknown> = parseSigned(parseArgument(signedText))
  const entry = parseDirectoryEntry(signed.message)
  transaction.requireRole(entry.kind)
  transaction.requireMsp(entry.mspId)
  assertSigned(tags.directoryEntry, new Uint8Array(0), entry.key, signed)
  const key = recordKeys.directory(entry.kind, entry.key)
  const before = await transaction.state.get<SignedDirectoryEntry>(key)
  if (before !== undefined && before.message.sequence >= entry.sequence) throw new ScrutinError('directory.sequence', `it is at ${before.message.sequence}`)
  await transaction.state.put(key, signed)
  transaction.emit('directory', { kind: entry.kind, key: entry.key })
  return {}
}

export async function readDirectory (transaction: Transaction): Promise<{ entries: SignedDirectoryEntry[] }> {
  const { values } = await transaction.state.getRange('directory/', 'directory0', 10_000)
  return { entries: values.map(({ key, value }) => parseRecord<SignedDirectoryEntry>(key, value)) }
}
