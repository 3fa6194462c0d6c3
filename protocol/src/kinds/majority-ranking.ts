/**
 * The majority judgment ranking of Balinski and Laraki ("Majority Judgment",
 * MIT Press 2011): candidates compare by the (lower) median of their grades;
 * while equal, one grade equal to the median is taken away from each, and the
 * new medians compare.
 *
 * Taking away one by one is as slow as there are ballots. The median stays
 * until the larger of the two groups, the grades above it and those below,
 * outweighs what is left around it; of groups of the same size the one below
 * comes first. So candidates compare by rounds (grade, size of that group, plus
 * above or minus below), each merging the nearest grade on that side into the
 * middle: the form that Mieux Voter counts with. Sizes are compared as shares,
 * so candidates may have different numbers of grades; where they have the same
 * number this is the rule itself.
 */

/** How two neighbours in the ranking that share the median were told apart. */
export interface MajorityStep {
  readonly better: number
  readonly worse: number
  /** With so many … */
  readonly removed: number
  /** … of so many grades taken away (in proportion, if the candidates have different numbers of grades) … */
  readonly of: number
  /** … these are the medians, by index, of the better and of the worse. */
  readonly grades: readonly [number, number]
}

export interface MajorityRanking {
  /** Candidates by index, best first; those that are exactly equal stand together. */
  readonly places: readonly (readonly number[])[]
  /** By candidate; undefined without any grade. */
  readonly medians: readonly (number | undefined)[]
  readonly steps: readonly MajorityStep[]
}

interface Round {
  /** Index of the median. */
  readonly grade: number
  /** Size of the larger group outside: positive above, negative below; 0 when there is none. */
  readonly group: number
}

interface Rounds {
  readonly histogram: readonly number[]
  readonly total: number
  readonly rounds: readonly Round[]
}

/** `histograms[candidate][grade]`, best grade first. */
export function rankByMajority (histograms: readonly (readonly number[])[]): MajorityRanking {
  const all = histograms.map(roundsOf)
  const order = [...all.keys()].sort((a, b) => compare(all[a]!, all[b]!) || a - b)
  const places: number[][] = []
  for (const candidate of order) {
    const place = places.at(-1)
    if (place !== undefined && compare(all[place[0]!]!, all[candidate]!) === 0) place.push(candidate)
    else places.push([candidate])
  }
  const steps = places.slice(1).flatMap((place, i) => {
    const better = places[i]!.at(-1)!
    const worse = place[0]!
    const parting = partingOf(all[better]!, all[worse]!)
    return parting === undefined ? [] : [{ better, worse, ...parting }]
  })
  return { places, medians: all.map(({ rounds }) => rounds[0]?.grade), steps }
}

function roundsOf (histogram: readonly number[]): Rounds {
  const total = histogram.reduce((sum, count) => sum + count, 0)
  const rounds: Round[] = []
  if (total === 0) return { histogram, total, rounds }
  let reached = 0
  let grade = histogram.findIndex((count) => 2 * (reached += count) > total)
  let above = reached - histogram[grade]!
  let below = total - reached
  let first = grade
  let last = grade
  for (;;) {
    const upwards = above > below
    rounds.push({ grade, group: upwards ? above : -below })
    if (above === 0 && below === 0) return { histogram, total, rounds }
    const step = upwards ? -1 : 1
    grade = (upwards ? first : last) + step
    while (histogram[grade] === 0) grade += step
    if (upwards) {
      first = grade
      above -= histogram[grade]!
    } else {
      last = grade
      below -= histogram[grade]!
    }
  }
}

/** Negative when `a` is better; who has no grade at all comes last. */
function compare (a: Rounds, b: Rounds): number {
  for (let i = 0; i < Math.max(a.rounds.length, b.rounds.length); i++) {
    const [ofA, ofB] = [a.rounds[i], b.rounds[i]]
    if (ofA === undefined || ofB === undefined) return ofA === undefined ? 1 : -1
    if (ofA.grade !== ofB.grade) return ofA.grade - ofB.grade
    const difference = compareShares(ofB.group, b.total, ofA.group, a.total)
    if (difference !== 0) return difference
  }
  return 0
}

/** The sign of a/ofA - b/ofB. */
function compareShares (a: number, ofA: number, b: number, ofB: number): number {
  const difference = BigInt(a) * BigInt(ofB) - BigInt(b) * BigInt(ofA)
  return difference > 0n ? 1 : difference < 0n ? -1 : 0
}

/** Where the better and the worse part; undefined when their medians differ from the beginning. */
function partingOf (better: Rounds, worse: Rounds): Pick<MajorityStep, 'removed' | 'of' | 'grades'> | undefined {
  for (let i = 0; i < Math.min(better.rounds.length, worse.rounds.length); i++) {
    const [up, down] = [better.rounds[i]!, worse.rounds[i]!]
    // at the last round both left the grade before at the same time, for different ones
    if (up.grade !== down.grade) return i === 0 ? undefined : partingWhere(better, i - 1, better, worse)
    if (compareShares(up.group, better.total, down.group, worse.total) === 0) continue
    // the larger group moves its median first; of groups of the same size, the one below
    const betterMoves = compareShares(up.group, better.total, Math.abs(down.group), worse.total) > 0
    return partingWhere(betterMoves ? better : worse, i, better, worse)
  }
  return undefined
}

/** The medians when that of `moving` leaves the grade of its round i, with as many grades for both. */
function partingWhere (moving: Rounds, i: number, better: Rounds, worse: Rounds): Pick<MajorityStep, 'removed' | 'of' | 'grades'> {
  const { group } = moving.rounds[i]!
  const upwards = group > 0 ? 1 : 0
  const removed = moving.total - 2 * Math.abs(group)
  // each multiplied by the other's number: the same grades, in the same shares
  const scale = better.total === worse.total ? 1n : BigInt(moving === better ? worse.total : better.total)
  const scaled = BigInt(removed) * scale + BigInt(upwards)
  const all = BigInt(moving.total) * scale
  const medianOf = ({ histogram, total }: Rounds): number => medianAfter(histogram, all / BigInt(total), scaled)
  return { removed: removed + upwards, of: moving.total, grades: [medianOf(better), medianOf(worse)] }
}

/**
 * The median when so many were taken away, of grades each counted `times` times. What is taken away grows from the
 * middle to both sides in turn: with an even number of grades upwards first, with an odd number downwards.
 */
function medianAfter (histogram: readonly number[], times: bigint, removed: bigint): number {
  const total = histogram.reduce((sum, count) => sum + BigInt(count) * times, 0n)
  const sign = (removed + total) % 2n === 0n ? 1n : -1n
  const position = total / 2n + sign * ((removed + 1n) / 2n)
  let reached = 0n
  return histogram.findIndex((count) => (reached += BigInt(count) * times) > position)
}
