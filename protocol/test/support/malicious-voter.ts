/** A voter with a valid credential and any slot values at all, who proves what can be proven and forges the rest. */
import { ballotVersion, proofSizes } from '../../src/ballot-encoding.ts'
import { ballotChallenges, type BallotContext } from '../../src/ballot-transcript.ts'
import { concatBytes } from '../../src/bytes.ts'
import { basePoint, encodeScalar, modOrder, multiply, type Point, randomScalar, sumPoints } from '../../src/group.ts'
import type { SlotRules } from '../../src/kinds/question-kind.ts'
import { type Combination, MembershipProver } from '../../src/membership-proof.ts'

interface Prover {
  readonly commitments: Uint8Array
  respond (challenge: bigint): Uint8Array
}

/** Runs the honest prover on an allowed value instead of the true one. */
function claimAnother (key: Point, allowed: readonly bigint[], randomness: bigint): Prover {
  return new MembershipProver(key, allowed, allowed[0]!, randomness)
}

/** Simulates every branch with challenges of its own choice: right but for their sum. */
class Simulator implements Prover {
  readonly commitments: Uint8Array
  readonly #answer: Uint8Array

  constructor (alpha: Point, beta: Point, key: Point, allowed: readonly bigint[]) {
    const branches = allowed.map((value) => ({ value, challenge: randomScalar(), response: randomScalar() }))
    this.commitments = concatBytes(...branches.flatMap(({ value, challenge, response }) => [
      multiply(basePoint, response).subtract(multiply(alpha, challenge)).toBytes(),
      multiply(key, response).subtract(multiply(beta.subtract(multiply(basePoint, value)), challenge)).toBytes(),
    ]))
    this.#answer = concatBytes(...branches.slice(0, -1).map(({ challenge }) => encodeScalar(challenge)), ...branches.map(({ response }) => encodeScalar(response)))
  }

  respond (): Uint8Array {
    return this.#answer
  }
}

export type Forgery = 'claim another value' | 'simulate every branch'
export const forgeries: readonly Forgery[] = ['claim another value', 'simulate every branch']

/** A body that encrypts `slots[question][slot]`, whatever they are; statements that are true are proven honestly. */
export function forgedBody (context: BallotContext, rules: readonly SlotRules[], slots: readonly (readonly bigint[])[], credentialKey: Point, forgery: Forgery): Uint8Array {
  const questions = rules.map((question, q) => {
    const randomness = randomScalar()
    const keys = context.electionKeys
    const alpha = multiply(basePoint, randomness)
    const betas = slots[q]!.map((value, slot) => multiply(keys[slot]!, randomness).add(multiply(basePoint, modOrder(value))))
    const unit = (at: number): bigint[] => slots[q]!.map((_, slot) => slot === at ? 1n : 0n)
    const combinations: Combination[] = [...question.slotValues.map((allowed, slot) => ({ weights: unit(slot), allowed })), ...question.sums]
    const provers = combinations.map(({ weights, allowed }): Prover => {
      const key = sumPoints(weights.map((weight, slot) => multiply(keys[slot]!, weight)))
      const value = weights.reduce((sum, weight, slot) => sum + weight * slots[q]![slot]!, 0n)
      if (allowed.includes(value)) return new MembershipProver(key, allowed, value, randomness)
      const beta = sumPoints(weights.map((weight, slot) => multiply(betas[slot]!, weight)))
      return forgery === 'claim another value' ? claimAnother(key, allowed, randomness) : new Simulator(alpha, beta, key, allowed)
    })
    if (provers.length !== proofSizes(question).length) throw new Error('every statement needs a proof')
    return { ciphertextBytes: concatBytes(alpha.toBytes(), ...betas.map((beta) => beta.toBytes())), provers }
  })
  const challenges = ballotChallenges(context, credentialKey.toBytes(), questions.map(({ ciphertextBytes, provers }) =>
    ({ ciphertextBytes, commitments: provers.map(({ commitments }) => commitments) })))
  return concatBytes(Uint8Array.of(ballotVersion), context.electionId, Uint8Array.of(context.classIndex), credentialKey.toBytes(),
    ...questions.flatMap(({ ciphertextBytes, provers }, q) => [ciphertextBytes, ...provers.flatMap((prover, p) => [prover.commitments, prover.respond(challenges[q]![p]!)])]))
}
