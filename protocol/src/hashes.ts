/**
 * SHA-256 and SHA-512 (FIPS 180-4): by node:crypto if this runs on Node, which
 * is some ten times faster, else by noble; the protocol itself needs nothing
 * but the language.
 */
import { sha256 as portableSha256, sha512 as portableSha512 } from '@noble/hashes/sha2.js'

/** SHA-512 over bytes that come in parts. */
export interface Sha512 {
  update (bytes: Uint8Array): void
  /** The 64 bytes for everything so far; more may follow. */
  digestSoFar (): Uint8Array
}

interface Hashes {
  /** 32 bytes */
  readonly sha256: (bytes: Uint8Array) => Uint8Array
  /** 64 bytes */
  readonly sha512: (bytes: Uint8Array) => Uint8Array
  readonly startSha512: () => Sha512
}

export const portableHashes: Hashes = {
  sha256: (bytes) => portableSha256(bytes),
  sha512: (bytes) => portableSha512(bytes),
  startSha512 () {
    const hash = portableSha512.create()
    return {
      update (bytes) { hash.update(bytes) },
      digestSoFar: () => hash.clone().digest(),
    }
  },
}

const hashesOfNode = ((): Hashes | undefined => {
  const crypto = globalThis.process?.getBuiltinModule?.('node:crypto')
  if (crypto === undefined) return undefined
  const plain = (bytes: Uint8Array): Uint8Array => new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.length)
  return {
    sha256: (bytes) => plain(crypto.hash('sha256', bytes, 'buffer')),
    sha512: (bytes) => plain(crypto.hash('sha512', bytes, 'buffer')),
    startSha512 () {
      const hash = crypto.createHash('sha512')
      return {
        update (bytes) { hash.update(bytes) },
        digestSoFar: () => plain(hash.copy().digest()),
      }
    },
  }
})()

export const { sha256, sha512, startSha512 }: Hashes = hashesOfNode ?? portableHashes
