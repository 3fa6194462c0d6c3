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
import { startSha512 } from './hashes.ts'
import type { Tag } from './tagged-hash.ts'

const nothing = new Uint8Array(0)

// the same few words over and over
const labels = new Map<string, Uint8Array>()
function labelBytes (label: string): Uint8Array {
  let bytes = labels.get(label)
  if (bytes === undefined) labels.set(label, bytes = utf8ToBytes(label))
  return bytes
}

export class Transcript {
  readonly #hash = startSha512()
  // what was absorbed since the last challenge: few large updates cost less than many small ones
  #pending = new Uint8Array(2048)
  #length = 0

  constructor (tag: Tag) {
    this.absorb('tag', utf8ToBytes(tag))
  }

  absorb (label: string, data: Uint8Array): this {
    this.#appendFrame(labelBytes(label))
    this.#appendFrame(data)
    return this
  }

  absorbNumber (label: string, value: number): this {
    return this.absorb(label, uint32(value))
  }

  challenge (label: string): bigint {
    this.absorb(label, nothing)
    this.#hash.update(this.#pending.subarray(0, this.#length))
    this.#length = 0
    return reduceWide(this.#hash.digestSoFar())
  }

  #appendFrame (bytes: Uint8Array): void {
    const end = this.#length + 4 + bytes.length
    if (end > this.#pending.length) {
      const larger = new Uint8Array(Math.max(2 * this.#pending.length, end))
      larger.set(this.#pending.subarray(0, this.#length))
      this.#pending = larger
    }
    this.#pending.set(uint32(bytes.length), this.#length)
    this.#pending.set(bytes, this.#length + 4)
    this.#length = end
  }
}
