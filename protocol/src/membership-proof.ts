/**
 * One proof for a whole ballot: every slot holds an allowed value, and so does
 * every sum of slots. Slots and sums are made of bits (slot-bits.ts); the bits
 * are committed to and shown to be bits together (Bootle, Cerulli, Chaidos,
 * Ghadafi, Groth, Petit, ESORICS 2015, with both vectors in one commitment), and
 * a random combination of all ciphertexts is shown to hold what the bits say.
 * SPEC.md section 8.2 says why it convinces and hides; letters are from there.
 *
 * Statement: for the alpha and betas of each question the prover knows r and
 * bits with alpha = r·G, beta = r·key + (what the slot's form makes of the
 * bits)·G, and the bits fulfil all constraints.
 *
 * Encoding: the bits' commitment and that of their masks; then for each question
 * alpha's mask, and one mask for all slots; the answers of the free bits, of the
 * commitments' blinding, and of each question's r. Points and scalars of 32 bytes.
 */
import type { AllowedValues } from './allowed-values.ts'
import { concatBytes } from './bytes.ts'
import type { ElementReader } from './element-reader.ts'
import type { Equations, Term } from './equations.ts'
import { basePoint, encodeScalar, modOrder, multiply, type Point, pointLength, randomScalar, scalarLength, sumPoints } from './group.ts'
import { bitBases, blindingBase } from './proof-bases.ts'
import { type CheckedPoint, combinePublicPoints, type PublicPoint } from './public-point.ts'
import { chosenSum, secretSum, type SecretTerm } from './secret-sum.ts'
import { type BitLayout, evaluate, withPivots } from './slot-bits.ts'

/** A linear combination of slots: Σ weight·slot. */
export interface Combination {
  readonly weights: readonly bigint[]
  readonly allowed: AllowedValues
}

export interface MembershipProof {
  /** B: the bits b and the products a·(1 - 2b). */
  readonly bits: PublicPoint
  /** A: the masks a and the products -a². */
  readonly masks: PublicPoint
  /** R: per question. */
  readonly alphaMasks: readonly PublicPoint[]
  /** T */
  readonly slotMask: PublicPoint
  /** f of each free bit. */
  readonly bitAnswers: readonly bigint[]
  /** z */
  readonly blindingAnswer: bigint
  /** s: per question. */
  readonly randomnessAnswers: readonly bigint[]
}

/** Length of B and A, which come before the weight. */
export const bitCommitmentsLength = 2 * pointLength

/** Length of all R and T, which come after the weight and before the challenge. */
export function linkCommitmentsLength ({ slots }: BitLayout): number {
  return (slots.length + 1) * pointLength
}

export function membershipProofLength (layout: BitLayout): number {
  return bitCommitmentsLength + linkCommitmentsLength(layout) + (layout.freeBits.length + 1 + layout.slots.length) * scalarLength
}

/** The prover between its steps; single use. */
export class MembershipProver {
  /** B ‖ A */
  readonly bitCommitments: Uint8Array
  readonly #layout: BitLayout
  readonly #randomness: readonly bigint[]
  readonly #bits: readonly bigint[]
  readonly #masks: readonly bigint[]
  readonly #randomnessMasks: readonly bigint[]
  readonly #blinding = randomScalar()
  readonly #blindingMask = randomScalar()

