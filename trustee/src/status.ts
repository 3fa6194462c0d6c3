import { readDirectory } from '../../ledger/src/read-directory.ts'
import type { ElectionStatus } from '../../protocol/src/records.ts'
import type { StoredElection } from './key-store.ts'
import { readElection, readAnnounced } from './read-ledger.ts'
import type { Trustee } from './trustee.ts'

export interface TrusteeStatus {
  readonly key: string
  readonly inDirectory: boolean
  /** The elections that name this trustee, in the order of their announcement. */
  readonly elections: readonly { readonly id: string, readonly title: string, readonly status: ElectionStatus, readonly holds: Holding }[]
}

/** What the key store holds of an election, without a secret of it. */
export type Holding = 'nothing' | 'committed' | 'dealt' | 'complained' | 'share' | 'signed' | 'decrypted'

export async function readTrusteeStatus ({ ledger, store }: Trustee): Promise<TrusteeStatus> {
  const entries = await readDirectory(ledger)
  const { ids } = await readAnnounced(ledger, '')
  const elections = []
  for (const id of ids) {
    const { definition, status, trustee } = await readElection(ledger, id, store.publicKey)
    if (trustee === undefined) continue
    elections.push({ id, title: definition.title[definition.locales[0]!]!, status, holds: holdingOf(store.election(id)) })
  }
  return { key: store.publicKey, inDirectory: entries.some(({ message }) => message.kind === 'trustee' && message.key === store.publicKey), elections }
}

function holdingOf ({ commit, deal, complaint, shares, root, decryption }: StoredElection): Holding {
  if (decryption !== undefined) return 'decrypted'
  if (root !== undefined) return 'signed'
  if (shares !== undefined) return 'share'
  if (complaint !== undefined) return 'complained'
  return deal !== undefined ? 'dealt' : commit !== undefined ? 'committed' : 'nothing'
}
