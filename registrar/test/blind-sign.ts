import { createPrivateKey } from 'node:crypto'
import { readFileSync } from 'node:fs'
import t from 'tap'
import { fromBase64url, toHex } from '../../protocol/src/bytes.ts'
import { verifyRsaPss } from '../../protocol/src/rsa-pss.ts'
import { blindSign, exportPrivateKey, generateRsaKey, importPrivateKey, type RsaKey } from '../src/blind-sign.ts'
import { blind } from './support/voters.ts'

type Vector = Record<'name' | 'p' | 'q' | 'n' | 'd' | 'blinded_msg' | 'blind_sig', string>

t.test('signs as RFC 9474, appendix A, whatever the variant', async (t) => {
  const vectors = JSON.parse(readFileSync(new URL('../../protocol/test/vectors/rfc9474-blind-rsa.json', import.meta.url), 'utf8')) as Vector[]
  for (const vector of vectors) t.equal(toHex(blindSign(keyOf(vector), Buffer.from(vector.blinded_msg, 'hex'))), vector.blind_sig, vector.name)
})

t.test('the signature of a blinded message, unblinded, is one that everybody accepts', async (t) => {
  const made = generateRsaKey()
  const key = importPrivateKey(exportPrivateKey(made), made.modulus)
  const blinded = await blind(key.modulus, new Uint8Array(32))
  const message = fromBase64url(blinded.blindedMessage)
  const signature = blindSign(key, message)
  t.same(blindSign(key, message), signature, 'always the same')
  t.ok(verifyRsaPss(fromBase64url(key.modulus), blinded.message, await blinded.unblind(Buffer.from(signature).toString('base64url'))))
})

t.test('refuses numbers that are not below the modulus', async (t) => {
  const key = generateRsaKey()
  const modulus = fromBase64url(key.modulus)
  t.throws(() => blindSign(key, modulus), { code: 'input.malformed' })
  t.throws(() => blindSign(key, new Uint8Array(256).fill(255)), { code: 'input.malformed' })
  t.throws(() => blindSign(key, new Uint8Array(255)), { code: 'input.malformed' })
  t.equal(blindSign(key, modulus.with(255, modulus[255]! - 1)).length, 256)
})

function keyOf ({ p, q, n, d }: Vector): RsaKey {
  const [P, Q, D] = [p, q, d].map(BigInt) as [bigint, bigint, bigint]
  const text = (value: bigint, digits = value.toString(16).length): string => Buffer.from(value.toString(16).padStart(digits + digits % 2, '0'), 'hex').toString('base64url')
  const modulus = text(BigInt(n))
  const jwk = { kty: 'RSA', n: modulus, e: 'AQAB', d: text(D), p: text(P), q: text(Q), dp: text(D % (P - 1n)), dq: text(D % (Q - 1n)), qi: text(inverse(Q, P)) }
  return { privateKey: createPrivateKey({ key: jwk, format: 'jwk' }), modulus }
}

/** By Fermat, for a prime modulus. */
function inverse (value: bigint, prime: bigint): bigint {
  let result = 1n
  for (let base = value % prime, exponent = prime - 2n; exponent > 0n; exponent >>= 1n, base = base * base % prime) {
    if ((exponent & 1n) === 1n) result = result * base % prime
  }
  return result
}
