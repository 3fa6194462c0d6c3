/** Makes a service's key and address known: definitions and receipts name only keys. */
import { setTimeout as sleep } from 'node:timers/promises'
import { canonicalText } from '../../protocol/src/canonical-json.ts'
import { ScrutinError } from '../../protocol/src/errors.ts'
import { pointToHex } from '../../protocol/src/group.ts'
import type { DirectoryEntry, DirectoryKind } from '../../protocol/src/records.ts'
import type { KeyPair } from '../../protocol/src/schnorr.ts'
import { signMessage } from '../../protocol/src/signed-message.ts'
import { tags } from '../../protocol/src/tagged-hash.ts'
import type { Ledger } from '../../ledger/src/port.ts'
import { readDirectory } from '../../ledger/src/read-directory.ts'
import { submitWithPatience } from './submit-with-patience.ts'

const againMs = 2000

export interface OwnEntry {
  readonly kind: DirectoryKind
  readonly keys: KeyPair
  /** Where others reach the service; empty for a trustee. */
  readonly url: string
}

/**
 * Sees to it that the directory on the ledger has this very entry; writes only when it hasn't.
 *
 * @returns whether it had to be written
 */
export async function enterDirectory (ledger: Ledger, { kind, keys, url }: OwnEntry): Promise<boolean> {
  const key = pointToHex(keys.publicKey)
  const { mspId } = ledger
  const before = await readOwnEntry(ledger, kind, key)
  if (before?.url === url) return false
  const entry: DirectoryEntry = { kind, key, mspId, sequence: (before?.sequence ?? 0) + 1, url }
  try {
    await submitWithPatience(ledger, 'putDirectoryEntry', [canonicalText(signMessage(tags.directoryEntry, new Uint8Array(0), keys, entry))])
  } catch (error) {
    // an attempt whose answer was lost, or another process of this service, may have written this very entry
    const now = error instanceof ScrutinError && error.code === 'directory.sequence' ? await readOwnEntry(ledger, kind, key) : undefined
    if (now === undefined || canonicalText(now) !== canonicalText(entry)) throw error
  }
  return true
}

async function readOwnEntry (ledger: Ledger, kind: DirectoryKind, key: string): Promise<DirectoryEntry | undefined> {
  const entries = await readDirectory(ledger)
  return entries.find(({ message }) => message.kind === kind && message.mspId === ledger.mspId && message.key === key)?.message
}

export interface KeepTryingOptions {
  readonly log: { warn (fields: object, message: string): void }
  /** Ends the attempts. */
  readonly signal: AbortSignal
}

/** Tries until the entry stands in the directory; false when the signal came first. */
export async function enterDirectoryInTime (ledger: Ledger, entry: OwnEntry, { log, signal }: KeepTryingOptions): Promise<boolean> {
  while (!signal.aborted) {
    try {
      await enterDirectory(ledger, entry)
      return true
    } catch (err) {
      if (signal.aborted) return false
      log.warn({ err }, `the ${entry.kind} could not be entered in the directory yet`)
      await sleep(againMs, undefined, { signal }).catch(() => undefined)
    }
  }
  return false
}
