/** An entry of the directory: a party's key and address. */
import { parseCanonical } from '../../../protocol/src/canonical-json.ts'
import { parseDirectoryEntry, parseSigned } from '../../../protocol/src/messages.ts'
import { directoryRange, mostDirectoryEntries, recordKeys } from '../../../protocol/src/records.ts'
import { assertSigned } from '../../../protocol/src/signed-message.ts'
import { tags } from '../../../protocol/src/tagged-hash.ts'
import type { ChainStore } from '../chain-store.ts'
import { contractName } from '../contract-definition.ts'
import { demand, type Work } from './work.ts'

export function explainDirectory (store: ChainStore, { role, mspId }: Work, name: string, value: Uint8Array): void {
  const signed = parseSigned(parseCanonical(value))
  const entry = parseDirectoryEntry(signed.message)
  demand(name === `${entry.kind}/${entry.mspId}/${entry.key}`, 'an entry of the directory stands under another key')
  demand(role === entry.kind && mspId === entry.mspId, `a ${role || 'nobody'} of ${mspId} writes the entry of a ${entry.kind} of ${entry.mspId}`)
  assertSigned(tags.directoryEntry, new Uint8Array(0), entry.key, signed)
  const before = store.get(contractName, recordKeys.directory(entry.kind, entry.mspId, entry.key))
  const { start, end } = directoryRange(entry.kind, entry.mspId)
  demand(before !== undefined || [...store.keys(contractName, start, end)].length < mostDirectoryEntries, `${mspId} has too many entries in the directory`)
  const last = before === undefined ? 0 : parseDirectoryEntry(parseSigned(parseCanonical(before.value)).message).sequence
  demand(entry.sequence > last, `entry ${entry.sequence} of the directory follows entry ${last}`)
}
