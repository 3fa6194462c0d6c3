/** A trustee at work: its ledger, the members whose blocks it counts, its key store, its log. */
import type { Logger } from 'pino'
import type { Ledger } from '../../ledger/src/port.ts'
import { type ElectionSource, openSources } from './election-sources.ts'
import { PatientLedger } from '../../service/src/patient-ledger.ts'
import { enterDirectory } from '../../service/src/enter-directory.ts'
import type { TrusteeConfig } from './config.ts'
import type { KnownChain } from './known-chain.ts'
import { KeyStore } from './key-store.ts'
import { createLog } from './log.ts'

export interface Trustee {
  readonly ledger: Ledger
  /** Where it reads the elections that it recounts. */
  readonly sources: readonly ElectionSource[]
  /** The consortium's chain, where trustee.json names it. */
  readonly anchor?: KnownChain | undefined
  readonly store: KeyStore
  readonly log: Logger
}

export interface OpenTrusteeOptions {
  readonly log?: Logger
  /** scrypt's cost of a new store, 2^logN. */
  readonly logN?: number
  /** Called when the ledger, out of reach at first, can't be opened for a reason that time does not heal. */
  readonly onGivenUp?: (error: unknown) => void
}

/**
 * Opens key store, ledger and peers; `closeTrustee` closes them. A ledger out of reach is `ledger.unavailable` until it opens:
 * who follows ceremonies waits for it, who came for one answer is told.
 */
export async function openTrustee (config: TrusteeConfig, passphrase: string, options: OpenTrusteeOptions = {}): Promise<Trustee> {
  const log = options.log ?? createLog(config)
  const store = await KeyStore.open(config.folder, passphrase, options.logN === undefined ? {} : { logN: options.logN })
  const ledger = new PatientLedger(config.ledger)
  await ledger.open({ log: { info: () => {}, warn: (fields, message) => { log.warn(fields, message) } }, onGivenUp: options.onGivenUp ?? ((err) => { log.error({ err }, 'the ledger cannot be opened') }) })
  if (ledger.notice !== undefined) log.warn(ledger.notice)
  try {
    return { ledger, sources: await openSources(ledger, config.peers ?? []), anchor: config.anchor, store, log }
  } catch (error) {
    await ledger.close()
    throw error
  }
}

export async function closeTrustee ({ ledger, sources }: Trustee): Promise<void> {
  for (const source of sources) source.close()
  await ledger.close()
}

/** Puts the trustee's key into the directory, unless it stands there already. */
export async function publishKey ({ ledger, store, log }: Trustee): Promise<void> {
  const isNew = await enterDirectory(ledger, { kind: 'trustee', keys: store.keys, url: '' })
  if (isNew) log.info({ key: store.publicKey }, 'published the key in the directory')
}
