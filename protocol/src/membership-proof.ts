/**
 * Proof that an exponential ElGamal ciphertext holds one of a few allowed
 * values: the disjunctive Chaum–Pedersen proof of Cramer, Damgård and
 * Schoenmakers (Crypto 1994), in the form that can be checked in batches
 * (commitments are sent, one challenge is left out).
 *
 * Statement: for alpha = r·G and beta = r·key + value·G the prover knows r, and
 * value is one of `allowed`. beta and key may be weighted sums of slots.
 *
 * Encoding for n allowed values: n times (a, b), 32 + 32 bytes each; the first
 * n - 1 challenges, 32 bytes each; n responses, 32 bytes each.
 */
import { concatBytes } from './bytes.ts'
import type { ElementReader } from './element-reader.ts'
import type { Equations, Term } from './equations.ts'
import { basePoint, encodeScalar, modOrder, multiply, type Point, pointLength, randomScalar, scalarLength } from './group.ts'
import type { CheckedPoint, PublicPoint } from './public-point.ts'

/** A linear combination of slots: Σ weight·slot. */
export interface Combination {
  readonly weights: readonly bigint[]
  readonly allowed: readonly bigint[]
}

export interface Branch {
  readonly a: PublicPoint
  readonly b: PublicPoint
}

export interface MembershipProof {
  readonly branches: readonly Branch[]
  /** All challenges but the last. */
  readonly challenges: readonly bigint[]
  readonly responses: readonly bigint[]
}

export function membershipProofLength (allowedCount: number): number {
  return allowedCount * 2 * pointLength + (2 * allowedCount - 1) * scalarLength
}

/** Length of the part that the challenge depends on. */
export function commitmentsLength (allowedCount: number): number {
  return allowedCount * 2 * pointLength
}

/** The prover between commitment and challenge; single use. */
export class MembershipProver {
  readonly commitments: Uint8Array
  readonly #randomness: bigint
  readonly #trueBranch: number
  readonly #nonces: bigint[] = []
  readonly #challenges: bigint[] = []

  /** `key` is the (combined) public key, `value` the (combined) plaintext, `randomness` the r of alpha. */
  constructor (key: Point, allowed: readonly bigint[], value: bigint, randomness: bigint) {
    this.#randomness = randomness
    this.#trueBranch = allowed.indexOf(value)
    if (this.#trueBranch < 0) throw new Error('the value is not an allowed one')
    const encoded: Uint8Array[] = []
    allowed.forEach((candidate, branch) => {
      // A simulated branch needs a = z·G - c·alpha and b = z·key - c·(beta - candidate·G); with nonce w = z - c·r
      // that is a = w·G and b = w·key - c·(value - candidate)·G. The true branch is the same with c = 0.
      const nonce = randomScalar()
      const challenge = branch === this.#trueBranch ? 0n : randomScalar()
      this.#nonces.push(nonce)
      this.#challenges.push(challenge)
      const shift = multiply(basePoint, modOrder(challenge * (candidate - value)))
      encoded.push(multiply(basePoint, nonce).toBytes(), multiply(key, nonce).add(shift).toBytes())
    })
    this.commitments = concatBytes(...encoded)
  }

  /** Challenges (all but the last) and responses, encoded. */
  respond (challenge: bigint): Uint8Array {
    const simulated = this.#challenges.reduce((sum, part) => sum + part, 0n)
    this.#challenges[this.#trueBranch] = modOrder(challenge - simulated)
    const responses = this.#nonces.map((nonce, branch) => modOrder(nonce + this.#challenges[branch]! * this.#randomness))
    return concatBytes(...this.#challenges.slice(0, -1).map(encodeScalar), ...responses.map(encodeScalar))
  }
}

/** The points are decoded when the reader finishes. */
export function readMembershipProof (reader: ElementReader, allowedCount: number): MembershipProof {
  const branches: Branch[] = []
  const challenges: bigint[] = []
  const responses: bigint[] = []
  for (let i = 0; i < allowedCount; i++) {
    branches.push({ a: reader.takePoint(), b: reader.takePoint() })
  }
  for (let i = 0; i < allowedCount - 1; i++) challenges.push(reader.takeScalar())
  for (let i = 0; i < allowedCount; i++) responses.push(reader.takeScalar())
  return { branches, challenges, responses }
}

/** Adds the proof's equations: two per allowed value. `betas` and `keys` run parallel to the weights. */
export function addMembershipEquations (
  equations: Equations, alpha: CheckedPoint, betas: readonly CheckedPoint[], keys: readonly CheckedPoint[],
  combination: Combination, proof: MembershipProof, challenge: bigint
): void {
  let rest = challenge
  combination.allowed.forEach((value, i) => {
    const isLast = i === combination.allowed.length - 1
    const branchChallenge = isLast ? modOrder(rest) : proof.challenges[i]!
    rest -= branchChallenge
    const { a, b } = proof.branches[i]!
    const response = proof.responses[i]!
    equations.add([[response, basePoint], [-1n, a], [-branchChallenge, alpha]])
    const terms: Term[] = [[branchChallenge * value, basePoint], [-1n, b]]
    combination.weights.forEach((weight, slot) => {
      if (weight === 0n) return
      terms.push([response * weight, keys[slot]!], [-branchChallenge * weight, betas[slot]!])
    })
    equations.add(terms)
  })
}
