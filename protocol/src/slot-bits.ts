/**
 * How what is proven about slots is said in bits. Every slot, and the value of
 * every sum, is a constant plus a weighted sum of bits; sums, and values that
 * are not evenly spaced, make linear constraints on the bits. Each constraint
 * makes one bit, its pivot, follow from the others.
 */
import { type AllowedValues, isRange } from './allowed-values.ts'
import { groupOrder, invertScalar, modOrder } from './group.ts'
import type { SlotRules } from './kinds/question-kind.ts'

/** What is proven, without what is decrypted. */
export type ProvenRules = Pick<SlotRules, 'slotValues' | 'sums'>

/** constant + Σ factor·bit, modulo the order. */
export interface LinearForm {
  readonly constant: bigint
  readonly terms: readonly (readonly [bit: number, factor: bigint])[]
}

export interface BitLayout {
  readonly bitCount: number
  /** `slots[question][slot]` */
  readonly slots: readonly (readonly LinearForm[])[]
  /** Bits that no constraint gives, ascending. */
  readonly freeBits: readonly number[]
  /** Each pivot as the constraints give it from free bits. */
  readonly pivots: ReadonlyMap<number, LinearForm>
  /** Bits, pivots too, that make these values of the slots; throws for values that are not allowed. */
  bitsOf (slots: readonly (readonly bigint[])[]): bigint[]
}

/** constant·unit + Σ factor·values[bit]: with unit 1 of bits, with a challenge of what is answered to it, with 0 of masks. */
export function evaluate ({ constant, terms }: LinearForm, unit: bigint, values: readonly bigint[]): bigint {
  return modOrder(terms.reduce((sum, [bit, factor]) => sum + factor * values[bit]!, constant * unit))
}

/** Puts the pivots beside the values of the free bits, which come in order. */
export function withPivots ({ bitCount, freeBits, pivots }: BitLayout, unit: bigint, free: readonly bigint[]): bigint[] {
  const values = Array.from({ length: bitCount }, () => 0n)
  freeBits.forEach((bit, i) => { values[bit] = free[i]! })
  for (const [bit, form] of pivots) values[bit] = evaluate(form, unit, values)
  return values
}

const known = new WeakMap<readonly ProvenRules[], BitLayout>()

/** The bits of a whole ballot, question after question; kept as long as the rules are. */
export function bitLayout (rules: readonly ProvenRules[]): BitLayout {
  let layout = known.get(rules)
  if (layout === undefined) known.set(rules, layout = join(rules.map(layOut)))
  return layout
}

interface QuestionBits {
  readonly bitCount: number
  readonly slots: readonly LinearForm[]
  readonly pivots: ReadonlyMap<number, LinearForm>
  bitsOf (slots: readonly bigint[]): bigint[]
}

function join (questions: readonly QuestionBits[]): BitLayout {
  const slots: LinearForm[][] = []
  const pivots = new Map<number, LinearForm>()
  let bitCount = 0
  for (const question of questions) {
    const shift = ({ constant, terms }: LinearForm): LinearForm => ({ constant, terms: terms.map(([bit, factor]) => [bitCount + bit, factor] as const) })
    slots.push(question.slots.map(shift))
    for (const [bit, form] of question.pivots) pivots.set(bitCount + bit, shift(form))
    bitCount += question.bitCount
  }
  const freeBits = Array.from({ length: bitCount }, (_, bit) => bit).filter((bit) => !pivots.has(bit))
  return { bitCount, slots, pivots, freeBits, bitsOf: (values) => questions.flatMap((question, q) => question.bitsOf(values[q]!)) }
}

function layOut ({ slotValues, sums }: ProvenRules): QuestionBits {
  let bitCount = 0
  const constraints: LinearForm[] = []
  const represent = (allowed: AllowedValues): Representation => {
    const representation = representationOf(allowed, bitCount)
    bitCount += representation.bitCount
    if (representation.oneHot) constraints.push({ constant: -1n, terms: upTo(representation.bitCount).map((i) => [bitCount - representation.bitCount + i, 1n]) })
    return representation
  }
  const slots = slotValues.map(represent)
  const totals = sums.map(({ weights, allowed }) => {
    const total = represent(allowed)
    // total - Σ weight·slot = 0
    const factors = new Map(total.form.terms)
    let { constant } = total.form
    weights.forEach((weight, slot) => {
      constant -= weight * slots[slot]!.form.constant
      for (const [bit, factor] of slots[slot]!.form.terms) if (weight !== 0n) factors.set(bit, -weight * factor)
    })
    constraints.push({ constant, terms: [...factors] })
    return total
  })
  return {
    bitCount,
    slots: slots.map(({ form }) => form),
    pivots: solve(constraints),
    bitsOf: (values) => [
      ...slots.flatMap((slot, i) => slot.bitsOf(values[i]!)),
      ...totals.flatMap((total, i) => total.bitsOf(sums[i]!.weights.reduce((sum, weight, slot) => sum + weight * values[slot]!, 0n))),
    ],
  }
}

