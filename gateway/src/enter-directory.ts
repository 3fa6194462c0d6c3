import { pointToHex } from '../../protocol/src/group.ts'
import type { DirectoryEntry } from '../../protocol/src/records.ts'
import type { KeyPair } from '../../protocol/src/schnorr.ts'
import { signMessage } from '../../protocol/src/signed-message.ts'
import { tags } from '../../protocol/src/tagged-hash.ts'
import type { Ledger } from '../../ledger/src/port.ts'
import { Directory } from './answers.ts'
import { readContract } from './read-contract.ts'
import { submitWithPatience } from './submit-with-patience.ts'

/** Sees to it that the directory on the ledger has this gateway's key and address; writes only when it hasn't. */
export async function enterDirectory (ledger: Ledger, keys: KeyPair, publicUrl: string): Promise<void> {
  const entry: DirectoryEntry = { kind: 'gateway', key: pointToHex(keys.publicKey), mspId: ledger.mspId, url: publicUrl }
  const { entries } = await readContract(ledger, Directory, 'readDirectory', [])
  const isEntered = entries.some(({ message }) =>
    message.kind === entry.kind && message.key === entry.key && message.mspId === entry.mspId && message.url === entry.url)
  if (isEntered) return
  const signed = signMessage(tags.directoryEntry, new Uint8Array(0), keys, entry)
  await submitWithPatience(ledger, 'putDirectoryEntry', [JSON.stringify(signed)])
}
