/**
 * Canonical JSON, RFC 8785: the one form in which JSON is hashed, signed and
 * written to the ledger. Numbers are safe integers; nothing else is needed.
 */
import canonicalize from 'canonicalize'
import { utf8ToBytes } from './bytes.ts'
import { ScrutinError } from './errors.ts'

export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json }

/** UTF-8 bytes of the canonical form. */
export function canonicalBytes (value: unknown): Uint8Array {
  return utf8ToBytes(canonicalText(value))
}

/** Refuses with `input.not-canonical` what has no canonical form: a lone surrogate, too deep a nesting. */
export function canonicalText (value: unknown): string {
  let text: string | undefined
  try {
    text = canonicalize(value)
  } catch (cause) {
    throw new ScrutinError('input.not-canonical', 'this value has no canonical form', { cause })
  }
  if (text === undefined) throw new Error('this value has no JSON form')
  return text
}

/** Parses JSON and refuses with `input.not-canonical` any text that is not its own canonical form. */
export function parseCanonical (bytes: Uint8Array): unknown {
  let text: string
  let value: unknown
  try {
    text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
    value = JSON.parse(text)
  } catch (cause) {
    throw new ScrutinError('input.malformed', 'expected JSON in UTF-8', { cause })
  }
  if (canonicalText(value) !== text) throw new ScrutinError('input.not-canonical', 'expected canonical JSON (RFC 8785)')
  return value
}
