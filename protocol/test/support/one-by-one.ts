/** Majority judgment as Balinski and Laraki say it, word by word and slowly: what the fast ranking is held against. */

/** All medians one after the other, each taken away before the next is looked for. Best grade is 0; of two in the middle the worse counts. */
function mediansOf (histogram: readonly number[]): number[] {
  const grades = histogram.flatMap((count, grade) => Array.from({ length: count }, () => grade))
  const medians: number[] = []
  while (grades.length > 0) medians.push(...grades.splice(Math.floor(grades.length / 2), 1))
  return medians
}

/** The median when so many medians were taken away before. */
export function medianAfter (histogram: readonly number[], removed: number): number | undefined {
  return mediansOf(histogram)[removed]
}

/** Candidates best first, equal ones together; with different numbers of grades, each is multiplied up to a common number. */
export function rankOneByOne (histograms: readonly (readonly number[])[]): number[][] {
  const totals = histograms.map((row) => row.reduce((sum, count) => sum + count, 0))
  const common = totals.filter((total) => total > 0).reduce((product, total) => product * total / gcd(product, total), 1)
  const medians = histograms.map((row, i) => totals[i] === 0 ? [] : mediansOf(row.map((count) => count * common / totals[i]!)))
  const compare = (a: number, b: number): number => {
    for (let i = 0; i < common; i++) {
      const difference = (medians[a]![i] ?? Infinity) - (medians[b]![i] ?? Infinity)
      if (difference !== 0 && !Number.isNaN(difference)) return difference
    }
    return 0
  }
  const places: number[][] = []
  for (const candidate of [...histograms.keys()].sort((a, b) => compare(a, b) || a - b)) {
    const place = places.at(-1)
    if (place !== undefined && compare(place[0]!, candidate) === 0) place.push(candidate)
    else places.push([candidate])
  }
  return places
}

function gcd (a: number, b: number): number {
  return b === 0 ? a : gcd(b, a % b)
}
