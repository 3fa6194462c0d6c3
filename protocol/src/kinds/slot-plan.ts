/** Laying out a question's slots: values, sums and totals are put down as they come, with few slots each. */
import { type AllowedValues, numbersFrom } from '../allowed-values.ts'
import type { Combination } from '../membership-proof.ts'
import type { SlotRules, SlotTerm, Total } from './question-kind.ts'

const bit = numbersFrom(0, 1)

export class SlotPlan {
  readonly #slotValues: AllowedValues[] = []
  readonly #sums: { readonly terms: readonly SlotTerm[], readonly allowed: AllowedValues }[] = []
  readonly #totals: Total[] = []

  /** A slot that holds 0 or 1; returns its index. */
  bit (): number {
    return this.#slotValues.push(bit) - 1
  }

  /** A slot of 0 or 1 that is decrypted as such. */
  countedBit (): number {
    return this.countedNumber(1)
  }

  /** A slot that holds a number from 0 to `most`, and is decrypted as such. */
  countedNumber (most: number): number {
    const slot = this.#slotValues.push(numbersFrom(0, most)) - 1
    this.total([{ slot, weight: 1n }], most)
    return slot
  }

  sum (terms: readonly SlotTerm[], allowed: AllowedValues): void {
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
