/** Block hashes, computed as Fabric does: SHA-256 over the header's ASN.1 (DER) encoding. */
import { createHash } from 'node:crypto'

export interface BlockHeader {
  readonly number: number
  readonly previousHash: Uint8Array
  readonly dataHash: Uint8Array
}

/** SHA-256 of SEQUENCE { INTEGER number, OCTET STRING previousHash, OCTET STRING dataHash }; 32 bytes. */
export function blockHash (header: BlockHeader): Uint8Array {
  const content = Buffer.concat([
    derInteger(header.number),
    derElement(0x04, header.previousHash),
    derElement(0x04, header.dataHash),
  ])
  return createHash('sha256').update(derElement(0x30, content)).digest()
}

/** SHA-256 of the block's transaction records one after another; 32 bytes. */
export function dataHash (records: readonly Uint8Array[]): Uint8Array {
  const hash = createHash('sha256')
  for (const record of records) hash.update(record)
  return hash.digest()
}

function derInteger (value: number): Uint8Array {
  const hex = value.toString(16)
  const bytes = Buffer.from(hex.length % 2 === 0 ? hex : `0${hex}`, 'hex')
  return derElement(0x02, bytes[0]! >= 0x80 ? Buffer.concat([Buffer.of(0), bytes]) : bytes)
}

/** Short definite form only: a header is always under 128 bytes. */
function derElement (tag: number, content: Uint8Array): Uint8Array {
  if (content.length > 127) throw new Error('a block header is shorter than 128 bytes')
  return Buffer.concat([Buffer.of(tag, content.length), content])
}
