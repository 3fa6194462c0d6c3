/**
 * That a registrar's RSA key (N, e) is a permutation: gcd(e, φ(N)) = 1, N free of squares, so that every value below
 * N has exactly one e-th root, and a message exactly one signature. Goldberg, Reyzin, Sagga and Baldimtsi, "Efficient
 * Noninteractive Certification of RSA Moduli and Beyond" (ePrint 2018/057): their proof for all of Z_N, in the improved
 * form of section 2.2 and made non-interactive as in appendix A.
 *
 * Parameters for 128 bits, by their equation (1) with e' = e = 65537, a prime, and alpha = 65537:
 * m1 = ⌈128 / log2(alpha)⌉ = 8 and m2 = ⌈128 / log2(1 / (1/alpha + (1 - 1/alpha)/e'))⌉ = 9.
 */
import { bytesToNumberBE, numberToBytesBE } from '@noble/curves/utils.js'
import { concatBytes, equalBytes, frame, fromBase64url, toBase64url, uint32, utf8ToBytes } from './bytes.ts'
import { ScrutinError } from './errors.ts'
import { mgf1, modPow65537, modulusLength, rsaJwk } from './rsa-pss.ts'
import { tags } from './tagged-hash.ts'

/** No modulus has a prime factor below this: the paper's alpha. */
export const alpha = 65537
/** So many values get a root of degree e·N, which shows that N is free of squares. */
export const m1 = 8
/** So many values in all; those after the first m1 get a root of degree e. */
export const m2 = 9

/** What a proof is bound to: a key of one registrar, for one class of one election. */
export interface KeyPlace {
  /** 32 bytes. */
  readonly electionId: Uint8Array
  readonly registrar: number
  readonly classIndex: number
}

/** Roots modulo N, for whoever knows its factors; 256 bytes in and out. */
export interface RootTaker {
  /** The root of degree e. */
  root (value: Uint8Array): Uint8Array
  /** The root of degree e·N: the paper's "weird RSA signature". */
  weirdRoot (value: Uint8Array): Uint8Array
}

/** Proving, appendix A.2: m2 values of 256 bytes, base64url. */
export function provePermutation (place: KeyPlace, modulus: Uint8Array, roots: RootTaker): string[] {
  return Array.from({ length: m2 }, (_, i) => {
    const rho = challengeValue(place, modulus, i) // step 5 (a)
    return toBase64url(i < m1 ? roots.weirdRoot(rho) : roots.root(rho)) // steps 5 (b) and (c)
  })
}

/**
 * Verifying, appendix A.3. Step 1, the modulus' size, is that of `parseModulus`, which comes first; step 2 holds as e is fixed.
 *
 * @throws ScrutinError `registrar.key` for a modulus with a small factor, `registrar.proof`; `input.not-canonical` for
 * another encoding than base64url
 */
export function assertPermutation (place: KeyPlace, modulus: Uint8Array, proof: readonly string[]): void {
  if (proof.length !== m2) throw new ScrutinError('registrar.proof', `a proof has ${m2} values`) // steps 3 and 4
  if (hasSmallFactor(modulus)) throw new ScrutinError('registrar.key', `the modulus has a prime factor below ${alpha}`) // step 5
  proof.forEach((text, i) => {
    const sigma = fromBase64url(text)
    // RSAVP1 step 1: both of 256 bytes, big-endian, so that comparing bytes compares numbers
    if (sigma.length !== modulusLength || bytesToNumberBE(sigma) >= bytesToNumberBE(modulus)) throw new ScrutinError('registrar.proof', `value ${i + 1} is not below the modulus`)
    const raise = i < m1 ? raiseToEN : raiseToE // steps 6 (b) and (c)
    if (!equalBytes(raise(modulus, sigma), challengeValue(place, modulus, i))) throw new ScrutinError('registrar.proof', `value ${i + 1}`)
  })
}

/**
 * getRho, appendix A.4: a value below N that nobody chose. Its input here is framed: tag, election, registrar, class
 * (the paper's salt), modulus, index, counter; MGF1 with SHA-384.
 */
