/**
 * Erases a trustee's shares of an election that is over. Nothing brings them back, so no peer's word is enough, and
 * nothing of it happens by itself: f + 1 members must show that the election has ended for good.
 */
import { cutOffMs } from '../../protocol/src/definition.ts'
import { ScrutinError } from '../../protocol/src/errors.ts'
import type { ElectionStatus } from '../../protocol/src/records.ts'
import { requireSeveralMembers } from './election-sources.ts'
import { requireKnownChain } from './known-chain.ts'
import { readElection } from './read-ledger.ts'
import { readStatesNow } from './recount-election.ts'
import type { Trustee } from './trustee.ts'

const finalStatuses: ReadonlySet<ElectionStatus> = new Set(['published', 'cancelled', 'void'] as const)

/**
 * Erases secrets and shares; what was signed is kept for ever.
 *
 * @returns the state in which the election ended
 * @throws ScrutinError `election.too-early` before the cut-off, `election.state` when a source shows that it goes on,
 * `election.not-ready` when too few members can be asked, and what reading their blocks throws
 */
export async function eraseElection (trustee: Trustee, electionId: string, now = Date.now()): Promise<ElectionStatus> {
  const { ledger, sources, store, log } = trustee
  const { definition } = await readElection(ledger, electionId, store.publicKey)
  if (now < cutOffMs(definition)) throw new ScrutinError('election.too-early', `its voting was to last until ${definition.closesAt}`)
  requireSeveralMembers(ledger, sources, definition)
  const chain = requireKnownChain(trustee)
  const { height } = await ledger.status()
  const shown = []
  for (const source of sources) shown.push(await source.read(electionId, { chain, height, onProgress: () => {} }))
  const states = await readStatesNow(shown)
  const other = states.find(({ status }) => !finalStatuses.has(status) || status !== states[0]!.status)
  if (other !== undefined) throw new ScrutinError('election.state', `${other.name} shows it ${other.status}`)
  await store.update(electionId, ({ secrets: _, shares: __, ...rest }) => rest)
  const { status } = states[0]!
  log.info({ electionId, status }, 'erased the shares of an election that is over')
  return status
}
