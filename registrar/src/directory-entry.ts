/** Makes the registrar's address known: definitions name only its key. */
import { setTimeout as sleep } from 'node:timers/promises'
import type { FastifyBaseLogger } from 'fastify'
import type { Ledger } from '../../ledger/src/port.ts'
import { canonicalText } from '../../protocol/src/canonical-json.ts'
import type { DirectoryEntry, SignedDirectoryEntry } from '../../protocol/src/records.ts'
import { signMessage } from '../../protocol/src/signed-message.ts'
import { tags } from '../../protocol/src/tagged-hash.ts'
import type { ServiceKeys } from './service-key.ts'

const againMs = 2000

/** Tries until the entry stands in the directory, or the signal says to stop. */
export async function enterDirectory (ledger: Ledger, serviceKeys: ServiceKeys, url: string, log: FastifyBaseLogger, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    try {
      await putDirectoryEntry(ledger, serviceKeys, url)
      return
    } catch (err) {
      if (signal.aborted) return
      log.warn({ err }, 'the registrar could not be entered in the directory yet')
      await sleep(againMs, undefined, { signal }).catch(() => undefined)
    }
  }
}

/** Writes the entry unless it stands there as it is. */
async function putDirectoryEntry (ledger: Ledger, { keys, publicKey }: ServiceKeys, url: string): Promise<void> {
  const entry: DirectoryEntry = { kind: 'registrar', key: publicKey, mspId: ledger.mspId, url }
  const directory = JSON.parse(Buffer.from(await ledger.evaluate('readDirectory', [])).toString()) as { entries: SignedDirectoryEntry[] }
  if (directory.entries.some(({ message }) => canonicalText(message) === canonicalText(entry))) return
  await ledger.submit('putDirectoryEntry', [canonicalText(signMessage(tags.directoryEntry, new Uint8Array(0), keys, entry))])
}
