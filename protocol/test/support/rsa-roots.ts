/** Roots modulo N by BigInt, for whoever knows the factors; also the roots that a cheater can take. */
import type { KeyObject } from 'node:crypto'
import { bytesToNumberBE, numberToBytesBE } from '@noble/curves/utils.js'
import { fromBase64url } from '../../src/bytes.ts'
import type { RootTaker } from '../../src/rsa-permutation.ts'

const e = 65537n

/** The factors of an honest key. */
export function factorsOf (privateKey: KeyObject): [bigint, bigint] {
  const { p, q } = privateKey.export({ format: 'jwk' })
  return [bytesToNumberBE(fromBase64url(p!)), bytesToNumberBE(fromBase64url(q!))]
}

/** Takes roots prime by prime and joins them; where a root need not exist, it takes the one of the rest of the exponent. */
export function rootTaker (factors: readonly bigint[]): RootTaker {
  const n = factors.reduce((product, factor) => product * factor, 1n)
  const parts = [...new Set(factors)].map((p) => {
    const times = BigInt(factors.filter((factor) => factor === p).length)
    const modulus = p ** times
    return { modulus, order: (p - 1n) * p ** (times - 1n), others: (n / modulus) * invert((n / modulus) % modulus, modulus) }
  })
  const take = (degree: bigint): RootTaker['root'] => {
    const exponents = parts.map(({ order }) => invert(withoutCommonFactors(degree, order) % order, order))
    return (value) => {
      const number = bytesToNumberBE(value)
      const root = parts.reduce((sum, { modulus, others }, i) => sum + power(number % modulus, exponents[i]!, modulus) * others, 0n)
      return numberToBytesBE(root % n, 256)
    }
  }
  return { root: take(e), weirdRoot: take(e * n) }
}

function withoutCommonFactors (degree: bigint, order: bigint): bigint {
  let rest = degree
  for (let common = gcd(rest, order); common !== 1n; common = gcd(rest, order)) rest /= common
  return rest
}

function gcd (a: bigint, b: bigint): bigint {
  return b === 0n ? a : gcd(b, a % b)
}

function invert (value: bigint, modulus: bigint): bigint {
  let [r, nextR, s, nextS] = [modulus, value % modulus, 0n, 1n]
  while (nextR !== 0n) {
    const quotient = r / nextR
    ;[r, nextR] = [nextR, r - quotient * nextR]
    ;[s, nextS] = [nextS, s - quotient * nextS]
  }
  return ((s % modulus) + modulus) % modulus
}

function power (base: bigint, exponent: bigint, modulus: bigint): bigint {
  let result = 1n
  for (const bit of exponent.toString(2)) {
    result = (result * result) % modulus
    if (bit === '1') result = (result * base) % modulus
  }
  return result
}
