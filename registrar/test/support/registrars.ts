/** Registrars with folders of their own around an election on an embedded ledger, its key ceremony done. For tests here and in `voter/`. */
import { join } from 'node:path'
import { openLedger } from '../../../ledger/src/open-ledger.ts'
import type { Ledger } from '../../../ledger/src/port.ts'
import { canonicalText } from '../../../protocol/src/canonical-json.ts'
import { ceremonyTags, ceremonyTranscript, type CeremonyMessage } from '../../../protocol/src/ceremony.ts'
import type { Definition } from '../../../protocol/src/definition.ts'
import { keysRecord } from '../../../protocol/src/opening.ts'
import { signMessage } from '../../../protocol/src/signed-message.ts'
import { tags } from '../../../protocol/src/tagged-hash.ts'
import { decryptTrial } from '../../../protocol/src/trial.ts'
import { sampleElection, type SampleElection } from '../../../protocol/test/support/sample-election.ts'
import type { RegistrarConfig } from '../../src/config.ts'
import { prepareRoll } from '../../src/prepare-roll.ts'
import type { RollFile } from '../../src/roll-file.ts'
import { openRegistrarKeys, type RegistrarKeys } from '../../src/registrar-keys.ts'

export interface TestRegistrar {
  readonly config: RegistrarConfig
  readonly serviceKeys: RegistrarKeys
  openLedger (): Promise<Ledger>
}

export interface TestBed {
  readonly registrars: readonly TestRegistrar[]
  readonly roll: RollFile
  readonly election: SampleElection
  openLedgerAs (mspId: string, role: string): Promise<Ledger>
}

export interface TestBedOptions {
  /** An empty folder. */
  readonly folder: string
  readonly voters?: number
  readonly changes?: Partial<Definition>
  /** Leaves the ceremony out. */
  readonly announcedOnly?: boolean
}

/** Two registrars, three trustees, `voters` people with ids 1, 2, 3 …; the election is keyed, no roll is imported yet. */
export async function testBed (options: TestBedOptions): Promise<TestBed> {
  const file = join(options.folder, 'ledger.db')
  const openLedgerAs = async (mspId: string, role: string): Promise<Ledger> => await openLedger({ kind: 'embedded', file, mspId, role })
  const registrars = ['MemberA', 'MemberB'].map((mspId): TestRegistrar => {
    const folder = join(options.folder, `registrar-${mspId}`)
    const ledger = { kind: 'embedded', file, mspId, role: 'registrar' } as const
    const config: RegistrarConfig = {
      listen: { host: '127.0.0.1', port: 0 }, member: mspId.toLowerCase(), ledger, publicUrl: `http://${mspId.toLowerCase()}.test`, folder, identifies: 'code', logLevel: 'silent',
    }
    return { config, serviceKeys: openRegistrarKeys(folder), openLedger: async () => await openLedger(ledger) }
  })
  const csv = ['id,name', ...Array.from({ length: options.voters ?? 3 }, (_, i) => `${i + 1},Person ${i + 1}`)].join('\n')
  const roll = prepareRoll(Buffer.from(csv))
  const election = sampleElection({
    changes: {
      registrars: registrars.map(({ serviceKeys, config }) => ({ key: serviceKeys.publicKey, mspId: config.ledger.mspId, identifies: { way: 'code' } })),
      roll: { size: roll.size, root: roll.root },
      classes: [{ id: 'all', label: { fr: 'Tous', en: 'All', es: 'Todos' }, weight: 1, size: roll.size }],
      ...options.changes,
    },
  })
  const organiser = await openLedgerAs('MemberA', 'organiser')
  await organiser.submit('announce', [canonicalText(election.definition)])
  await organiser.close()
  if (options.announcedOnly !== true) await holdCeremony(election, openLedgerAs)
  return { registrars, roll, election, openLedgerAs }
}

async function holdCeremony (election: SampleElection, openLedgerAs: TestBed['openLedgerAs']): Promise<void> {
  const { definition, commits, deals, ceremony } = election
  const transcript = ceremonyTranscript(ceremony, commits, deals, [...definition.trustees.keys()])
  const ledgers = await Promise.all(definition.trustees.map(async ({ mspId }) => await openLedgerAs(mspId, 'trustee')))
  const post = async (trustee: number, message: CeremonyMessage): Promise<void> => {
    const signed = signMessage(ceremonyTags[message.round], election.idBytes, election.trustees[trustee]!.keys, message)
    await ledgers[trustee]!.submit('postCeremonyMessage', [election.id, canonicalText(signed)])
  }
  for (const trustee of ledgers.keys()) await post(trustee, commits[trustee]!)
  for (const trustee of ledgers.keys()) await post(trustee, deals[trustee]!)
  for (const trustee of ledgers.keys()) await post(trustee, { round: 'confirm', trustee, transcript })
  const keys = keysRecord(ceremony, commits, deals, election.qualified)
  for (const [trustee, ledger] of ledgers.entries()) {
    const { shares, keys: own } = election.trustees[trustee]!
    await ledger.submit('postTrial', [election.id, canonicalText(signMessage(tags.trialMessage, election.idBytes, own, decryptTrial(election.idBytes, keys, trustee, shares)))])
  }
  await Promise.all(ledgers.map(async (ledger) => { await ledger.close() }))
}
