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

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/** Parses JSON and refuses with `input.not-canonical` any text that is not its own canonical form. */
export function parseCanonical (bytes: Uint8Array): unknown {
  let text: string
  let value: unknown
  try {
    text = utf8.decode(bytes)
    value = JSON.parse(text)
  } catch (cause) {
    throw new ScrutinError('input.malformed', 'expected JSON in UTF-8', { cause })
  }
  if (!isPlainlyCanonical(value, text) && canonicalText(value) !== text) throw new ScrutinError('input.not-canonical', 'expected canonical JSON (RFC 8785)')
  return value
}

/**
 * Whether a text is the canonical form of the value that it was parsed to, for nearly all that are, ten times faster than
 * writing it again: RFC 8785 takes strings and numbers from JSON.stringify, without lone surrogates, and its only order
 * of names is the one by code units. Names that are numbers come in another order in JavaScript: false says nothing.
 */
function isPlainlyCanonical (value: unknown, text: string): boolean {
  try {
    return !text.includes('\\ud') && JSON.stringify(value) === text && hasSortedNames(value)
  } catch {
    return false // nested too deep
  }
}

function hasSortedNames (value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return true
  if (Array.isArray(value)) return value.every(hasSortedNames)
  let last: string | undefined
  for (const [name, member] of Object.entries(value)) {
    if ((last !== undefined && name <= last) || !hasSortedNames(member)) return false
    last = name
  }
  return true
}