export function challengeValue ({ electionId, registrar, classIndex }: KeyPlace, modulus: Uint8Array, index: number): Uint8Array {
  const fixed = concatBytes(...[
    utf8ToBytes(tags.rsaPermutation), electionId, Uint8Array.of(registrar), Uint8Array.of(classIndex), modulus, Uint8Array.of(index),
  ].map(frame))
  const n = bytesToNumberBE(modulus)
  for (let counter = 1; ; counter++) { // steps 2 and 3
    const value = mgf1(concatBytes(fixed, frame(uint32(counter))), modulus.length) // step 3 (e)
    if (bytesToNumberBE(value) < n) return value // step 3 (g)
  }
}

/** Whether no prime below alpha divides the modulus: step 5 by the greatest common divisor with their product. */
export function hasSmallFactor (modulus: Uint8Array): boolean {
  let a = bytesToNumberBE(modulus)
  let b = primesProduct() % a
  while (b !== 0n) [a, b] = [b, a % b]
  return a !== 1n
}

type Raise = (modulus: Uint8Array, value: Uint8Array) => Uint8Array

/** value^e mod N and value^(e·N) mod N in BigInt arithmetic. */
export const portably: { readonly raiseToE: Raise, readonly raiseToEN: Raise } = {
  raiseToE: (modulus, value) => numberToBytesBE(modPow65537(bytesToNumberBE(value), bytesToNumberBE(modulus)), modulus.length),
  raiseToEN: (modulus, value) => {
    const n = bytesToNumberBE(modulus)
    const base = modPow65537(bytesToNumberBE(value), n)
    let power = 1n
    for (const bit of n.toString(2)) {
      power = (power * power) % n
      if (bit === '1') power = (power * base) % n
    }
    return numberToBytesBE(power, modulus.length)
  },
}

/** The same by OpenSSL, about eight times faster, if this runs on Node. */
export const onNode = ((): typeof portably | undefined => {
  const crypto = globalThis.process?.getBuiltinModule?.('node:crypto')
  if (crypto === undefined) return undefined
  const raise = (modulus: Uint8Array, exponent: string, value: Uint8Array): Uint8Array =>
    crypto.publicEncrypt({ key: crypto.createPublicKey({ key: { ...rsaJwk(modulus), e: exponent }, format: 'jwk' }), padding: crypto.constants.RSA_NO_PADDING }, value)
  const raiseToE: Raise = (modulus, value) => raise(modulus, rsaJwk(modulus).e, value)
  return {
    raiseToE,
    raiseToEN: (modulus, value) => {
      const n = bytesToNumberBE(modulus)
      const base = raiseToE(modulus, value)
      // OpenSSL takes exponents below the modulus: base^N = base^(N-1)·base
      const power = raise(modulus, toBase64url(numberToBytesBE(n - 1n, modulus.length)), base)
      return numberToBytesBE((bytesToNumberBE(power) * bytesToNumberBE(base)) % n, modulus.length)
    },
  }
})()

const raiseToE = preferOnNode('raiseToE')
const raiseToEN = preferOnNode('raiseToEN')

/** What OpenSSL does not take is computed here: its limits must not decide what is a proof. */
function preferOnNode (name: keyof typeof portably): Raise {
  const fast = onNode?.[name]
  if (fast === undefined) return portably[name]
  return (modulus, value) => {
    try {
      return fast(modulus, value)
    } catch {
      return portably[name](modulus, value)
    }
  }
}

let product: bigint | undefined
/** Of all primes below alpha, by the sieve of Eratosthenes. */
function primesProduct (): bigint {
  if (product !== undefined) return product
  const composite = new Uint8Array(alpha)
  let factors: bigint[] = []
  for (let n = 2; n < alpha; n++) {
    if (composite[n] === 1) continue
    factors.push(BigInt(n))
    for (let multiple = n * n; multiple < alpha; multiple += n) composite[multiple] = 1
  }
  // in pairs: numbers of like size multiply fastest
  while (factors.length > 1) factors = Array.from({ length: Math.ceil(factors.length / 2) }, (_, i) => factors[2 * i]! * (factors[2 * i + 1] ?? 1n))
  product = factors[0]!
  return product
}
