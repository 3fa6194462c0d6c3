import { createPublicKey, generateKeyPairSync, sign, constants } from 'node:crypto'
import { type BlindRSA, RSABSSA } from '@cloudflare/blindrsa-ts'
import fc from 'fast-check'
import t from 'tap'
import { concatBytes, equalBytes, fromBase64url, toBase64url, utf8ToBytes } from '../src/bytes.ts'
import { modulusLength, rsaJwk, verifyOnNode, verifyPortably, verifyRsaPss } from '../src/rsa-pss.ts'
import { bytes, flippedBit } from './support/arbitraries.ts'
import vectors from './vectors/rfc9474-blind-rsa.json' with { type: 'json' }

const hex = (text = ''): Uint8Array => Uint8Array.from(Buffer.from(text.replace(/^0x/, ''), 'hex'))
const vector = vectors.find(({ name }) => name === 'RSABSSA-SHA384-PSSZERO-Deterministic')!
const [n, message, signature] = [hex(vector.n), hex(vector.msg), hex(vector.sig)]

t.test('RFC 9474 PSSZERO-Deterministic: both checks of ours accept the signature, and only on its message', async (t) => {
  for (const verify of [verifyPortably, verifyOnNode!]) {
    t.ok(verify(n, message, signature))
    t.notOk(verify(n, concatBytes(message, Uint8Array.of(0)), signature))
    t.notOk(verify(n, message, hex(vector.blind_sig)))
  }
})

t.test('RFC 9474 PSSZERO-Randomized: the same with its prefix in front of the message', async (t) => {
  const randomized = vectors.find(({ name }) => name === 'RSABSSA-SHA384-PSSZERO-Randomized')!
  for (const verify of [verifyPortably, verifyOnNode!]) {
    t.ok(verify(hex(randomized.n), hex(randomized.input_msg), hex(randomized.sig)))
    t.notOk(verify(hex(randomized.n), hex(randomized.msg), hex(randomized.sig)))
  }
})

t.test('RFC 9474 variants with a salt are refused: their signatures are not unique', async (t) => {
  for (const salted of vectors.filter(({ sLen }) => sLen === '0x30')) {
    for (const verify of [verifyPortably, verifyOnNode!]) t.notOk(verify(hex(salted.n), hex(salted.input_msg), hex(salted.sig)), salted.name)
  }
})

t.test('RFC 9474: blinding with the vector\'s factor and finalizing reproduce it', async (t) => {
  const suite: BlindRSA = RSABSSA.SHA384.PSSZero.Deterministic()
  const publicKey = await crypto.subtle.importKey('jwk', rsaJwk(n), { name: 'RSA-PSS', hash: 'SHA-384' }, true, ['verify'])
  const jwk = { ...rsaJwk(n), d: toBase64url(hex(vector.d)), p: toBase64url(hex(vector.p).slice(-256)), q: toBase64url(hex(vector.q).slice(-256)), ...crt() }
  const privateKey = await crypto.subtle.importKey('jwk', jwk, { name: 'RSA-PSS', hash: 'SHA-384' }, true, ['sign'])
  t.same(suite.prepare(message), message)
  t.ok(equalBytes(await suite.blindSign(privateKey, hex(vector.blinded_msg)), hex(vector.blind_sig)), 'the registrar\'s step')
  const finalized = await suite.finalize(publicKey, message, hex(vector.blind_sig), hex(vector.inv))
  t.ok(equalBytes(finalized, signature), 'the voter\'s last step')
  // blinded_msg = encoded_msg · r^e mod n, and inv = r^-1: undoing the factor gives the encoded message
  const big = (value: Uint8Array): bigint => BigInt(`0x${Buffer.from(value).toString('hex')}`)
  const [modulus, inverse] = [big(n), big(hex(vector.inv))]
  t.equal(big(hex(vector.blinded_msg)) * power(inverse, 65537n, modulus) % modulus, big(hex(vector.encoded_msg)), 'the voter\'s first step')
})

function crt (): { dp: string, dq: string, qi: string } {
  const big = (text: string): bigint => BigInt(text)
  const [p, q, d] = [big(vector.p), big(vector.q), big(vector.d)]
  const text = (value: bigint): string => toBase64url(hex(value.toString(16).padStart(512, '0')))
  return { dp: text(d % (p - 1n)), dq: text(d % (q - 1n)), qi: text(power(q, p - 2n, p)) }
}

function power (base: bigint, exponent: bigint, modulus: bigint): bigint {
  let result = 1n
  for (let square = base % modulus; exponent > 0n; exponent >>= 1n, square = square * square % modulus) {
    if ((exponent & 1n) === 1n) result = result * square % modulus
  }
  return result
}

t.test('only 2048 bits pass the border', async (t) => {
  t.notOk(verifyRsaPss(n, message, signature), 'the vector\'s key has 4096')
})

const keys = generateKeyPairSync('rsa', { modulusLength: 2048, publicExponent: 65537 })
const modulus = fromBase64url(keys.publicKey.export({ format: 'jwk' }).n!)
const signed = (text: Uint8Array, saltLength = 0): Uint8Array =>
  Uint8Array.from(sign('sha384', text, { key: keys.privateKey, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength }))

t.test('the portable check and Node\'s agree on right and tampered signatures', async () => {
  fc.assert(fc.property(bytes(0, 60), flippedBit(modulusLength), flippedBit(1), (text, flip, flipText) => {
    const right = signed(text)
    const tamperedText = text.length === 0 ? Uint8Array.of(1) : concatBytes(flipText(text.subarray(0, 1)), text.subarray(1))
    const agree = ([m, s]: readonly [Uint8Array, Uint8Array], expected: boolean): boolean =>
      verifyPortably(modulus, m, s) === expected && verifyOnNode!(modulus, m, s) === expected && verifyRsaPss(modulus, m, s) === expected
    return agree([text, right], true) && agree([text, flip(right)], false) && agree([tamperedText, right], false) && agree([text, signed(text, 48)], false)
  }), { numRuns: 6 })
})

t.test('the signature plus the modulus is refused: there is one signature only', async (t) => {
  const big = (value: Uint8Array): bigint => BigInt(`0x${Buffer.from(value).toString('hex')}`)
  // Search a message whose signature is small enough that signature + modulus still has 256 bytes.
  let text = utf8ToBytes('0')
  for (let i = 0; big(signed(text)) + big(modulus) >= 1n << 2048n && i < 200; i++) text = utf8ToBytes(`${i}`)
  const shifted = (big(signed(text)) + big(modulus)).toString(16).padStart(512, '0')
  t.equal(shifted.length, 512)
  t.notOk(verifyPortably(modulus, text, hex(shifted)))
  t.notOk(verifyOnNode!(modulus, text, hex(shifted)))
})

t.test('signatures and moduli of another length are refused', async (t) => {
  const right = signed(message)
  for (const wrong of [right.subarray(1), concatBytes(right, Uint8Array.of(0)), concatBytes(Uint8Array.of(0), right), new Uint8Array(0)]) {
    t.notOk(verifyRsaPss(modulus, message, wrong))
    t.notOk(verifyPortably(modulus, message, wrong))
  }
  t.notOk(verifyRsaPss(modulus.subarray(1), message, right))
  t.notOk(verifyRsaPss(new Uint8Array(256), message, new Uint8Array(256)), 'a modulus of 0')
})

t.test('the JSON Web Key names the same modulus and e = 65537', async (t) => {
  t.same(createPublicKey({ key: rsaJwk(modulus), format: 'jwk' }).export({ format: 'jwk' }), keys.publicKey.export({ format: 'jwk' }))
})
