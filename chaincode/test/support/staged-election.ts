/** Takes a sample election (protocol/test/support) through the real contract on a ledger, step by step. For tests of every room. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openLedger } from '../../../ledger/src/open-ledger.ts'
import type { Ledger } from '../../../ledger/src/port.ts'
import { joinFrames } from '../../../protocol/src/bytes.ts'
import { canonicalText } from '../../../protocol/src/canonical-json.ts'
import { ceremonyTags, type CeremonyMessage } from '../../../protocol/src/ceremony.ts'
import { blindedMessageHash } from '../../../protocol/src/credential.ts'
import { decryptionContext, type DecryptionMessage, decryptTally } from '../../../protocol/src/decryption.ts'
import { isErrorCode, ScrutinError } from '../../../protocol/src/errors.ts'
import { confirmMessage } from '../../../protocol/src/hold-shares.ts'
import { signIssuance } from '../../../protocol/src/issuances.ts'
import type { Answer } from '../../../protocol/src/kinds/kinds.ts'
import { keysRecord } from '../../../protocol/src/opening.ts'
import type { RegistrarMessage } from '../../../protocol/src/records.ts'
import type { RootStatement } from '../../../protocol/src/root-statement.ts'
import { signMessage } from '../../../protocol/src/signed-message.ts'
import { boxRoot, tallyFromJson } from '../../../protocol/src/tally.ts'
import { tags } from '../../../protocol/src/tagged-hash.ts'
import { decryptTrial } from '../../../protocol/src/trial.ts'
import type { SampleElection } from '../../../protocol/test/support/sample-election.ts'
import { castableBallot, sampleRegistrarMessage } from '../../../protocol/test/support/sample-election.ts'
import type { ElectionView } from '../../src/read-records.ts'

/** Opens the ledger as an identity of a member with a role. */
export type LedgerAs = (mspId: string, role: string) => Promise<Ledger>

/** An embedded ledger in a folder of its own; `close` closes all that was opened and removes it. */
export async function temporaryLedger (): Promise<{ as: LedgerAs, file: string, close: () => Promise<void> }> {
  const folder = await mkdtemp(join(tmpdir(), 'scrutin-ledger-'))
  const file = join(folder, 'ledger.sqlite')
  const opened = new Map<string, Promise<Ledger>>()
  return {
    file,
    as: async (mspId, role) => {
      const name = `${mspId} ${role}`
      const ledger = opened.get(name) ?? openLedger({ kind: 'embedded', file, mspId, role })
      opened.set(name, ledger)
      return await ledger
    },
    close: async () => {
      for (const ledger of opened.values()) await (await ledger).close()
      await rm(folder, { recursive: true, force: true })
    },
  }
}

export async function announce (as: LedgerAs, { definition }: SampleElection): Promise<void> {
  await (await as(definition.organiser.mspId, 'organiser')).submit('announce', [canonicalText(definition)])
}

export async function postCeremony (as: LedgerAs, election: SampleElection, trustee: number, message: CeremonyMessage): Promise<void> {
  const signed = signMessage(ceremonyTags[message.round], election.idBytes, election.trustees[trustee]!.keys, message)
  await (await as(election.definition.trustees[trustee]!.mspId, 'trustee')).submit('postCeremonyMessage', [election.id, JSON.stringify(signed)])
}

export async function runCeremony (as: LedgerAs, election: SampleElection): Promise<void> {
  for (const [i, message] of election.commits.entries()) await postCeremony(as, election, i, message)
  for (const [i, message] of election.deals.entries()) await postCeremony(as, election, i, message)
  for (const i of election.qualified) await postConfirm(as, election, i)
}

export async function postConfirm (as: LedgerAs, election: SampleElection, trustee: number, qualified = election.qualified): Promise<void> {
  await postCeremony(as, election, trustee, confirmMessage(election.ceremony, trustee, election.commits, election.deals, qualified))
}

export async function postTrial (as: LedgerAs, election: SampleElection, trustee: number): Promise<void> {
  const { keys, shares } = election.trustees[trustee]!
  const message = decryptTrial(election.idBytes, keysRecord(election.ceremony, election.commits, election.deals, election.qualified), trustee, shares)
  const signed = signMessage(tags.trialMessage, election.idBytes, keys, message)
  await (await as(election.definition.trustees[trustee]!.mspId, 'trustee')).submit('postTrial', [election.id, JSON.stringify(signed)])
}

export async function prepareRegistrar (as: LedgerAs, election: SampleElection, registrar: number, changes: Partial<RegistrarMessage> = {}): Promise<void> {
  const message: RegistrarMessage = { ...sampleRegistrarMessage(election, registrar), ...changes }
  const signed = signMessage(tags.registrarMessage, election.idBytes, election.registrars[registrar]!.keys, message)
  await (await as(election.definition.registrars[registrar]!.mspId, 'registrar')).submit('prepareRegistrar', [election.id, JSON.stringify(signed)])
}