interface Representation {
  readonly form: LinearForm
  readonly bitCount: number
  /** Exactly one of the bits is 1. */
  readonly oneHot: boolean
  bitsOf (value: bigint): bigint[]
}

/** Evenly spaced values are least + step·(a rest, …, 4, 2, 1); of others, each has a bit of its own. */
function representationOf (allowed: AllowedValues, firstBit: number): Representation {
  if (isRange(allowed)) return numberOf(allowed.least, 1n, Number(allowed.most - allowed.least), firstBit)
  const values = [...allowed].sort((a, b) => a < b ? -1 : 1)
  const least = values[0]
  if (least === undefined || new Set(values).size !== values.length) throw new Error('allowed values are at least one, and differ')
  const step = values.length > 1 ? values[1]! - least : 1n
  if (values.every((value, i) => value === least + step * BigInt(i))) return numberOf(least, step, values.length - 1, firstBit)
  return {
    form: { constant: 0n, terms: values.map((value, i) => [firstBit + i, value] as const) },
    bitCount: values.length,
    oneHot: true,
    bitsOf (value) {
      if (!values.includes(value)) throw notAllowed()
      return values.map((other) => BigInt(other === value))
    },
  }
}

/** least, least + step, …, least + most·step. */
function numberOf (least: bigint, step: bigint, most: number, firstBit: number): Representation {
  if (most < 0) throw new Error('allowed values are at least one, and differ')
  const weights = numberWeights(most)
  return {
    form: { constant: least, terms: weights.map((weight, i) => [firstBit + i, step * weight] as const) },
    bitCount: weights.length,
    oneHot: false,
    bitsOf (value) {
      const place = (value - least) / step
      if (place < 0n || place > BigInt(most) || least + step * place !== value) throw notAllowed()
      return numberBits(weights, place)
    },
  }
}

function notAllowed (): Error {
  return new Error('the value is not an allowed one')
}

/** Weights of bits that make exactly the numbers from 0 to `most`: what is left, then …, 4, 2, 1. */
function numberWeights (most: number): bigint[] {
  const powers: bigint[] = []
  let rest = most
  for (let power = 1; power <= rest; power *= 2) {
    powers.unshift(BigInt(power))
    rest -= power
  }
  return rest > 0 ? [BigInt(rest), ...powers] : powers
}

/** Always the same bits for a number: each weight in turn where what remains of the number is not below it. */
function numberBits (weights: readonly bigint[], number: bigint): bigint[] {
  let rest = number
  return weights.map((weight) => {
    const bit = BigInt(rest >= weight)
    rest -= bit * weight
    return bit
  })
}

/**
 * Each constraint (a form that is 0) in turn gives its last bit, after the pivots before it were put in; forms of
 * pivots hold free bits only. A constraint that follows from those before gives none.
 */
function solve (constraints: readonly LinearForm[]): Map<number, LinearForm> {
  const pivots = new Map<number, LinearForm>()
  for (const constraint of constraints) {
    assertSmall(constraint)
    const { constant, terms } = substitute(constraint, pivots)
    const last = terms.at(-1)
    if (last === undefined) {
      if (constant !== 0n) throw new Error('no values are allowed')
      continue
    }
    const [bit, factor] = last
    const inverse = invertScalar(modOrder(-factor))
    const form = { constant: modOrder(constant * inverse), terms: terms.slice(0, -1).map(([other, part]) => [other, modOrder(part * inverse)] as const) }
    for (const [before, its] of pivots) {
      if (its.terms.some(([other]) => other === bit)) pivots.set(before, substitute(its, new Map([[bit, form]])))
    }
    pivots.set(bit, form)
  }
  return pivots
}

function substitute ({ constant, terms }: LinearForm, pivots: ReadonlyMap<number, LinearForm>): LinearForm {
  const factors = new Map<number, bigint>()
  let sum = constant
  const put = (bit: number, factor: bigint): void => { factors.set(bit, modOrder((factors.get(bit) ?? 0n) + factor)) }
  for (const [bit, factor] of terms) {
    const pivot = pivots.get(bit)
    if (pivot === undefined) put(bit, factor)
    else {
      sum += factor * pivot.constant
      for (const [other, part] of pivot.terms) put(other, factor * part)
    }
  }
  return { constant: modOrder(sum), terms: [...factors].filter(([, factor]) => factor !== 0n).sort(([a], [b]) => a - b) }
}

/** What holds modulo the order holds of the numbers themselves if they can't come near it. */
function assertSmall ({ constant, terms }: LinearForm): void {
  const size = (value: bigint): bigint => value < 0n ? -value : value
  if (terms.reduce((sum, [, factor]) => sum + size(factor), size(constant)) >= groupOrder >> 1n) throw new Error('weights are too large')
}

function upTo (count: number): number[] {
  return Array.from({ length: count }, (_, i) => i)
}
