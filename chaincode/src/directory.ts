/** Where the services of the consortium are: outside the definitions' hashes, so that an address may change. */
import { ScrutinError } from '../../protocol/src/errors.ts'
import { assertSigned, type Signed } from '../../protocol/src/signed-message.ts'
import { parseDirectoryEntry, parseSigned } from '../../protocol/src/messages.ts'
import { type DirectoryEntry, directoryRange, mostDirectoryEntries, recordKeys, type SignedDirectoryEntry } from '../../protocol/src/records.ts'
import { tags } from '../../protocol/src/tagged-hash.ts'
import { parseArgument, parseLimit, type Transaction } from './transaction.ts'
import { keyAfter, parseRecord } from './world-state.ts'

/** An entry has 700 bytes at most, and an answer must fit into a gRPC message of 4 MiB. */
const mostInPage = 1000

/**
 * Takes an entry signed by the key it names, from the member it names, and newer than the one that stands there. Of each kind
 * a member has only so many; what it reads for that are its own, so no member's entries get in the way of another's.
 */
export async function putDirectoryEntry (transaction: Transaction, signedText: string): Promise<Record<string, never>> {
  const signed: Signed<unknown> = parseSigned(parseArgument(signedText))
  const entry = parseDirectoryEntry(signed.message)
  transaction.requireRole(entry.kind)
  transaction.requireMsp(entry.mspId)
  assertSigned(tags.directoryEntry, new Uint8Array(0), entry.key, signed)
  const key = recordKeys.directory(entry.kind, entry.mspId, entry.key)
  const before = await transaction.state.get<SignedDirectoryEntry>(key)
  if (before !== undefined && before.message.sequence >= entry.sequence) throw new ScrutinError('directory.sequence', `it is at ${before.message.sequence}`)
  if (before === undefined) await requireRoom(transaction, entry)
  await transaction.state.put(key, signed)
  transaction.emit('directory', { kind: entry.kind, key: entry.key })
  return {}
}

async function requireRoom (transaction: Transaction, { kind, mspId }: DirectoryEntry): Promise<void> {
  const { start, end } = directoryRange(kind, mspId)
  const { values } = await transaction.state.getRange(start, end, mostDirectoryEntries)
  if (values.length >= mostDirectoryEntries) throw new ScrutinError('directory.full', `${mspId} has ${values.length} of kind ${kind}`)
}

/** The cursor is "<kind>/<member>/<key>" of the last entry of the page before. */
export async function readDirectory (transaction: Transaction, cursor: string, limitText: string): Promise<{ entries: SignedDirectoryEntry[], cursor: string | null }> {
  const start = cursor === '' ? 'directory/' : keyAfter(`directory/${cursor}`)
  const { values, more } = await transaction.state.getRange(start, 'directory0', parseLimit(limitText, mostInPage))
  return {
    entries: values.map(({ key, value }) => parseRecord<SignedDirectoryEntry>(key, value)),
    cursor: more ? values.at(-1)!.key.slice('directory/'.length) : null,
  }
}
