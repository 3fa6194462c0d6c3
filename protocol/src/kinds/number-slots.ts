/**
 * A number from 0 to n as slots: one slot of n + 1 allowed values, or, where
 * these are many (from n = 6 on), as many slots of a bit as n has.
 *
 * The weights of the bits are 1, 2, 4, … and for the last what is missing to n.
 * So they add up to n, no assignment of bits exceeds it, and every number from
 * 0 to n has an assignment: nothing is proven but the bits (the idea is in
 * Lipmaa, Asokan, Niemi, "Secure Vickrey Auctions", FC 2002).
 */
import type { SlotTerm } from './question-kind.ts'
import { bit, type SlotPlan, upTo } from './slot-plan.ts'

/** The weights of the slots that hold a number from 0 to `most`; a single one of 1 when one slot holds it. */
export function numberWeights (most: number): number[] {
  const bits = bitLength(most)
  if (2 * bits >= most + 1) return [1]
  const powers = Array.from({ length: bits - 1 }, (_, i) => 2 ** i)
  return [...powers, most - (2 ** (bits - 1) - 1)]
}

/** Puts the slots down and returns them with their weights. */
export function planNumber (plan: SlotPlan, most: number): SlotTerm[] {
  const weights = numberWeights(most)
  const allowed = weights.length === 1 ? upTo(most) : bit
  return weights.map((weight) => ({ slot: plan.slot(allowed), weight: BigInt(weight) }))
}

/** Slot values of a number from 0 to `most`: always the same ones for the same number. */
export function numberSlots (most: number, value: number): bigint[] {
  const weights = numberWeights(most)
  if (weights.length === 1) return [BigInt(value)]
  const last = weights.length - 1
  // what the powers of two can't hold alone needs the last weight
  const usesLast = value > 2 ** last - 1
  const rest = usesLast ? value - weights[last]! : value
  return weights.map((_, i) => BigInt(i === last ? Number(usesLast) : (rest >>> i) & 1))
}

/**
 * Proves that a combination of slots lies between 0 and `most`: by its allowed
 * values, or, where these are many, with slots for what is missing to `most`.
 * Returns whether there are such slots.
 */
export function planBound (plan: SlotPlan, terms: readonly SlotTerm[], most: number): boolean {
  if (!needsRest(most)) {
    plan.sum(terms, upTo(most))
    return false
  }
  plan.sum([...terms, ...planNumber(plan, most)], [BigInt(most)])
  return true
}

/** Slot values to be appended for `planBound`. */
export function boundSlots (most: number, sum: number): bigint[] {
  return needsRest(most) ? numberSlots(most, most - sum) : []
}

/** For 7, and from 9 on. */
function needsRest (most: number): boolean {
  return most > 2 * bitLength(most)
}

function bitLength (value: number): number {
  return 32 - Math.clz32(value)
}