/** From nothing to open. */
export async function stageOpenElection (as: LedgerAs, election: SampleElection): Promise<void> {
  await announce(as, election)
  await runCeremony(as, election)
  await prepareToOpen(as, election)
  await (await as(election.definition.organiser.mspId, 'organiser')).submit('open', [election.id])
}

/** What is left after the keys: trial decryptions, and the registrars' keys. */
export async function prepareToOpen (as: LedgerAs, election: SampleElection): Promise<void> {
  for (const i of election.qualified) await postTrial(as, election, i)
  for (const i of election.registrars.keys()) await prepareRegistrar(as, election, i)
}

/** Issuances of every registrar for the voter at this place of the roll. */
export async function recordIssuances (as: LedgerAs, election: SampleElection, place: number, blinded: readonly Uint8Array[]): Promise<void> {
  for (const [registrar, message] of blinded.entries()) {
    const issuance = signIssuance(election.idBytes, election.registrars[registrar]!.keys, { registrar, place: election.places[place]!, blinded: blindedMessageHash(message) })
    await (await as(election.definition.registrars[registrar]!.mspId, 'registrar')).submit('recordIssuances', [election.id, JSON.stringify([issuance])])
  }
}

export async function cast (as: LedgerAs, election: SampleElection, ballots: readonly Uint8Array[], mspId = election.definition.members[3]!): ReturnType<Ledger['submit']> {
  return await (await as(mspId, 'gateway')).submit('castBallots', [election.id], { ballots: joinFrames(ballots) })
}

/** Voters at the places 0, 1, …: credential, issuances, ballot, cast. Returns the ballots. */
export async function voteAll (as: LedgerAs, election: SampleElection, answers: readonly (readonly Answer[])[]): Promise<Awaited<ReturnType<typeof castableBallot>>[]> {
  const ballots = []
  for (const [place, answer] of answers.entries()) {
    const ballot = await castableBallot(election, answer)
    await recordIssuances(as, election, place, ballot.blinded)
    await cast(as, election, [ballot.bytes])
    ballots.push(ballot)
  }
  return ballots
}

export async function readElectionView (as: LedgerAs, { id, definition }: SampleElection): Promise<ElectionView> {
  const ledger = await as(definition.members[0]!, 'auditor')
  return JSON.parse(new TextDecoder().decode(await ledger.evaluate('readElection', [id]))) as ElectionView
}

/** Closes early, counts, decrypts with the first trustees, publishes. */
export async function finishElection (as: LedgerAs, election: SampleElection, pageSize = 100): Promise<void> {
  const organiser = await as(election.definition.organiser.mspId, 'organiser')
  await organiser.submit('close', [election.id])
  await countAll(as, election, pageSize)
  await decryptAll(as, election)
  await organiser.submit('publish', [election.id])
}

/** The first t qualified trustees sign the root, then decrypt. */
export async function decryptAll (as: LedgerAs, election: SampleElection): Promise<void> {
  const trustees = election.qualified.slice(0, election.definition.threshold)
  for (const trustee of trustees) await signRoot(as, election, trustee)
  for (const trustee of trustees) await postDecryption(as, election, trustee)
}

export async function signRoot (as: LedgerAs, election: SampleElection, trustee: number, changes: Partial<RootStatement> = {}): Promise<void> {
  const { count } = await readElectionView(as, election)
  const tally = tallyFromJson(count!)
  const signed = signMessage(tags.rootStatement, election.idBytes, election.trustees[trustee]!.keys, { trustee, boxRoot: boxRoot(tally), ballots: tally.frontier.size, ...changes })
  await (await as(election.definition.trustees[trustee]!.mspId, 'trustee')).submit('signBoxRoot', [election.id, JSON.stringify(signed)])
}

export async function countAll (as: LedgerAs, election: SampleElection, pageSize: number): Promise<number> {
  const gateway = await as(election.definition.members[1]!, 'gateway')
  for (let pages = 1; ; pages++) {
    const { result } = await gateway.submit('countPage', [election.id, String(pageSize)])
    if ((JSON.parse(new TextDecoder().decode(result)) as { complete: boolean }).complete) return pages
  }
}

export async function postDecryption (as: LedgerAs, election: SampleElection, trustee: number, change: (message: DecryptionMessage) => DecryptionMessage = (message) => message): Promise<void> {
  const { count } = await readElectionView(as, election)
  const tally = tallyFromJson(count!)
  const { keys, shares } = election.trustees[trustee]!
  const message = decryptTally(decryptionContext(election.definition, tally), trustee, shares)
  const signed = signMessage(tags.decryptionMessage, election.idBytes, keys, change(message))
  await (await as(election.definition.trustees[trustee]!.mspId, 'trustee')).submit('postDecryption', [election.id, JSON.stringify(signed)])
}

/** Runs what must fail and returns the code of its failure. */
export async function codeOf (work: Promise<unknown>): Promise<string> {
  try {
    await work
  } catch (error) {
    if (error instanceof ScrutinError && isErrorCode(error.code)) return error.code
    throw error
  }
  return 'it succeeded'
}
