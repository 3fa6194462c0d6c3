/**
 * Invitation codes: 100 random bits and a check symbol, in Crockford's base32
 * (no I, L, O, U; read in either case, O as 0, I and L as 1), in groups:
 * `XXXX-XXXX-XXXX-XXXX-XXXXC`.
 *
 * The check symbol is Σ α^i·dᵢ over GF(32) (x⁵ + x² + 1, α = x): it shows any
 * one wrong symbol and any two exchanged ones, and stays in the alphabet.
 */
import { createHmac } from 'node:crypto'

export const codeBits = 100
const alphabet = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'
const symbols = codeBits / 5
const groupLength = 4

export function drawCode (): string {
  const bytes = globalThis.crypto.getRandomValues(new Uint8Array(symbols))
  // 256 is a multiple of 32: the low five bits are uniform
  const digits = Array.from(bytes, (byte) => byte & 31)
  const text = [...digits, checkDigit(digits)].map((digit) => alphabet[digit]!).join('')
  const groups = Array.from({ length: symbols / groupLength }, (_, g) => text.slice(g * groupLength, (g + 1) * groupLength))
  return groups.join('-') + text.slice(symbols)
}

/** The 21 symbols without separators, or undefined for what can't be a code: a mistyped one, mostly. */
export function normaliseCode (typed: string): string | undefined {
  if (typed.length > 64) return undefined
  const text = typed.toUpperCase().replaceAll(/[\s-]/g, '').replaceAll('O', '0').replaceAll(/[IL]/g, '1')
  const digits = Array.from(text, (symbol) => alphabet.indexOf(symbol))
  if (digits.length !== symbols + 1 || digits.includes(-1)) return undefined
  return checkDigit(digits.slice(0, symbols)) === digits[symbols] ? text : undefined
}

/**
 * What is stored of a code: HMAC-SHA-256 with a secret of this registrar, over the election and the code, in hex.
 * A hash suffices without stretching, as nobody guesses 100 bits.
 *
 * @param code as `normaliseCode` returns it
 */
export function codeHash (secret: Uint8Array, electionId: string, code: string): string {
  return createHmac('sha256', secret).update(`scrutin/1/invitation-code\n${electionId}\n${code}`).digest('hex')
}

function checkDigit (digits: readonly number[]): number {
  // Horner's rule from the last symbol: Σ α^(i+1)·dᵢ
  return digits.reduceRight((sum, digit) => timesAlpha(sum ^ digit), 0)
}

function timesAlpha (value: number): number {
  return ((value << 1) ^ ((value & 16) === 0 ? 0 : 0b100101)) & 31
}
