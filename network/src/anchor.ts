/**
 * The anchor of a network: what auditors must know from the members themselves, not from whoever hands them the
 * blocks. The form is that of `auditor verify --anchor` (chain/src/anchor.ts): canonical JSON (RFC 8785).
 */
import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { common } from '@hyperledger/fabric-protos'
import canonicalize from 'canonicalize'
import { layoutOf } from './layout.ts'
import { NetworkError } from './network-error.ts'
import { readState } from './network-state.ts'
import { readCommonBlock } from './status.ts'

export interface Anchor {
  readonly format: 'scrutin-anchor/1'
  readonly channel: string
  /** Hash of the genesis block's header, lower-case hex. */
  readonly genesis: string
  /** Null: of the consortium, and of no one election. */
  readonly electionId: string | null
  /** A later block that all members hold: a chain that lacks it is not theirs. */
  readonly latest?: { readonly number: number, readonly hash: string }
}

export interface AnchorOptions {
  readonly dataFolder: string
  /** 64 lower-case hexadecimal digits. */
  readonly electionId?: string
  /** Also names the newest block that all members hold: the network must run. */
  readonly latest?: boolean
}

/** @throws {NetworkError} when there is no network with a genesis block, or with `latest`, when its members don't agree */
export async function readAnchor ({ dataFolder, electionId, latest }: AnchorOptions): Promise<Anchor> {
  const layout = layoutOf(dataFolder)
  const state = await readState(layout)
  if (state?.kind !== 'fabric') throw new NetworkError(`${layout.data} holds no network on Fabric: bring one up first`)
  return {
    format: 'scrutin-anchor/1',
    channel: state.consortium.channel,
    genesis: blockHash(await readGenesisBlock(layout.genesisBlock)),
    electionId: electionId ?? null,
    ...(latest === true ? { latest: await readCommonBlock({ dataFolder }) } : {}),
  }
}

/** The anchor's bytes, as they are published. */
export function anchorText (anchor: Anchor): string {
  return canonicalize(anchor) + '\n'
}

async function readGenesisBlock (file: string): Promise<Uint8Array> {
  try {
    return await readFile(file)
  } catch (cause) {
    throw new NetworkError(`${file} cannot be read: bring the network up first`, { cause })
  }
}

/** SHA-256 of the header in DER, a SEQUENCE of number, previous hash and data hash (Fabric's `protoutil.BlockHeaderHash`); hex. */
export function blockHash (block: Uint8Array): string {
  const header = common.Block.deserializeBinary(block).getHeader()
  if (header === undefined) throw new NetworkError('The genesis block has no header')
  const fields = Buffer.concat([integer(header.getNumber()), octets(header.getPreviousHash_asU8()), octets(header.getDataHash_asU8())])
  return createHash('sha256').update(element(0x30, fields)).digest('hex')
}

function integer (value: number): Buffer {
  const hex = BigInt(value).toString(16)
  const bytes = Buffer.from(hex.padStart(hex.length + hex.length % 2, '0'), 'hex')
  // a first bit that is set would make it negative
  return element(0x02, (bytes[0] ?? 0) < 0x80 ? bytes : Buffer.concat([Buffer.of(0), bytes]))
}

function octets (bytes: Uint8Array): Buffer {
  return element(0x04, bytes)
}

/** Short form only: a header has well under 128 bytes. */
function element (tag: number, content: Uint8Array): Buffer {
  if (content.length > 127) throw new Error('a block header is longer than it can be')
  return Buffer.concat([Buffer.of(tag, content.length), content])
}
