/** The proof of a ballot as a program of one's own makes it: for numbers that are no bits, and for challenges known beforehand. */
import { concatBytes } from '../../src/bytes.ts'
import { basePoint, encodeScalar, modOrder, multiply, type Point, randomScalar, sumPoints } from '../../src/group.ts'
import { bitBases, blindingBase } from '../../src/proof-bases.ts'
import { type BitLayout, evaluate, withPivots } from '../../src/slot-bits.ts'

export interface Prover {
  readonly bitCommitments: Uint8Array
  commitLinks (keys: readonly (readonly Point[])[], weight: bigint): Uint8Array
  respond (challenge: bigint): Uint8Array
}

export interface Statement {
  /** `keys[question][slot]` */
  readonly keys: readonly (readonly Point[])[]
  readonly questions: readonly { readonly alpha: Point, readonly betas: readonly Point[] }[]
  readonly randomness: readonly bigint[]
}

const times = (point: Point, scalar: bigint): Point => multiply(point, modOrder(scalar))
const joined = (points: readonly Point[]): Uint8Array => concatBytes(...points.map((point) => point.toBytes()))
const encoded = (scalars: readonly bigint[]): Uint8Array => concatBytes(...scalars.map((scalar) => encodeScalar(modOrder(scalar))))

/** w^0, w^1, … by question and slot. */
export function powersOf (layout: BitLayout, weight: bigint): bigint[][] {
  let next = 1n
  return layout.slots.map((forms) => forms.map(() => {
    const power = next
    next = modOrder(next * weight)
    return power
  }))
}

function commit (first: readonly bigint[], second: readonly bigint[], blinding: bigint): Point {
  return sumPoints([times(blindingBase(), blinding), ...bitBases(first.length).flatMap(({ bit, product }, i) => [times(bit, first[i]!), times(product, second[i]!)])])
}

/** Goes through the steps of the honest prover with any numbers as bits. */
export class ProverOfAnything implements Prover {
  readonly bitCommitments: Uint8Array
  readonly #layout: BitLayout
  readonly #numbers: readonly bigint[]
  readonly #randomness: readonly bigint[]
  readonly #masks: readonly bigint[]
  readonly #randomnessMasks: readonly bigint[]
  readonly #blinding = randomScalar()
  readonly #blindingMask = randomScalar()

  /** `masks` replaces those of the bits, pivots included. */
  constructor (layout: BitLayout, numbers: readonly bigint[], randomness: readonly bigint[], masks = withPivots(layout, 0n, layout.freeBits.map(() => randomScalar()))) {
    this.#layout = layout
    this.#numbers = numbers
    this.#randomness = randomness
    this.#masks = masks
    this.#randomnessMasks = randomness.map(() => randomScalar())
    this.bitCommitments = joined([
      commit(numbers, numbers.map((number, i) => masks[i]! * (1n - 2n * number)), this.#blinding),
      commit(masks, masks.map((mask) => -mask * mask), this.#blindingMask),
    ])
  }

  commitLinks (keys: readonly (readonly Point[])[], weight: bigint): Uint8Array {
    const powers = powersOf(this.#layout, weight)
    const slotMasks = this.#layout.slots.flatMap((forms, q) => forms.map((form, slot) =>
      times(keys[q]![slot]!, powers[q]![slot]! * this.#randomnessMasks[q]!).add(times(basePoint, powers[q]![slot]! * evaluate(form, 0n, this.#masks)))))
    return joined([...this.#randomnessMasks.map((mask) => times(basePoint, mask)), sumPoints(slotMasks)])
  }

  respond (challenge: bigint): Uint8Array {
    return encoded([
      ...this.#layout.freeBits.map((bit) => this.#numbers[bit]! * challenge + this.#masks[bit]!),
      this.#blinding * challenge + this.#blindingMask,
      ...this.#randomness.map((secret, q) => secret * challenge + this.#randomnessMasks[q]!),
    ])
  }
}

/** The simulator of SPEC.md: its proof holds for this weight and this challenge, whatever the ciphertexts hold. */
export function simulatedProver (layout: BitLayout, { keys, questions }: Statement, weight: bigint, challenge: bigint): Prover {
  const free = layout.freeBits.map(() => randomScalar())
  const answers = withPivots(layout, challenge, free)
  const blindingAnswer = randomScalar()
  const randomnessAnswers = questions.map(() => randomScalar())
  const bits = times(basePoint, randomScalar())
  const masks = commit(answers, answers.map((answer) => answer * (challenge - answer)), blindingAnswer).subtract(times(bits, challenge))
  const alphaMasks = questions.map(({ alpha }, q) => times(basePoint, randomnessAnswers[q]!).subtract(times(alpha, challenge)))
  const powers = powersOf(layout, weight)
  const slotMask = sumPoints(layout.slots.flatMap((forms, q) => forms.map((form, slot) => {
    const power = powers[q]![slot]!
    return times(keys[q]![slot]!, power * randomnessAnswers[q]!).add(times(basePoint, power * evaluate(form, challenge, answers))).subtract(times(questions[q]!.betas[slot]!, power * challenge))
  })))
  return {
    bitCommitments: joined([bits, masks]),
    commitLinks: () => joined([...alphaMasks, slotMask]),
    respond: () => encoded([...free, blindingAnswer, ...randomnessAnswers]),
  }
}
