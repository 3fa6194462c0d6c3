/** Makes the registrar's address known: definitions name only its key. */
import type { Ledger } from '../../ledger/src/port.ts'
import { canonicalText } from '../../protocol/src/canonical-json.ts'
import type { DirectoryEntry, SignedDirectoryEntry } from '../../protocol/src/records.ts'
import { signMessage } from '../../protocol/src/signed-message.ts'
import { tags } from '../../protocol/src/tagged-hash.ts'
import type { ServiceKeys } from './service-key.ts'

/** Writes the entry unless it stands there as it is. */
export async function putDirectoryEntry (ledger: Ledger, { keys, publicKey }: ServiceKeys, url: string): Promise<void> {
  const entry: DirectoryEntry = { kind: 'registrar', key: publicKey, mspId: ledger.mspId, url }
  const directory = JSON.parse(Buffer.from(await ledger.evaluate('readDirectory', [])).toString()) as { entries: SignedDirectoryEntry[] }
  if (directory.entries.some(({ message }) => canonicalText(message) === canonicalText(entry))) return
  await ledger.submit('putDirectoryEntry', [canonicalText(signMessage(tags.directoryEntry, new Uint8Array(0), keys, entry))])
}
