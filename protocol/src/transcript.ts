/**
 * Fiat–Shamir transcripts: SHA-512 over framed labels and data. A challenge
 * depends on everything absorbed before it, in order (the "strong" form).
 *
 * absorb(label, data) hashes frame(label) ‖ frame(data).
 * challenge(label) hashes frame(label) ‖ frame(empty) and reads off the digest
 * of everything so far: 64 bytes, little-endian, reduced modulo the order.
 */
import { uint32, utf8ToBytes } from './bytes.ts'
import { reduceWide } from './group.ts'
import { sha512, type Sha512, startSha512 } from './hashes.ts'
import type { Tag } from './tagged-hash.ts'

// the same few words over and over
const labels = new Map<string, Uint8Array>()
function labelBytes (label: string): Uint8Array {
  let bytes = labels.get(label)
  if (bytes === undefined) labels.set(label, bytes = utf8ToBytes(label))
  return bytes
}

/** Buffers that no transcript holds bytes in: most transcripts end before the next begins. */
const spare: Uint8Array[] = []
const spareLength = 4096

export class Transcript {
  #hash: Sha512 | undefined
  // what was absorbed since the last challenge: few large updates cost less than many small ones
  #pending: Uint8Array | undefined
  #length = 0

  constructor (tag: Tag) {
    this.absorb('tag', labelBytes(tag))
  }

  /** Several parts are absorbed as if they were one. */
  absorb (label: string, ...parts: readonly Uint8Array[]): this {
    const name = labelBytes(label)
    let length = 0
    for (const part of parts) length += part.length
    const pending = this.#withRoomFor(8 + name.length + length)
    this.#appendLength(pending, name.length)
    this.#append(pending, name)
    this.#appendLength(pending, length)
    for (const part of parts) this.#append(pending, part)
    return this
  }

  absorbNumber (label: string, value: number): this {
    return this.absorb(label, uint32(value))
  }

  challenge (label: string): bigint {
    this.absorb(label)
    this.#hash ??= startSha512()
    this.#hash.update(this.#takePending())
    return reduceWide(this.#hash.digestSoFar())
  }

  /** The same where nothing is absorbed after it, which is cheaper. */
  lastChallenge (label: string): bigint {
    if (this.#hash !== undefined) return this.challenge(label)
    this.absorb(label)
    return reduceWide(sha512(this.#takePending()))
  }

  #withRoomFor (more: number): Uint8Array {
    const end = this.#length + more
    this.#pending ??= spare.pop() ?? new Uint8Array(spareLength)
    if (end > this.#pending.length) {
      const larger = new Uint8Array(Math.max(2 * this.#pending.length, end))
      larger.set(this.#pending.subarray(0, this.#length))
      this.#pending = larger
    }
    return this.#pending
  }

  /** To be hashed at once: the buffer is the next transcript's. */
  #takePending (): Uint8Array {
    const pending = this.#pending!
    this.#pending = undefined
    if (pending.length === spareLength && spare.length < 4) spare.push(pending)
    const bytes = pending.subarray(0, this.#length)
    this.#length = 0
    return bytes
  }

  #appendLength (pending: Uint8Array, length: number): void {
    if (length > 0xffffffff) throw new Error(`not a 32-bit number: ${length}`)
    pending[this.#length++] = length >>> 24
    pending[this.#length++] = length >>> 16
    pending[this.#length++] = length >>> 8
    pending[this.#length++] = length
  }

  #append (pending: Uint8Array, bytes: Uint8Array): void {
    pending.set(bytes, this.#length)
    this.#length += bytes.length
  }
}
