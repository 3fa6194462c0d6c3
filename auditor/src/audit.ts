/** An audit of whatever holds an election: records, whole blocks, or a peer. */
import type { Anchor } from '../../chain/src/anchor.ts'
import type { ChainCheckName } from '../../chain/src/chain-report.ts'
import { nativeCrypto } from '../../chain/src/native-crypto.ts'
import { type ChainReading, readChain } from '../../chain/src/read-chain.ts'
import { parseBlockBundleHeader, readBundledBlocks } from '../../protocol/src/block-bundle.ts'
import { bundleLines, maxBundleLineLength } from '../../protocol/src/bundle.ts'
import { ScrutinError } from '../../protocol/src/errors.ts'
import { type Check, type CheckName, openChecks, type VerificationReport } from '../../protocol/src/verification-report.ts'
import { verifyElection } from '../../protocol/src/verify-election.ts'
import type { copiesCheckName } from './compare-copies.ts'
import { nameEndorsers } from './name-endorsers.ts'
import { BundleReadError, openBundle } from './open-bundle.ts'
import { openTemporaryStore } from './sqlite-store.ts'
import { electionOfAddress, whatStaysOpen } from './what-stays-open.ts'

export interface AuditOptions {
  /** Without it the best verdict is "unanchored". */
  readonly anchor?: Anchor
  /** Refuse any other election. */
  readonly expectElection?: string
  /** Refuse a chain with fewer blocks. */
  readonly minHeight?: number
  /** Called with each block before it is audited. */
  readonly onBlock?: (bytes: Uint8Array) => void
  /** Called now and then with what is being worked on and how far it is. */
  readonly onProgress?: (name: string, count: number) => void
}

/** How far the chain reaches that was read, and by which names to compare it with others. */
export type ChainSummary = Pick<ChainReading, 'channel' | 'genesis' | 'height' | 'tipHash' | 'stateChangedIn'>

export interface AuditReport extends Omit<VerificationReport, 'anchored' | 'checks'> {
  readonly anchored: boolean
  /** Null for a bundle of records, which no block holds fast. */
  readonly chain: ChainSummary | null
  readonly checks: readonly Check<CheckName | ChainCheckName | typeof copiesCheckName>[]
  /** What was not asked, or not answered, though every check passed. Sentences. */
  readonly open: readonly string[]
}

/** Audits the bundle at `source`; a bundle that can't be read is a report that says so, never an exception. */
export async function audit (source: string, asked: AuditOptions = {}): Promise<AuditReport> {
  const named = asked.expectElection ?? electionOfAddress(source)
  const options = named === undefined ? asked : { ...asked, expectElection: named }
  const lines = openBundle(source)[Symbol.asyncIterator]()
  try {
    const first = await lines.next()
    const header = first.done === true ? undefined : parseBlockBundleHeader(first.value)
    if (header !== undefined) return await auditBlocks(readBundledBlocks(lines), header.electionId, { ...options, expectChannel: header.channel })
    return withoutBlocks(await verifyElection(putBack(first, lines), electionOptions(options)), options.anchor)
  } catch (error) {
    const reason = error instanceof BundleReadError ? error.message : error instanceof ScrutinError && error.code === 'input.too-large' ? error.message : undefined
    if (reason === undefined) throw error
    return unreadable(`the bundle can't be read: ${reason}`)
  } finally {
    await lines.return?.()
  }
}

/** Audits blocks from wherever they come. What their source throws is thrown on. */
export async function auditBlocks (
  blocks: AsyncIterable<{ readonly bytes: Uint8Array }>, electionId: string | null, options: AuditOptions & { readonly expectChannel?: string } = {}
): Promise<AuditReport> {
  const { anchor, minHeight, onBlock, onProgress, expectElection, expectChannel } = options
  const store = openTemporaryStore()
  try {
    const wanted = electionId ?? anchor?.electionId ?? expectElection ?? null
    const chain = await readChain(watched(blocks, onBlock), {
      electionId: wanted,
      anchor,
      minHeight,
      expectChannel,
      store,
      crypto: nativeCrypto,
      onProgress: (height) => { onProgress?.('blocks', height) },
    })
    const { channel, genesis, height, tipHash, stateChangedIn } = chain
    const summary = { channel, genesis, height, tipHash, stateChangedIn }
    const completed = (report: Omit<AuditReport, 'open'>): AuditReport => ({ ...report, open: whatStaysOpen(report, options) })
    if (wanted === null) return completed({ ok: chain.ok, anchored: chain.anchored, electionId: null, status: null, chain: summary, checks: chain.checks, result: null, tally: null })
    const election = await verifyElection(bundleLines(wanted, chain.records()), electionOptions(options))
    const ok = chain.ok && election.ok
    return completed({ ...election, ok, anchored: ok && chain.anchored, chain: summary, checks: [...chain.checks, ...nameEndorsers(election.checks, wanted, (key) => chain.writersOf(key))], result: ok ? election.result : null })
  } finally {
    store.close()
  }
}

async function * watched (blocks: AsyncIterable<{ readonly bytes: Uint8Array }>, onBlock: AuditOptions['onBlock']): AsyncGenerator<{ readonly bytes: Uint8Array }> {
  for await (const block of blocks) {
    onBlock?.(block.bytes)
    yield block
  }
}

/** The report with what other members' copies of the chain say. */
export function withCopies (report: AuditReport, copies: Check<typeof copiesCheckName>): AuditReport {
  const ok = report.ok && copies.ok
  return { ...report, ok, anchored: ok && report.anchored, result: ok ? report.result : null, checks: [...report.checks, copies] }
}

function electionOptions ({ expectElection, onProgress }: AuditOptions): { expectElection?: string, onProgress?: (name: CheckName, count: number) => void } {
  return { ...(expectElection === undefined ? {} : { expectElection }), ...(onProgress === undefined ? {} : { onProgress }) }
}

/** Records can't be anchored: asked for it, the audit fails rather than pass for something else. */
function withoutBlocks (report: VerificationReport, anchor: Anchor | undefined): AuditReport {
  if (anchor === undefined) return { ...report, chain: null, open: [] }
  const failed = { name: 'chain.anchor', count: 0, ok: false, detail: 'there is an anchor, but the bundle holds records and no blocks' } as const
  return { ...report, ok: false, chain: null, checks: [failed, ...report.checks], result: null, open: [] }
}

function unreadable (detail: string): AuditReport {
  const check = openChecks()['bundle.format']
  check.fail(detail)
  return { ok: false, anchored: false, electionId: null, status: null, chain: null, checks: [check.close()], result: null, tally: null, open: [] }
}

/** The lines of a bundle of records, which are shorter than blocks may be. */
async function * putBack (first: IteratorResult<string>, rest: AsyncIterator<string>): AsyncGenerator<string> {
  for (let next = first; next.done !== true; next = await rest.next()) {
    if (next.value.length > maxBundleLineLength) throw new ScrutinError('input.too-large', `a line of the bundle has over ${maxBundleLineLength} characters`)
    yield next.value
  }
}
