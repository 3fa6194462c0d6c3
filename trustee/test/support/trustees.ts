/** Trustees with key stores of their own on an embedded ledger with the real contract, and an election that names them. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { countAll, type LedgerAs, prepareRegistrar, readElectionView, temporaryLedger, voteAll } from '../../../chaincode/test/support/staged-election.ts'
import type { Ledger } from '../../../ledger/src/port.ts'
import type { Definition } from '../../../protocol/src/definition.ts'
import { pointFromHex } from '../../../protocol/src/group.ts'
import type { Answer } from '../../../protocol/src/kinds/kinds.ts'
import { type SampleElection, sampleElection } from '../../../protocol/test/support/sample-election.ts'
import { type ElectionSource, recordsSource } from '../../src/election-sources.ts'
import { KeyStore } from '../../src/key-store.ts'
import { createLog } from '../../src/log.ts'
import { advanceCeremonies } from '../../src/follow-ceremony.ts'
import type { Trustee } from '../../src/trustee.ts'

export const passphrase = 'three swans on a cold lake'
/** The cheapest scrypt the store allows. */
export const logN = 10

export interface StagedTrustees {
  readonly as: LedgerAs
  readonly ledgerFile: string
  readonly election: SampleElection
  readonly trustees: readonly Trustee[]
  readonly folders: readonly string[]
  /** Everything all trustees logged. */
  readonly logged: () => string
  /** The trustee as a process that starts again: its folder, nothing else. */
  readonly restarted: (index: number) => Promise<Trustee>
  readonly close: () => Promise<void>
}

export async function stageTrustees (options: { trustees?: number, changes?: Partial<Definition> } = {}): Promise<StagedTrustees> {
  const { as, file, close } = await temporaryLedger()
  const root = await mkdtemp(join(tmpdir(), 'scrutin-trustees-'))
  const members = ['MemberA', 'MemberB', 'MemberC', 'MemberD'].slice(0, options.trustees ?? 3)
  const folders = members.map((member) => join(root, member))
  let logged = ''
  const log = createLog({ member: 'test', logLevel: 'debug' }, { write: (line: string) => { logged += line } })
  const open = async (index: number): Promise<Trustee> =>
    trusteeOn(await as(members[index]!, 'trustee'), { store: await KeyStore.open(folders[index]!, passphrase, { logN }), log })
  const trustees = await Promise.all(members.map(async (_, index) => await open(index)))
  const election = sampleElection({
    changes: { trustees: trustees.map(({ store }, i) => ({ key: store.publicKey, mspId: members[i]! })), ...options.changes },
  })
  return {
    as,
    ledgerFile: file,
    election,
    trustees,
    folders,
    logged: () => logged,
    restarted: open,
    close: async () => {
      await close()
      await rm(root, { recursive: true })
    },
  }
}

function trusteeOn (ledger: Ledger, { store, log }: Pick<Trustee, 'store' | 'log'>): Trustee {
  return { ledger, sources: [recordsSource(ledger)], store, log }
}

/** The same trustee behind other peers: the first is its own ledger, and all are its sources. */
export function behind (trustee: Trustee, ledger: Ledger, ...others: readonly ElectionSource[]): Trustee {
  return { ...trustee, ledger, sources: [recordsSource(ledger), ...others] }
}

/** All trustees in turn, as often as it takes. */
export async function runCeremonyInTurns ({ trustees }: StagedTrustees): Promise<void> {
  for (let turn = 0; turn < 4; turn++) {
    for (const trustee of trustees) await advanceCeremonies(trustee)
  }
}

/** From keyed to tallied, with these answers. */
export async function voteAndCount ({ as, election }: StagedTrustees, answers: readonly (readonly Answer[])[]): Promise<void> {
  for (const i of election.registrars.keys()) await prepareRegistrar(as, election, i)
  const organiser = await as(election.definition.organiser.mspId, 'organiser')
  await organiser.submit('open', [election.id])
  const { keys } = await readElectionView(as, election)
  await voteAll(as, { ...election, context: { ...election.context, electionKeys: keys!.electionKeys.map(pointFromHex) } }, answers)
  await organiser.submit('close', [election.id])
  await countAll(as, election, 2)
}
