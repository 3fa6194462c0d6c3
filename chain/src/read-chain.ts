/**
 * Replays a chain from its genesis block on, believing nobody but the anchor,
 * and hands out the election's records as they then stand.
 */
import { toBase64url } from '../../protocol/src/bytes.ts'
import { ScrutinError } from '../../protocol/src/errors.ts'
import { type ExportedRecord, type RecordSection, recordSections, sectionRange } from '../../protocol/src/records.ts'
import type { Anchor } from './anchor.ts'
import { type ChainCrypto, portableCrypto } from './chain-crypto.ts'
import { type ChainCheck, closeChainChecks } from './chain-report.ts'
import { type ChainStore, memoryStore } from './chain-store.ts'
import { contractName } from './contract-definition.ts'
import { ChainReplay, type Writers } from './replay-chain.ts'

export interface ReadChainOptions {
  /** The election whose records are wanted; null for the chain alone. */
  readonly electionId: string | null
  /** What is known of the chain beforehand. Without it the replay proves only that the blocks fit together. */
  readonly anchor?: Anchor | undefined
  /** Refuse the blocks of any other channel. */
  readonly expectChannel?: string | undefined
  /** Refuse a chain with fewer blocks. */
  readonly minHeight?: number | undefined
  /** Where the state goes; memory by default. It must be empty. */
  readonly store?: ChainStore
  /** The portable libraries by default; `nativeCrypto` where Node is. */
  readonly crypto?: ChainCrypto
  /** Called after each block. */
  readonly onProgress?: (height: number) => void
}

export interface ChainReading {
  /** Whether every check passed. */
  readonly ok: boolean
  /** Whether the genesis block is the anchor's. Says nothing where `ok` is false. */
  readonly anchored: boolean
  /** From the genesis block; null when that could not be read. */
  readonly channel: string | null
  /** Hash of the genesis block's header, hex. */
  readonly genesis: string | null
  /** Number of blocks read. */
  readonly height: number
  /** Hash of the last block's header, hex; null when there is none. */
  readonly tipHash: string | null
  /** The block whose transaction last changed the election's state; null when there is none. */
  readonly stateChangedIn: number | null
  readonly checks: readonly ChainCheck[]
  /** Who wrote what stands under a key of the contract; undefined where nothing does. */
  writersOf (key: string): Writers | undefined
  /** The election's records by section, as `verifyElection` takes them (through `bundleLines`). */
  records (sections?: readonly RecordSection[]): AsyncGenerator<ExportedRecord>
}

/** Reads all blocks, as `ChainReader.readOn` does. */
export async function readChain (blocks: AsyncIterable<{ readonly bytes: Uint8Array }>, options: ReadChainOptions): Promise<ChainReading> {
  return await new ChainReader(options).readOn(blocks)
}

/** A chain that may be read on later, where it has grown. */
export class ChainReader {
  readonly #options: ReadChainOptions
  readonly #store: ChainStore
  readonly #replay: ChainReplay

  constructor (options: ReadChainOptions) {
    this.#options = options
    this.#store = options.store ?? memoryStore()
    this.#replay = new ChainReplay({ store: this.#store, crypto: options.crypto ?? portableCrypto, anchor: options.anchor })
  }

  /** Number of blocks read: the next one has this number. */
  get height (): number {
    return this.#replay.height
  }

  /**
   * Reads the blocks that follow those already read; what is wrong with them becomes a failed check, never an exception. Reading stops
   * at a block that can't be decoded. What the source of the blocks throws is thrown on, but for the codes `input.*`: then what it reads is no bundle.
   */
  async readOn (blocks: AsyncIterable<{ readonly bytes: Uint8Array }>): Promise<ChainReading> {
    const { electionId, anchor, onProgress } = this.#options
    const [replay, store] = [this.#replay, this.#store]
    try {
      for await (const { bytes } of blocks) {
        if (!replay.add(bytes)) break
        onProgress?.(replay.height)
      }
    } catch (error) {
      if (!(error instanceof ScrutinError) || !error.code.startsWith('input.')) throw error
      replay.checks['chain.format'].fail(`after ${replay.height} blocks: ${error.message}`)
    }
    replay.finish(this.#options)
    const checks = closeChainChecks(replay.checks)
    return {
      ok: checks.every(({ ok }) => ok),
      anchored: anchor !== undefined && replay.genesis === anchor.genesis,
      channel: replay.channel,
      genesis: replay.genesis,
      height: replay.height,
      tipHash: replay.tipHash,
      stateChangedIn: electionId === null ? null : store.get(contractName, `election/${electionId}/state`)?.version.block ?? null,
      checks,
      writersOf: (key) => replay.writersOf(key),
      records: async function * (sections = recordSections) {
        if (electionId !== null) yield * recordsOf(store, electionId, sections)
      },
    }
  }
}

function * recordsOf (store: ChainStore, electionId: string, sections: readonly RecordSection[]): Generator<ExportedRecord> {
  for (const section of sections) {
    const { start, end } = sectionRange(electionId, section)
    for (const { key } of store.keys(contractName, start, end)) {
      const stored = store.get(contractName, key)
      if (stored === undefined) throw new ScrutinError('ledger.record', key)
      yield { key, value: toBase64url(stored.value) }
    }
  }
}
