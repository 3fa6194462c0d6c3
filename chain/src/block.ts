/** A block: its parts, and the hashes that hold them together (Fabric's protoutil/blockutils.go). */
import { common } from '@hyperledger/fabric-protos'
import { concatBytes } from '../../protocol/src/bytes.ts'
import { ScrutinError } from '../../protocol/src/errors.ts'
import type { ChainCrypto } from './chain-crypto.ts'
import { decode, safeNumber } from './wire.ts'

export interface ChainBlock {
  readonly number: number
  readonly previousHash: Uint8Array
  readonly dataHash: Uint8Array
  /** Transactions in their order, each a serialised `common.Envelope`. */
  readonly envelopes: readonly Uint8Array[]
  /** What orderers sign besides the header, and their signatures: a serialised `common.Metadata`. */
  readonly signatures: Uint8Array
  /** What the peer that gave the block says of each transaction (`peer.TxValidationCode`); nobody signs it. */
  readonly flags: Uint8Array
}

/**
 * Places in the block's metadata. What else stands there nobody signs, so that one orderer or peer could write anything,
 * and nothing is read from it.
 */
const { SIGNATURES, TRANSACTIONS_FILTER } = common.BlockMetadataIndex
const leastEntries = TRANSACTIONS_FILTER + 1

/** Throws `input.malformed` or `input.not-canonical`: every byte of a block is a part that is checked, but for metadata that nobody signs. */
export function parseBlock (bytes: Uint8Array): ChainBlock {
  const block = decode('the block', common.Block, bytes)
  const header = block.getHeader()
  const metadata = block.getMetadata()?.getMetadataList_asU8() ?? []
  if (header === undefined || metadata.length < leastEntries) throw new ScrutinError('input.malformed', 'the block has no header, or too few entries of metadata')
  return {
    number: safeNumber('the block number', header.getNumber()),
    previousHash: header.getPreviousHash_asU8(),
    dataHash: header.getDataHash_asU8(),
    envelopes: block.getData()?.getDataList_asU8() ?? [],
    signatures: metadata[SIGNATURES]!,
    flags: metadata[TRANSACTIONS_FILTER]!,
  }
}

/** The header as it is hashed and signed: ASN.1 DER, SEQUENCE of INTEGER number, OCTET STRING previous hash, OCTET STRING data hash. */
export function headerBytes ({ number, previousHash, dataHash }: Pick<ChainBlock, 'number' | 'previousHash' | 'dataHash'>): Uint8Array {
  const content = concatBytes(tagged(0x02, unsignedInteger(number)), tagged(0x04, previousHash), tagged(0x04, dataHash))
  return tagged(0x30, content)
}

/** 32 bytes: the name of the block, and of everything before it. */
export function headerHash (crypto: ChainCrypto, block: Pick<ChainBlock, 'number' | 'previousHash' | 'dataHash'>): Uint8Array {
  return crypto.sha256(headerBytes(block))
}

/** SHA-256 over the envelopes, joined. */
export function computeDataHash (crypto: ChainCrypto, { envelopes }: Pick<ChainBlock, 'envelopes'>): Uint8Array {
  return crypto.sha256(concatBytes(...envelopes))
}

function tagged (tag: number, content: Uint8Array): Uint8Array {
  return concatBytes(Uint8Array.of(tag), derLength(content.length), content)
}

function derLength (length: number): Uint8Array {
  if (length < 0x80) return Uint8Array.of(length)
  const bytes = bigEndian(length)
  return Uint8Array.of(0x80 | bytes.length, ...bytes)
}

function unsignedInteger (value: number): Uint8Array {
  const bytes = bigEndian(value)
  return bytes[0]! >= 0x80 ? Uint8Array.of(0, ...bytes) : Uint8Array.from(bytes)
}

function bigEndian (value: number): number[] {
  const bytes: number[] = []
  let rest = value
  do {
    bytes.unshift(rest % 256)
    rest = Math.floor(rest / 256)
  } while (rest > 0)
  return bytes
}
