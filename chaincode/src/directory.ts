/** Where the services of the consortium are: outside the definitions' hashes, so that an address may change. */
import { assertSigned, type Signed } from '../../protocol/src/signed-message.ts'
import { parseDirectoryEntry, parseSigned } from '../../protocol/src/messages.ts'
import { recordKeys, type SignedDirectoryEntry } from '../../protocol/src/records.ts'
import { tags } from '../../protocol/src/tagged-hash.ts'
import { parseArgument, type Transaction } from './transaction.ts'
import { parseRecord } from './world-state.ts'

export async function putDirectoryEntry (transaction: Transaction, signedText: string): Promise<Record<string, never>> {
  const signed: Signed<unknown> = parseSigned(parseArgument(signedText))
  const entry = parseDirectoryEntry(signed.message)
  transaction.requireRole(entry.kind)
  transaction.requireMsp(entry.mspId)
  assertSigned(tags.directoryEntry, new Uint8Array(0), entry.key, signed)
  await transaction.state.put(recordKeys.directory(entry.kind, entry.key), signed)
  transaction.emit('directory', { kind: entry.kind, key: entry.key })
  return {}
}

export async function readDirectory (transaction: Transaction): Promise<{ entries: SignedDirectoryEntry[] }> {
  const { values } = await transaction.state.getRange('directory/', 'directory0', 10_000)
  return { entries: values.map(({ key, value }) => parseRecord<SignedDirectoryEntry>(key, value)) }
}
