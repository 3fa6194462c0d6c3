import { createHash } from 'node:crypto'
import type { common } from '@hyperledger/fabric-protos'

/** Fabric's block hash: SHA-256 of the header as an ASN.1 sequence (number, previous hash, data hash). Lower-case hex. */
export function blockHash (block: common.Block): string {
  const header = block.getHeader()
  if (header === undefined) throw new Error('a block without a header')
  const fields = [integer(BigInt(header.getNumber())), tlv(0x04, header.getPreviousHash_asU8()), tlv(0x04, header.getDataHash_asU8())]
  return createHash('sha256').update(tlv(0x30, Buffer.concat(fields))).digest('hex')
}

function integer (value: bigint): Buffer {
  const hex = value.toString(16)
  const bytes = Buffer.from(hex.length % 2 === 0 ? hex : `0${hex}`, 'hex')
  return tlv(0x02, (bytes[0] ?? 0) < 0x80 ? bytes : Buffer.concat([Buffer.of(0), bytes]))
}

/** Short form only: everything in a header is shorter than 128 bytes. */
function tlv (tag: number, content: Uint8Array): Buffer {
  return Buffer.concat([Buffer.of(tag, content.length), content])
}
