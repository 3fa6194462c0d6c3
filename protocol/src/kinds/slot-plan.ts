/** Laying out a question's slots: values, sums and totals are put down as they come, with few slots each. */
import type { Combination } from '../membership-proof.ts'
import type { SlotRules, SlotTerm, Total } from './question-kind.ts'

export const bit: readonly bigint[] = [0n, 1n]

/** 0, 1, …, most. */
export function upTo (most: number): bigint[] {
  return Array.from({ length: most + 1 }, (_, value) => BigInt(value))
}

export class SlotPlan {
  readonly #slotValues: (readonly bigint[])[] = []
  readonly #sums: { readonly terms: readonly SlotTerm[], readonly allowed: readonly bigint[] }[] = []
  readonly #totals: Total[] = []

  /** A slot that holds one of these values; returns its index. */
  slot (allowed: readonly bigint[]): number {
    return this.#slotValues.push(allowed) - 1
  }

  /** A slot of 0 or 1 that is decrypted as such. */
  countedBit (): number {
    const slot = this.slot(bit)
    this.total([{ slot, weight: 1n }], 1)
    return slot
  }

  sum (terms: readonly SlotTerm[], allowed: readonly bigint[]): void {
    this.#sums.push({ terms, allowed })
  }

  total (terms: readonly SlotTerm[], most: number): void {
    this.#totals.push({ terms, most })
  }

  rules (): SlotRules {
    const sums = this.#sums.map(({ terms, allowed }): Combination => {
      const weights = this.#slotValues.map(() => 0n)
      for (const { slot, weight } of terms) weights[slot] = weight
      return { weights, allowed }
    })
    return { slotValues: this.#slotValues, sums, totals: this.#totals }
  }
}
