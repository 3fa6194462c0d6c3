import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import t from 'tap'
import { type MajorityRanking, rankByMajority } from '../../src/kinds/majority-ranking.ts'
import { medianAfter, rankOneByOne } from '../support/one-by-one.ts'

const ranksOf = ({ places }: MajorityRanking, count: number): number[] => {
  const ranks: number[] = Array.from({ length: count }, () => 0)
  let rank = 1
  for (const place of places) {
    for (const candidate of place) ranks[candidate] = rank
    rank += place.length
  }
  return ranks
}

/** Few grades and few ballots: ties and equal medians are frequent. */
const sameTotal = fc.tuple(fc.integer({ min: 2, max: 7 }), fc.integer({ min: 1, max: 12 }), fc.integer({ min: 1, max: 5 })).chain(([grades, ballots, candidates]) =>
  fc.array(fc.array(fc.nat(grades - 1), { minLength: ballots, maxLength: ballots }), { minLength: candidates, maxLength: candidates })
    .map((given) => given.map((list) => Array.from({ length: grades }, (_, grade) => list.filter((one) => one === grade).length))))
const anyTotal = fc.integer({ min: 2, max: 4 }).chain((grades) =>
  fc.array(fc.array(fc.nat(3), { minLength: grades, maxLength: grades }), { minLength: 1, maxLength: 3 }))

t.test('ranking by groups is the ranking by grades taken away one by one', async () => {
  fc.assert(fc.property(sameTotal, (histograms) => JSON.stringify(rankByMajority(histograms).places) === JSON.stringify(rankOneByOne(histograms))), { numRuns: 3000 })
})

t.test('with different numbers of grades it is the ranking of as many for each, in the same shares', async () => {
  fc.assert(fc.property(anyTotal, (histograms) => {
    const { places, steps } = rankByMajority(histograms)
    return JSON.stringify(places) === JSON.stringify(rankOneByOne(histograms)) && steps.every(({ removed, of, grades: [better, worse] }) => better < worse && removed > 0 && removed < of)
  }), { numRuns: 1000 })
})

t.test('the steps say where neighbours part', async (t) => {
  fc.assert(fc.property(sameTotal, (histograms) => {
    const { steps, places, medians } = rankByMajority(histograms)
    const neighbours = places.slice(1).map((place, i) => [places[i]!.at(-1)!, place[0]!] as const).filter(([a, b]) => medians[a] === medians[b])
    return steps.length === neighbours.length && steps.every(({ better, worse, removed, of, grades }, i) =>
      better === neighbours[i]![0] && worse === neighbours[i]![1] && grades[0] < grades[1] &&
      of === histograms[better]!.reduce((sum, count) => sum + count, 0) &&
      medianAfter(histograms[better]!, removed) === grades[0] && medianAfter(histograms[worse]!, removed) === grades[1] &&
      medianAfter(histograms[better]!, removed - 1) === medianAfter(histograms[worse]!, removed - 1))
  }), { numRuns: 1000 })
  t.same(rankByMajority([[3, 4, 3], [4, 4, 2]]).steps, [{ better: 1, worse: 0, removed: 3, of: 10, grades: [0, 1] }])
})

t.test('the order of candidates does not matter, and a better grade never harms', async () => {
  fc.assert(fc.property(sameTotal, fc.nat(), fc.nat(), (histograms, who, where) => {
    const candidate = who % histograms.length
    const before = ranksOf(rankByMajority(histograms), histograms.length)
    const turned = ranksOf(rankByMajority(histograms.toReversed()), histograms.length).toReversed()
    const from = 1 + where % (histograms[0]!.length - 1)
    const better = histograms.map((row, i) => i === candidate && row[from]! > 0 ? row.map((count, grade) => count + (grade === from ? -1 : grade === from - 1 ? 1 : 0)) : row)
    return JSON.stringify(before) === JSON.stringify(turned) && ranksOf(rankByMajority(better), better.length)[candidate]! <= before[candidate]!
  }), { numRuns: 1000 })
})

t.test('who has no grade at all comes last, without a median', async (t) => {
  t.strictSame(rankByMajority([[0, 0], [0, 3], [0, 0]]), { places: [[1], [0, 2]], medians: [undefined, 1, undefined], steps: [] })
})

interface Assertion { readonly title: string, readonly participants: number, readonly mode?: string, readonly default?: number, readonly tallies: readonly (readonly number[])[], readonly ranks: readonly number[] }

t.test('Mieux Voter\'s assertions', async (t) => {
  const assertions = JSON.parse(readFileSync(new URL('../vectors/mieuxvoter-assertions.json', import.meta.url), 'utf8')) as Assertion[]
  t.equal(assertions.length, 9)
  for (const { title, participants, mode, tallies, ranks, ...rest } of assertions) {
    // theirs are worst grade first; who gave none is counted as a default grade, or not at all
    const histograms = tallies.map((tally) => {
      const missing = mode === undefined || mode === 'Normalized' ? 0 : participants - tally.reduce((sum, count) => sum + count, 0)
      const given = tally.toReversed()
      const standIn = mode === 'MedianDefault' ? medianAfter(given, 0)! : tally.length - 1 - (rest.default ?? 0)
      return given.map((count, grade) => count + (grade === standIn ? missing : 0))
    })
    t.strictSame(ranksOf(rankByMajority(histograms), tallies.length), ranks, title)
  }
})

t.test('published examples', async (t) => {
  // MieuxVoter/majority-judgment-cli, example/example.csv, worst grade first
  // polls of Opinion Way, MieuxVoter/majority-judgment-tracker, in which two share the first larger group: per mille, best first.
  // Their charts show Roussel before Hidalgo and Le Pen before Jadot; taken away one by one, it is the other way round.
  const [hidalgo, roussel] = [[1, 3, 7, 9, 17, 20, 43], [1, 2, 3, 7, 16, 28, 43]]
  t.same(rankByMajority([roussel, hidalgo]).places, [[1], [0]], '2021-12-08')
  const [jadot, lePen] = [[15, 23, 78, 106, 223, 233, 322], [93, 76, 88, 71, 117, 111, 444]]
  t.same(rankByMajority([lePen, jadot]).places, [[1], [0]], '2022-02-09')
  t.same(ranksOf(rankByMajority([[3, 2, 1, 4, 4, 2], [2, 3, 0, 4, 3, 4], [4, 5, 1, 4, 0, 2]].map((row) => row.toReversed())), 3), [2, 1, 3])
})
