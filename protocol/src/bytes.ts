/** Byte strings: the few operations everything else is written in. */
import { bytesToHex, concatBytes, hexToBytes, utf8ToBytes } from '@noble/hashes/utils.js'
import { ScrutinError } from './errors.ts'

export { fromBase64url, toBase64url } from './base64url.ts'
export { bytesToHex as toHex, concatBytes, utf8ToBytes }

/** Lower-case hex of exactly `length` bytes, else `input.not-canonical`. */
export function fromHex (text: string, length: number): Uint8Array {
  if (text.length !== 2 * length || !/^[0-9a-f]*$/.test(text)) {
    throw new ScrutinError('input.not-canonical', `expected ${length} bytes in lower-case hex`)
  }
  return hexToBytes(text)
}

export function isHex (text: unknown, length: number): text is string {
  return typeof text === 'string' && text.length === 2 * length && /^[0-9a-f]*$/.test(text)
}

export function equalBytes (a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false
  let difference = 0
  for (let i = 0; i < a.length; i++) difference |= a[i]! ^ b[i]!
  return difference === 0
}

/** Unsigned 32-bit big-endian. */
export function uint32 (value: number): Uint8Array {
  if (!Number.isInteger(value) || value < 0 || value > 0xffffffff) throw new Error(`not a 32-bit number: ${value}`)
  const bytes = new Uint8Array(4)
  bytes[0] = value >>> 24
  bytes[1] = value >>> 16
  bytes[2] = value >>> 8
  bytes[3] = value
  return bytes
}

/** A byte string preceded by its length: 4 bytes big-endian, then the bytes. */
export function frame (bytes: Uint8Array): Uint8Array {
  return concatBytes(uint32(bytes.length), bytes)
}

/** Reads a byte string from front to back; what is missing or left over is refused. */
export class ByteReader {
  readonly #bytes: Uint8Array
  #offset = 0

  constructor (bytes: Uint8Array) {
    this.#bytes = bytes
  }

  take (length: number): Uint8Array {
    const end = this.#offset + length
    if (end > this.#bytes.length) throw new ScrutinError('input.not-canonical', 'the encoding is too short')
    const part = this.#bytes.subarray(this.#offset, end)
    this.#offset = end
    return part
  }

  takeByte (): number {
    return this.take(1)[0]!
  }

  takeUint32 (): number {
    const part = this.take(4)
    return new DataView(part.buffer, part.byteOffset, 4).getUint32(0)
  }

  /** How many bytes were taken. */
  get position (): number {
    return this.#offset
  }

  get remaining (): number {
    return this.#bytes.length - this.#offset
  }

  finish (): void {
    if (this.remaining > 0) throw new ScrutinError('input.not-canonical', 'bytes are left over after the encoding')
  }
}

/** Frames one after another: how several ballots travel in one transaction. */
export function joinFrames (parts: readonly Uint8Array[]): Uint8Array {
  return concatBytes(...parts.map(frame))
}

export function splitFrames (bytes: Uint8Array, most: number): Uint8Array[] {
  const reader = new ByteReader(bytes)
  const parts: Uint8Array[] = []
  while (reader.remaining > 0) {
    if (parts.length === most) throw new ScrutinError('input.too-large', `more than ${most} parts`)
    parts.push(reader.take(reader.takeUint32()))
  }
  return parts
}
