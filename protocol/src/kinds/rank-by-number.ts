/** The ranking of kinds in which each option has one number, by itself or in proportion to how many were asked. */

/** Best first; equal numbers stand together, in the order of `options`. */
export function rankByNumber (options: readonly string[], counts: Readonly<Record<string, number>>): string[][] {
  return rankByShare(options, options.map((option) => counts[option]!), options.map(() => 1))
}

/** By each option's number in proportion to another, above 0: of so many ballots, for example. */
export function rankByShare (options: readonly string[], numbers: readonly number[], of: readonly number[]): string[][] {
  const compare = (a: number, b: number): number => {
    const difference = BigInt(numbers[b]!) * BigInt(of[a]!) - BigInt(numbers[a]!) * BigInt(of[b]!)
    return difference > 0n ? 1 : difference < 0n ? -1 : 0
  }
  const places: number[][] = []
  for (const option of [...options.keys()].sort((a, b) => compare(a, b) || a - b)) {
    const place = places.at(-1)
    if (place !== undefined && compare(place[0]!, option) === 0) place.push(option)
    else places.push([option])
  }
  return places.map((place) => place.map((option) => options[option]!))
}

/** Those first, unless nobody got anything. */
export function winnersOf (ranking: readonly (readonly string[])[], counts: Readonly<Record<string, number>>): string[] {
  return (ranking[0] ?? []).filter((option) => counts[option]! > 0)
}
