/** A trustee's own count: root and sums from the ballots themselves, as every source shows them. */
import { bundleLines } from '../../protocol/src/bundle.ts'
import { fromBase64url } from '../../protocol/src/bytes.ts'
import { canonicalText, parseCanonical } from '../../protocol/src/canonical-json.ts'
import { ScrutinError } from '../../protocol/src/errors.ts'
import { type ElectionStatus, type KeysRecord, type RecordSection, recordSections, type StateRecord } from '../../protocol/src/records.ts'
import { boxRoot, type Tally, tallyFromJson, type TallyJson } from '../../protocol/src/tally.ts'
import { verifyElection } from '../../protocol/src/verify-election.ts'
import { type ElectionSource, requireSeveralMembers, type ReadOptions, type ShownElection } from './election-sources.ts'
import { requireKnownChain } from './known-chain.ts'
import type { KnownElection } from './read-ledger.ts'
import type { Trustee } from './trustee.ts'

export interface Recount {
  readonly tally: Tally
  /** As the trustees' messages make them. */
  readonly keys: KeysRecord
  /** The election as each source shows it. */
  readonly shown: readonly ShownElection[]
}

interface Counted {
  readonly election: ShownElection
  readonly tally: TallyJson
  readonly keys: KeysRecord
}

/** What is being read, and how far: for people who wait. */
export type RecountProgress = (text: string) => void

/** All that is counted up to the sums; what trustees post afterwards is looked at for itself. */
const countedSections = recordSections.slice(0, recordSections.indexOf('count') + 1)

/**
 * Verifies the whole election up to its count from every source, and holds the sources against each other.
 *
 * @throws ScrutinError `decryption.root` when a source does not hold, `election.state` when it shows another state than
 * `tallied`, `root.sources-differ` when sources show different elections; all name the member. `election.not-ready` when
 * too few members can be asked or the chain is not known
 */
export async function recountElection (trustee: Trustee, { id, definition }: KnownElection, onProgress: RecountProgress = () => {}): Promise<Recount> {
  const { ledger, sources, log } = trustee
  requireSeveralMembers(ledger, sources, definition)
  const chain = requireKnownChain(trustee)
  if (ledger.kind === 'embedded') log.warn({ electionId: id }, 'on the embedded ledger the records of one file are counted, not the blocks of several members')
  const { height } = await ledger.status()
  const counted: Counted[] = []
  for (const source of sources) {
    counted.push(await recount(source, id, { chain, height, onProgress: (blocks) => { onProgress(`${source.name}: ${blocks} blocks`) } }, onProgress))
    requireSame(counted)
  }
  for (const { election: { name }, tally } of counted) log.info({ electionId: id, source: name, boxRoot: boxRoot(tallyFromJson(tally)), ballots: tally.frontier.size }, 'counted')
  const { tally, keys } = counted[0]!
  return { tally: tallyFromJson(tally), keys, shown: counted.map(({ election }) => election) }
}

async function recount (source: ElectionSource, electionId: string, options: ReadOptions, onProgress: RecountProgress): Promise<Counted> {
  const election = await source.read(electionId, options)
  const report = await verifyElection(bundleLines(electionId, election.records(countedSections)), {
    expectElection: electionId,
    onProgress: (check, count) => { onProgress(`${source.name}: ${check} ${count}`) },
  })
  if (report.status !== null && report.status !== 'tallied') throw new ScrutinError('election.state', `${source.name} shows it ${report.status}`)
  if (!report.ok || report.tally === null) {
    const failed = report.checks.filter(({ ok }) => !ok).map(({ name, detail }) => `${name} (${detail})`)
    throw new ScrutinError('decryption.root', `what ${source.name} shows does not hold: ${failed.join(', ')}`)
  }
  // what is written there was held against the trustees' messages just now
  return { election, tally: report.tally, keys: await onlyRecord(election, 'keys') as KeysRecord }
}

/** The states that sources show now, each having read on. */
export async function readStatesNow (shown: readonly ShownElection[]): Promise<{ readonly name: string, readonly status: ElectionStatus }[]> {
  return await Promise.all(shown.map(async (election) => {
    await election.readOn()
    return { name: election.name, status: (await onlyRecord(election, 'state') as StateRecord).status }
  }))
}

/** The one record of a section that has been verified; throws `ledger.record` when it is not there. */
async function onlyRecord (election: ShownElection, section: RecordSection): Promise<unknown> {
  let found: unknown
  for await (const { value } of election.records([section])) found = parseCanonical(fromBase64url(value))
  if (found === undefined) throw new ScrutinError('ledger.record', `${election.name} shows no ${section}`)
  return found
}

/** The newest source must show what the first one does. Which of two lies can't be told here: both are named. */
function requireSame (counted: readonly Counted[]): void {
  const [first, newest] = [counted[0]!, counted.at(-1)!]
  if (canonicalText([first.tally, first.keys]) !== canonicalText([newest.tally, newest.keys])) throw new ScrutinError('root.sources-differ', `${describe(first)}, but ${describe(newest)}`)
}

function describe ({ election: { name }, tally }: Counted): string {
  return `${name} shows ${tally.frontier.size} ballots with the root ${boxRoot(tallyFromJson(tally))}`
}
