/**
 * Fiat–Shamir transcripts: SHA-512 over framed labels and data. A challenge
 * depends on everything absorbed before it, in order (the "strong" form).
 *
 * absorb(label, data) hashes frame(label) ‖ frame(data).
 * challenge(label) hashes frame(label) ‖ frame(empty) and reads off the digest
 * of everything so far: 64 bytes, little-endian, reduced modulo the order.
 */
import { sha512 } from '@noble/hashes/sha2.js'
import { concatBytes, frame, uint32, utf8ToBytes } from './bytes.ts'
import { reduceWide } from './group.ts'
import type { Tag } from './tagged-hash.ts'

export class Transcript {
  readonly #hash = sha512.create()

  constructor (tag: Tag) {
    this.absorb('tag', utf8ToBytes(tag))
  }

  absorb (label: string, data: Uint8Array): this {
    this.#hash.update(concatBytes(frame(utf8ToBytes(label)), frame(data)))
    return this
  }

  absorbNumber (label: string, value: number): this {
    return this.absorb(label, uint32(value))
  }

  challenge (label: string): bigint {
    this.absorb(label, new Uint8Array(0))
    return reduceWide(this.#hash.clone().digest())
  }
}
