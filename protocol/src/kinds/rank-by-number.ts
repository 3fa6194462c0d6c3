/** The ranking of kinds in which each option has one number. */

/** Best first; equal numbers stand together, in the order of `options`. */
export function rankByNumber (options: readonly string[], counts: Readonly<Record<string, number>>): string[][] {
  const places = new Map<number, string[]>()
  for (const option of options) places.set(counts[option]!, [...places.get(counts[option]!) ?? [], option])
  return [...places].sort(([a], [b]) => b - a).map(([, together]) => together)
}

/** Those first, unless nobody got anything. */
export function winnersOf (ranking: readonly (readonly string[])[], counts: Readonly<Record<string, number>>): string[] {
  return (ranking[0] ?? []).filter((option) => counts[option]! > 0)
}
