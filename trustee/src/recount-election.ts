/** A trustee's own count: root and sums from the ballots themselves, as every source shows them. */
import { bundleLines } from '../../protocol/src/bundle.ts'
import { canonicalText } from '../../protocol/src/canonical-json.ts'
import { ScrutinError } from '../../protocol/src/errors.ts'
import { recordSections } from '../../protocol/src/records.ts'
import { boxRoot, type Tally, tallyFromJson, type TallyJson } from '../../protocol/src/tally.ts'
import { verifyElection } from '../../protocol/src/verify-election.ts'
import { type ElectionSource, requireSeveralMembers } from './election-sources.ts'
import type { Trustee } from './trustee.ts'

interface Shown {
  readonly name: string
  readonly genesis: string | null
  readonly tally: TallyJson
}

/** What is being read, and how far: for people who wait. */
export type RecountProgress = (text: string) => void

/** All that is counted up to the sums; what trustees post afterwards is looked at for itself. */
const countedSections = recordSections.slice(0, recordSections.indexOf('count') + 1)

/**
 * Verifies the whole election up to its count from every source, and holds the sources against each other.
 *
 * @throws ScrutinError `decryption.root` when a source does not hold, `election.state` when it shows another state than
 * `tallied`, `root.sources-differ` when sources show different elections; all name the member
 */
export async function recountElection ({ ledger, sources, log }: Trustee, electionId: string, onProgress: RecountProgress = () => {}): Promise<Tally> {
  requireSeveralMembers(ledger, sources)
  if (ledger.kind === 'embedded') log.warn({ electionId }, 'on the embedded ledger the records of one file are counted, not the blocks of several members')
  const { height } = await ledger.status()
  const shown: Shown[] = []
  for (const source of sources) {
    shown.push(await recount(source, electionId, height, onProgress))
    requireSame(shown)
  }
  for (const { name, tally } of shown) log.info({ electionId, source: name, boxRoot: boxRoot(tallyFromJson(tally)), ballots: tally.frontier.size }, 'counted')
  return tallyFromJson(shown[0]!.tally)
}

async function recount (source: ElectionSource, electionId: string, height: bigint, onProgress: RecountProgress): Promise<Shown> {
  const shown = await source.read(electionId, height, (blocks) => { onProgress(`${source.name}: ${blocks} blocks`) })
  const report = await verifyElection(bundleLines(electionId, shown.records(countedSections)), {
    expectElection: electionId,
    onProgress: (check, count) => { onProgress(`${source.name}: ${check} ${count}`) },
  })
  if (report.status !== null && report.status !== 'tallied') throw new ScrutinError('election.state', `${source.name} shows it ${report.status}`)
  if (!report.ok || report.tally === null) {
    const failed = report.checks.filter(({ ok }) => !ok).map(({ name, detail }) => `${name} (${detail})`)
    throw new ScrutinError('decryption.root', `what ${source.name} shows does not hold: ${failed.join(', ')}`)
  }
  return { name: source.name, genesis: shown.genesis, tally: report.tally }
}

/** The newest source must show what the first one does. Which of two lies can't be told here: both are named. */
function requireSame (shown: readonly Shown[]): void {
  const [first, newest] = [shown[0]!, shown.at(-1)!]
  const isSame = first.genesis === newest.genesis && canonicalText(first.tally) === canonicalText(newest.tally)
  if (!isSame) throw new ScrutinError('root.sources-differ', `${describe(first)}, but ${describe(newest)}`)
}

function describe ({ name, genesis, tally }: Shown): string {
  const chain = genesis === null ? '' : ` on the chain ${genesis.slice(0, 16)}…`
  return `${name} shows ${tally.frontier.size} ballots with the root ${boxRoot(tallyFromJson(tally))}${chain}`
}
