/**
 * base64url without padding (RFC 4648 section 5): by node:buffer if this runs on
 * Node, as whole blocks and all records are read through it, else by the
 * language's own means, some fifty times slower.
 */
import { ScrutinError } from './errors.ts'

interface Base64url {
  readonly encode: (bytes: Uint8Array) => string
  /** What is no base64url may come out as anything, or undefined. */
  readonly decode: (text: string) => Uint8Array | undefined
}

export const portableBase64url: Base64url = {
  encode: (bytes) => {
    let binary = ''
    for (const byte of bytes) binary += String.fromCharCode(byte)
    return btoa(binary).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '')
  },
  decode: (text) => {
    if (!/^[A-Za-z0-9_-]*$/.test(text) || text.length % 4 === 1) return undefined
    const binary = atob(text.replaceAll('-', '+').replaceAll('_', '/'))
    return Uint8Array.from(binary, (character) => character.charCodeAt(0))
  },
}

const base64urlOfNode = ((): Base64url | undefined => {
  const buffers = globalThis.process?.getBuiltinModule?.('node:buffer').Buffer
  if (buffers === undefined) return undefined
  return {
    encode: (bytes) => buffers.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('base64url'),
    decode: (text) => {
      // memory of its own: a short Buffer is a part of a longer one, which it would keep alive
      const bytes = new Uint8Array(buffers.byteLength(text, 'base64url'))
      return bytes.subarray(0, buffers.from(bytes.buffer).write(text, 'base64url'))
    },
  }
})()

const { encode, decode } = base64urlOfNode ?? portableBase64url

export const toBase64url = encode

/** Refuses padding, foreign characters and non-zero trailing bits with `input.not-canonical`. */
export function fromBase64url (text: string): Uint8Array {
  const bytes = decode(text)
  // whatever a decoder passes over, it does not write back
  if (bytes === undefined || encode(bytes) !== text) throw new ScrutinError('input.not-canonical', 'expected base64url without padding or trailing bits')
  return bytes
}
