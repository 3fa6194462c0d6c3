/**
 * The registrar's side of the proof that its RSA key is a permutation (`protocol/src/rsa-permutation.ts`). Both kinds of
 * roots are OpenSSL's raw RSA operation; JavaScript's big numbers see the secret factors only once, to make the second key.
 */
import { constants, createPrivateKey, type KeyObject, privateDecrypt } from 'node:crypto'
import { fromBase64url, toBase64url } from '../../protocol/src/bytes.ts'
import { type KeyPlace, provePermutation } from '../../protocol/src/rsa-permutation.ts'
import { publicExponent } from '../../protocol/src/rsa-pss.ts'
import type { RsaKey } from './blind-sign.ts'

/** The proof for one class' key: always the same for the same key and place. */
export function proveKey (place: KeyPlace, { privateKey, modulus }: RsaKey): string[] {
  const weirdKey = makeWeirdKey(privateKey)
  const raw = (key: KeyObject) => (value: Uint8Array): Uint8Array => privateDecrypt({ key, padding: constants.RSA_NO_PADDING }, value)
  return provePermutation(place, fromBase64url(modulus), { root: raw(privateKey), weirdRoot: raw(weirdKey) })
}

/** The "weird RSA" key of ePrint 2018/057, appendix A.2 step 4: the same factors, for the exponent e·N. */
function makeWeirdKey (privateKey: KeyObject): KeyObject {
  const jwk = privateKey.export({ format: 'jwk' })
  const [n, p, q] = [jwk.n!, jwk.p!, jwk.q!].map(toNumber) as [bigint, bigint, bigint]
  const order = (p - 1n) * (q - 1n)
  // e·N modulo the group's order is the same exponent, and short enough for OpenSSL, whose own blinding needs it
  const exponent = (publicExponent * n) % order
  const d = invert(exponent, order)
  return createPrivateKey({
    key: { kty: 'RSA', n: jwk.n!, e: toText(exponent), d: toText(d), p: jwk.p!, q: jwk.q!, dp: toText(d % (p - 1n)), dq: toText(d % (q - 1n)), qi: jwk.qi! },
    format: 'jwk',
  })
}

/** Euclid's extended algorithm; throws for a key that can't be proven: its modulus and the group's order have a common factor. */
function invert (value: bigint, modulus: bigint): bigint {
  let [r, nextR, s, nextS] = [modulus, value, 0n, 1n]
  while (nextR !== 0n) {
    const quotient = r / nextR
    ;[r, nextR, s, nextS] = [nextR, r - quotient * nextR, nextS, s - quotient * nextS]
  }
  if (r !== 1n) throw new Error('this RSA key has no proof: make another')
  return ((s % modulus) + modulus) % modulus
}

function toNumber (text: string): bigint {
  return BigInt(`0x${Buffer.from(text, 'base64url').toString('hex')}`)
}

function toText (value: bigint): string {
  const hex = value.toString(16)
  return toBase64url(Buffer.from(hex.length % 2 === 0 ? hex : `0${hex}`, 'hex'))
}
