import { generateKeyPairSync, generatePrimeSync } from 'node:crypto'
import { bytesToNumberBE, numberToBytesBE } from '@noble/curves/utils.js'
import t, { type Test } from 'tap'
import { fromBase64url, toBase64url, toHex } from '../src/bytes.ts'
import { alpha, assertPermutation, challengeValue, hasSmallFactor, type KeyPlace, m1, m2, onNode, portably, provePermutation } from '../src/rsa-permutation.ts'
import { refuses } from './support/refuses.ts'
import { factorsOf, rootTaker } from './support/rsa-roots.ts'

const e = 65537n
const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
const modulus = fromBase64url(privateKey.export({ format: 'jwk' }).n!)
const place: KeyPlace = { electionId: new Uint8Array(32).fill(7), registrar: 1, classIndex: 0 }
const proof = provePermutation(place, modulus, rootTaker(factorsOf(privateKey)))

const prime = (bits: number, options: { add?: bigint, rem?: bigint } = {}): bigint => generatePrimeSync(bits, { bigint: true, ...options })
/** A modulus of exactly 2048 bits from primes drawn until it fits. */
function modulusOf (draw: () => readonly bigint[]): { factors: readonly bigint[], modulus: Uint8Array } {
  for (;;) {
    const factors = draw()
    const n = factors.reduce((product, factor) => product * factor, 1n)
    if (n.toString(2).length === 2048) return { factors, modulus: numberToBytesBE(n, 256) }
  }
}
/** What a cheater can do at best: all the roots that exist, and near misses for the others. */
const refusesKey = (t: Test, draw: () => readonly bigint[]): void => {
  const key = modulusOf(draw)
  refuses(t, 'registrar.proof', () => { assertPermutation(place, key.modulus, provePermutation(place, key.modulus, rootTaker(key.factors))) })
}

t.test('the numbers of roots are those of equation (1) for 128 bits', async (t) => {
  t.equal(m1, Math.ceil(128 / Math.log2(alpha)))
  t.equal(m2, Math.ceil(128 / Math.log2(1 / (1 / alpha + (1 - 1 / alpha) / Number(e)))))
})

t.test('the proof of an honest key holds, by OpenSSL and by BigInt alike', async (t) => {
  assertPermutation(place, modulus, proof)
  for (const [i, text] of proof.entries()) {
    const rho = toHex(challengeValue(place, modulus, i))
    for (const raise of [portably, onNode!]) t.equal(toHex(raise[i < m1 ? 'raiseToEN' : 'raiseToE'](modulus, fromBase64url(text))), rho)
  }
})

t.test('a value of the proof is the root of its own challenge only', async (t) => {
  const values = (...places: readonly number[]): string[] => places.map((i) => proof[i]!)
  const all = [0, 1, 2, 3, 4, 5, 6, 7, 8]
  for (const wrong of [[], values(...all.slice(1)), [...proof, proof[0]!], values(1, 0, ...all.slice(2)), values(...all.slice(0, 7), 8, 7), values(...all.slice(0, 8), 0)]) {
    refuses(t, 'registrar.proof', () => { assertPermutation(place, modulus, wrong) })
  }
  for (const i of all) {
    const bent = fromBase64url(proof[i]!)
    bent[255]! ^= 1
    refuses(t, 'registrar.proof', () => { assertPermutation(place, modulus, proof.map((text, j) => i === j ? toBase64url(bent) : text)) })
  }
})

t.test('each value is 256 bytes below the modulus, in its one encoding', async (t) => {
  const withFirst = (text: string) => (): void => { assertPermutation(place, modulus, [text, ...proof.slice(1)]) }
  const sum = bytesToNumberBE(fromBase64url(proof[0]!)) + bytesToNumberBE(modulus)
  for (const value of [toBase64url(modulus), toBase64url(numberToBytesBE(sum, 257)), toBase64url(fromBase64url(proof[0]!).subarray(1)), '', toBase64url(new Uint8Array(256).fill(255))]) {
    refuses(t, 'registrar.proof', withFirst(value))
  }
  for (const text of [`${proof[0]}==`, `${proof[0]!.slice(0, -1)}=`, ' '.repeat(342)]) refuses(t, 'input.not-canonical', withFirst(text))
})

t.test('it is the proof of one key, election, registrar and class', async (t) => {
  for (const other of [{ ...place, electionId: new Uint8Array(32) }, { ...place, registrar: 0 }, { ...place, classIndex: 1 }]) {
    refuses(t, 'registrar.proof', () => { assertPermutation(other, modulus, proof) })
  }
  const another = fromBase64url(generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey.export({ format: 'jwk' }).n!)
  refuses(t, 'registrar.proof', () => { assertPermutation(place, another, proof) })
})

t.test('no key passes under which a message has several signatures, or none', async (t) => {
  await t.test('e divides p - 1', async (t) => { refusesKey(t, () => [prime(1024, { add: 2n * e, rem: 1n }), prime(1024)]) })
  await t.test('N = p·p·q', async (t) => {
    refusesKey(t, () => {
      const p = prime(683)
      return [p, p, prime(683)]
    })
  })
  await t.test('N = p·p', async (t) => {
    refusesKey(t, () => {
      const p = prime(1024)
      return [p, p]
    })
  })
  for (const factor of [2n, 3n, 65521n]) {
    const odd = (3n << 2046n) / factor | 1n
    refuses(t, 'registrar.key', () => { assertPermutation(place, numberToBytesBE(factor * odd, 256), proof) })
  }
})

t.test('small factors are all primes below alpha', async (t) => {
  const q = prime(1024)
  for (const [factor, found] of [[2n, true], [1009n, true], [65521n, true], [65537n, false], [65539n, false]] as const) {
    t.equal(hasSmallFactor(numberToBytesBE(factor * q, 256)), found, `${factor}`)
  }
})

t.test('challenges are below the modulus, and differ', async (t) => {
  // the smallest modulus of 2048 bits: every other draw is at or above it
  const smallest = new Uint8Array(256)
  smallest[0] = 0x80
  smallest[255] = 1
  const drawn = Array.from({ length: 64 }, (_, i) => challengeValue(place, smallest, i))
  for (const value of drawn) t.ok(bytesToNumberBE(value) < bytesToNumberBE(smallest))
  t.equal(new Set(drawn.map(toHex)).size, 64)
})
