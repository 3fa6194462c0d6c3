/** A trustee at work: its ledger, its key store, its log. */
import type { Logger } from 'pino'
import type { Ledger } from '../../ledger/src/port.ts'
import { openLedger } from '../../ledger/src/open-ledger.ts'
import { ScrutinError } from '../../protocol/src/errors.ts'
import type { DirectoryEntry, SignedDirectoryEntry } from '../../protocol/src/records.ts'
import { signMessage } from '../../protocol/src/signed-message.ts'
import { tags } from '../../protocol/src/tagged-hash.ts'
import type { TrusteeConfig } from './config.ts'
import { KeyStore } from './key-store.ts'
import { createLog } from './log.ts'
import { readContract } from './read-ledger.ts'

export interface Trustee {
  readonly ledger: Ledger
  readonly store: KeyStore
  readonly log: Logger
}

export interface OpenTrusteeOptions {
  readonly log?: Logger
  /** scrypt's cost of a new store, 2^logN. */
  readonly logN?: number
}

/** Opens key store and ledger; whoever calls it closes the ledger. */
export async function openTrustee (config: TrusteeConfig, passphrase: string, options: OpenTrusteeOptions = {}): Promise<Trustee> {
  const log = options.log ?? createLog(config)
  const store = await KeyStore.open(config.folder, passphrase, options.logN === undefined ? {} : { logN: options.logN })
  const ledger = await openLedger(config.ledger)
  if (ledger.notice !== undefined) log.warn(ledger.notice)
  return { ledger, store, log }
}

/** Puts the trustee's key into the directory, unless it stands there already. */
export async function publishKey ({ ledger, store, log }: Trustee): Promise<void> {
  const entry: DirectoryEntry = { kind: 'trustee', key: store.publicKey, mspId: ledger.mspId, url: '' }
  const { entries } = await readContract<{ entries: SignedDirectoryEntry[] }>(ledger, 'readDirectory')
  if (entries.some(({ message }) => message.kind === 'trustee' && message.key === entry.key && message.mspId === entry.mspId)) return
  await submitPatiently(ledger, 'putDirectoryEntry', [JSON.stringify(signMessage(tags.directoryEntry, new Uint8Array(0), store.keys, entry))])
  log.info({ key: entry.key }, 'published the key in the directory')
}

const mostConflicts = 10

/** Submits, and again when another transaction was first to change the same keys: of several trustees one is always first. */
export async function submitPatiently (ledger: Ledger, transaction: string, args: readonly string[]): Promise<void> {
  for (let conflicts = 0; ; conflicts++) {
    try {
      await ledger.submit(transaction, args)
      return
    } catch (error) {
      if (!(error instanceof ScrutinError && error.code === 'ledger.conflict') || conflicts === mostConflicts) throw error
    }
  }
}
