/**
 * Where a trustee reads the election that it recounts: the blocks of two or more members, each replayed from the
 * genesis block on, so that no single peer is believed. The embedded ledger has no blocks that members signed: there
 * the records of the one file are read, and the log says so.
 */
import { setTimeout as delay } from 'node:timers/promises'
import { type ChainReading, readChain } from '../../chain/src/read-chain.ts'
import { nativeCrypto } from '../../chain/src/native-crypto.ts'
import { openBlockSource, type PeerConfig } from '../../ledger/src/block-source.ts'
import { electionRecords } from '../../ledger/src/election-records.ts'
import type { Ledger, LedgerBlock } from '../../ledger/src/port.ts'
import { ScrutinError } from '../../protocol/src/errors.ts'
import type { ExportedRecord, RecordSection } from '../../protocol/src/records.ts'

/** An election as one member shows it. */
export interface ShownElection {
  /** Hash of the genesis block; null where there are no blocks. */
  readonly genesis: string | null
  records (sections: readonly RecordSection[]): AsyncIterable<ExportedRecord>
}

export interface ElectionSource {
  readonly mspId: string
  /** Whom to name when it shows something else than the others: MSP id and address. */
  readonly name: string
  /**
   * Reads up to the newest block, once the source has `height` blocks.
   *
   * @throws ScrutinError `decryption.root` when the blocks do not hold, `ledger.unavailable`, `ledger.refused`, `ledger.timeout`
   */
  read (electionId: string, height: bigint, onProgress: (blocks: number) => void): Promise<ShownElection>
  close (): void
}

/** The member's own peer and those of others. On the embedded ledger its records, as there is nothing else. */
export async function openSources (ledger: Ledger, peers: readonly PeerConfig[]): Promise<ElectionSource[]> {
  if (ledger.kind === 'embedded') return [recordsSource(ledger)]
  const own: ElectionSource = {
    mspId: ledger.mspId,
    name: `${ledger.mspId} (its own peer)`,
    read: async (electionId, height, onProgress) =>
      await replay(`${ledger.mspId} (its own peer)`, electionId, height, { height: async () => (await ledger.status()).height, blocks: (to) => ledger.blocks({ from: 0n, to }) }, onProgress),
    close: () => {},
  }
  return [own, ...await Promise.all(peers.map(openPeer))]
}

/** Throws `election.not-ready` unless two members at least are among the sources: one alone is not believed. */
export function requireSeveralMembers ({ kind }: Ledger, sources: readonly ElectionSource[]): void {
  if (kind === 'fabric' && new Set(sources.map(({ mspId }) => mspId)).size < 2) {
    throw new ScrutinError('election.not-ready', 'name the peer of another member under peers in trustee.json: a trustee believes no single one')
  }
}

/** The records as one peer has them in its state. */
export function recordsSource (ledger: Ledger, name = `${ledger.mspId} (records)`): ElectionSource {
  return {
    mspId: ledger.mspId,
    name,
    read: async (electionId) => ({ genesis: null, records: (sections) => electionRecords(ledger, electionId, sections) }),
    close: () => {},
  }
}

async function openPeer (config: PeerConfig): Promise<ElectionSource> {
  const source = await openBlockSource(config)
  const name = `${config.peer.mspId} (${config.peer.address})`
  return {
    mspId: config.peer.mspId,
    name,
    read: async (electionId, height, onProgress) =>
      await replay(name, electionId, height, { height: async () => await source.height(), blocks: (to) => source.blocks({ from: 0n, to }) }, onProgress),
    close: () => { source.close() },
  }
}

interface Blocks {
  height (): Promise<bigint>
  blocks (to: bigint): AsyncIterable<LedgerBlock>
}

const catchUpMs = 60_000
const pollMs = 500

async function replay (name: string, electionId: string, height: bigint, blocks: Blocks, onProgress: (blocks: number) => void): Promise<ShownElection> {
  const reached = await waitForHeight(name, height, blocks)
  const reading: ChainReading = await readChain(blocks.blocks(reached - 1n), { electionId, crypto: nativeCrypto, minHeight: Number(reached), onProgress })
  if (!reading.ok) {
    const failed = reading.checks.filter(({ ok }) => !ok).map(({ name: check, detail }) => `${check} (${detail})`)
    throw new ScrutinError('decryption.root', `the blocks of ${name} do not hold: ${failed.join(', ')}`)
  }
  return { genesis: reading.genesis, records: (sections) => reading.records(sections) }
}

/** A peer may be a little behind the one that showed the count. */
async function waitForHeight (name: string, height: bigint, blocks: Blocks): Promise<bigint> {
  const deadline = performance.now() + catchUpMs
  for (;;) {
    const reached = await blocks.height()
    if (reached >= height) return reached
    if (performance.now() > deadline) throw new ScrutinError('ledger.timeout', `${name} has ${reached} blocks and does not come to ${height}`)
    await delay(pollMs)
  }
}
