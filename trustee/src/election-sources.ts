/**
 * Where a trustee reads the election that it recounts: the blocks of f + 1 or more members, each replayed from the
 * genesis block of the chain that it knows, so that no member can show another and one of them at least is honest. The
 * embedded ledger has no blocks that members signed: there the records of the one file are read, and the log says so.
 */
import { setTimeout as delay } from 'node:timers/promises'
import { anchorFormat } from '../../chain/src/anchor.ts'
import { ChainReader, type ChainReading, readChain } from '../../chain/src/read-chain.ts'
import { nativeCrypto } from '../../chain/src/native-crypto.ts'
import { openBlockSource, type PeerConfig } from '../../ledger/src/block-source.ts'
import { electionRecords } from '../../ledger/src/election-records.ts'
import type { Ledger, LedgerBlock } from '../../ledger/src/port.ts'
import type { Definition } from '../../protocol/src/definition.ts'
import { ScrutinError } from '../../protocol/src/errors.ts'
import { statementsNeeded } from '../../protocol/src/receipt.ts'
import type { ExportedRecord, RecordSection } from '../../protocol/src/records.ts'
import type { KnownChain } from './known-chain.ts'

/** An election as one member shows it. */
export interface ShownElection {
  /** Whom to name: that of the source. */
  readonly name: string
  records (sections: readonly RecordSection[]): AsyncIterable<ExportedRecord>
  /** Reads what has happened since: `records` are then those of now. Throws as `read` does. */
  readOn (): Promise<void>
}

export interface ReadOptions {
  /** The chain that it must be; undefined where there are no blocks. */
  readonly chain: KnownChain | undefined
  /** Waits until the source has so many blocks. */
  readonly height: bigint
  readonly onProgress: (blocks: number) => void
}

export interface ElectionSource {
  readonly mspId: string
  /** Whom to name when it shows something else than the others: MSP id and address. */
  readonly name: string
  /** The chain that its genesis block begins; null where there are no blocks. Nothing but that block is looked at. */
  chain (): Promise<KnownChain | null>
  /**
   * Reads up to its newest block.
   *
   * @throws ScrutinError `decryption.root` when the blocks do not hold or are those of another chain, `ledger.unavailable`, `ledger.refused`, `ledger.timeout`
   */
  read (electionId: string, options: ReadOptions): Promise<ShownElection>
  close (): void
}

/** The member's own peer and those of others. On the embedded ledger its records, as there is nothing else. */
export async function openSources (ledger: Ledger, peers: readonly PeerConfig[]): Promise<ElectionSource[]> {
  if (ledger.kind === 'embedded') return [recordsSource(ledger)]
  const own = blocksSource(ledger.mspId, `${ledger.mspId} (its own peer)`, {
    height: async () => (await ledger.status()).height,
    blocks: (from, to) => ledger.blocks({ from, to }),
    close: () => {},
  })
  return [own, ...await Promise.all(peers.map(openPeer))]
}

/**
 * Throws `election.not-ready` unless so many different members of the election are among the sources that one of them is
 * honest as long as no more than f of n lie: f + 1, and never fewer than two where there are two.
 */
export function requireSeveralMembers ({ kind }: Pick<Ledger, 'kind'>, sources: readonly ElectionSource[], { members }: Definition): void {
  if (kind === 'embedded') return
  const needed = Math.max(statementsNeeded(members.length), Math.min(2, members.length))
  const asked = new Set(sources.map(({ mspId }) => mspId).filter((mspId) => members.includes(mspId)))
  if (asked.size < needed) {
    throw new ScrutinError('election.not-ready', `the peers of ${needed} members of the election must be asked, and ${asked.size} can be: name more under peers in trustee.json`)
  }
}

/** The records as one peer has them in its state. */
export function recordsSource (ledger: Ledger, name = `${ledger.mspId} (records)`): ElectionSource {
  return {
    mspId: ledger.mspId,
    name,
    chain: async () => null,
    read: async (electionId) => ({ name, records: (sections) => electionRecords(ledger, electionId, sections), readOn: async () => {} }),
    close: () => {},
  }
}

async function openPeer (config: PeerConfig): Promise<ElectionSource> {
  const source = await openBlockSource(config)
  return blocksSource(config.peer.mspId, `${config.peer.mspId} (${config.peer.address})`, {
    height: async () => await source.height(),
    blocks: (from, to) => source.blocks({ from, to }),
    close: () => { source.close() },
  })
}

export interface Blocks {
  height (): Promise<bigint>
  /** Both included. */
  blocks (from: bigint, to: bigint): AsyncIterable<Pick<LedgerBlock, 'bytes'>>
  close (): void
}

/** The election as one peer's blocks make it. */
export function blocksSource (mspId: string, name: string, blocks: Blocks): ElectionSource {
  return {
    mspId,
    name,
    chain: async () => {
      const { channel, genesis, ...reading } = await readChain(blocks.blocks(0n, 0n), { electionId: null, crypto: nativeCrypto })
      requireHolding(name, reading)
      return { channel: channel!, genesis: genesis! }
    },
    read: async (electionId, { chain, height, onProgress }) => {
      // without a chain that it must be, a replay shows only that the blocks fit together: nothing is read then
      if (chain === undefined) throw new ScrutinError('election.not-ready', 'the chain is not known')
      const reached = await waitForHeight(name, height, blocks)
      const reader = new ChainReader({ electionId, crypto: nativeCrypto, anchor: { format: anchorFormat, ...chain, electionId: null }, minHeight: Number(reached), onProgress })
      let reading = await reader.readOn(blocks.blocks(0n, reached - 1n))
      requireHolding(name, reading)
      return {
        name,
        records: (sections) => reading.records(sections),
        readOn: async () => {
          const now = await blocks.height()
          if (now > BigInt(reader.height)) reading = await reader.readOn(blocks.blocks(BigInt(reader.height), now - 1n))
          requireHolding(name, reading)
        },
      }
    },
    close: () => { blocks.close() },
  }
}

function requireHolding (name: string, { ok, checks }: Pick<ChainReading, 'ok' | 'checks'>): void {
  if (ok) return
  const failed = checks.filter((check) => !check.ok).map(({ name: check, detail }) => `${check} (${detail})`)
  throw new ScrutinError('decryption.root', `the blocks of ${name} do not hold: ${failed.join(', ')}`)
}

const catchUpMs = 60_000
const pollMs = 500

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
