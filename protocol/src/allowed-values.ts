/** What a slot or a sum of slots may be: one of some values, or any number of a range. */

export type AllowedValues = readonly bigint[] | NumberRange

/** Every number from `least` to `most`, without a list of them: ranges come from definitions, and may be large. */
export interface NumberRange {
  readonly least: bigint
  readonly most: bigint
}

/** least, least + 1, …, most. */
export function numbersFrom (least: number, most: number): NumberRange {
  return { least: BigInt(least), most: BigInt(most) }
}

export function isRange (allowed: AllowedValues): allowed is NumberRange {
  return 'least' in allowed
}

export function allows (allowed: AllowedValues, value: bigint): boolean {
  return isRange(allowed) ? value >= allowed.least && value <= allowed.most : allowed.includes(value)
}

export function largestOf (allowed: AllowedValues): bigint {
  return isRange(allowed) ? allowed.most : allowed.reduce((largest, value) => value > largest ? value : largest)
}