  /** `slots[question][slot]`, each an allowed value; the r of each question's alpha. */
  constructor (layout: BitLayout, slots: readonly (readonly bigint[])[], randomness: readonly bigint[]) {
    this.#layout = layout
    this.#randomness = randomness
    this.#bits = layout.bitsOf(slots)
    this.#masks = withPivots(layout, 0n, layout.freeBits.map(randomScalar))
    this.#randomnessMasks = randomness.map(randomScalar)
    const bases = bitBases(layout.bitCount)
    const signed = bases.map(({ product }, i): SecretTerm => [modOrder(this.#masks[i]! * (1n - 2n * this.#bits[i]!)), product])
    const masked = bases.flatMap(({ bit, product }, i): SecretTerm[] => [[this.#masks[i]!, bit], [modOrder(-this.#masks[i]! * this.#masks[i]!), product]])
    this.bitCommitments = concatBytes(
      secretSum([...signed, [this.#blinding, blindingBase()]]).add(chosenSum(bases.map(({ bit }) => bit), this.#bits)).toBytes(),
      secretSum([...masked, [this.#blindingMask, blindingBase()]]).toBytes()
    )
  }

  /** R of each question ‖ T, for the weight that follows from B and A; `keys[question][slot]`. */
  commitLinks (keys: readonly (readonly Point[])[], weight: bigint): Uint8Array {
    const alphaMasks = this.#randomnessMasks.map((mask) => multiply(basePoint, mask))
    const weights = slotWeights(this.#layout, weight)
    // the weight is no secret, and so what it makes of a question's keys is none: one point is left to be masked
    const slotMasks = weights.map((its, q) => multiply(combinePublicPoints(keys[q]!, its), this.#randomnessMasks[q]!))
    const slotMask = multiply(basePoint, weightedSlots(this.#layout, weights, 0n, this.#masks)).add(sumPoints(slotMasks))
    return concatBytes(...[...alphaMasks, slotMask].map((point) => point.toBytes()))
  }

  /** All answers, encoded. */
  respond (challenge: bigint): Uint8Array {
    const answer = (secret: bigint, mask: bigint): Uint8Array => encodeScalar(modOrder(secret * challenge + mask))
    return concatBytes(
      ...this.#layout.freeBits.map((bit) => answer(this.#bits[bit]!, this.#masks[bit]!)),
      answer(this.#blinding, this.#blindingMask),
      ...this.#randomness.map((secret, q) => answer(secret, this.#randomnessMasks[q]!))
    )
  }
}

/** The points are decoded when the reader finishes. */
export function readMembershipProof (reader: ElementReader, { slots, freeBits }: BitLayout): MembershipProof {
  return {
    bits: reader.takePoint(),
    masks: reader.takePoint(),
    alphaMasks: slots.map(() => reader.takePoint()),
    slotMask: reader.takePoint(),
    bitAnswers: freeBits.map(() => reader.takeScalar()),
    blindingAnswer: reader.takeScalar(),
    randomnessAnswers: slots.map(() => reader.takeScalar()),
  }
}

export interface Ciphertexts {
  readonly alpha: CheckedPoint
  readonly betas: readonly CheckedPoint[]
}

/** Adds the proof's equations: one for the bits, one for the alpha of each question, one for all betas; `keys[question][slot]`. */
export function addMembershipEquations (
  equations: Equations, layout: BitLayout, questions: readonly Ciphertexts[], keys: readonly (readonly CheckedPoint[])[],
  proof: MembershipProof, weight: bigint, challenge: bigint
): void {
  const answers = withPivots(layout, challenge, proof.bitAnswers)
  const bits: Term[] = [[challenge, proof.bits], [1n, proof.masks], [-proof.blindingAnswer, blindingBase()]]
  bitBases(layout.bitCount).forEach(({ bit, product }, i) => {
    bits.push([-answers[i]!, bit], [-modOrder(answers[i]! * (challenge - answers[i]!)), product])
  })
  equations.add(bits)
  questions.forEach(({ alpha }, q) => {
    equations.add([[challenge, alpha], [1n, proof.alphaMasks[q]!], [-proof.randomnessAnswers[q]!, basePoint]])
  })
  const weights = slotWeights(layout, weight)
  const links: Term[] = [[1n, proof.slotMask], [-weightedSlots(layout, weights, challenge, answers), basePoint]]
  questions.forEach(({ betas }, q) => {
    betas.forEach((beta, slot) => {
      const slotWeight = weights[q]![slot]!
      links.push([modOrder(challenge * slotWeight), beta], [-modOrder(proof.randomnessAnswers[q]! * slotWeight), keys[q]![slot]!])
    })
  })
  equations.add(links)
}

/** 1, w, w², …: one for each slot of the ballot. */
function slotWeights ({ slots }: BitLayout, weight: bigint): bigint[][] {
  let power = 1n
  return slots.map((forms) => forms.map(() => {
    const its = power
    power = modOrder(power * weight)
    return its
  }))
}

/** Σ weight·(what the slot's form makes of the values). */
function weightedSlots ({ slots }: BitLayout, weights: readonly (readonly bigint[])[], unit: bigint, values: readonly bigint[]): bigint {
  let sum = 0n
  slots.forEach((forms, q) => { forms.forEach((form, slot) => { sum += weights[q]![slot]! * evaluate(form, unit, values) }) })
  return modOrder(sum)
}
