/**
 * The same ballots counted by us and by Belenios. Of an even number of grades
 * Belenios takes the better of the two in the middle, Balinski and Laraki (and
 * we) the worse. So it ranks as we do when grades and ranking are both turned
 * round; straight, only candidates with the same grade in the middle may part.
 */
import { readFileSync } from 'node:fs'
import t from 'tap'
import { majorityJudgment, type MajorityQuestion } from '../../../protocol/src/kinds/majority-judgment.ts'
import { boxTotals } from '../../../protocol/test/support/kind-properties.ts'
import { leaveOut } from '../../suites/left-out.ts'
import { hasBeleniosTool, rankByBelenios } from '../belenios-tool.ts'
import { pollOf } from '../poll.ts'
import { randomBallots } from '../random-ballots.ts'
import { type BallotTable, parseBallots } from '../read-ballots.ts'

const elections = 60

if (!await hasBeleniosTool()) {
  t.test('belenios-tool', async (t) => { leaveOut(t, 'belenios-tool', 'there is no belenios-tool; on Debian: apt-get install belenios-tool') })
} else {
  t.test(`${elections} random elections are ranked as by Belenios`, async (t) => {
    let sameWinners = 0
    for (let i = 0; i < elections; i++) {
      // few ballots: candidates often share the grade in the middle
      const table = randomBallots('majority-judgment', 1 + i % 20, ['Ada', 'Blaise', 'Condorcet', 'Olympe', 'Sophie'].slice(0, 1 + i % 5))
      const { ours, theirs, turned } = await rankings(table)
      t.strictSame(ours, turned, JSON.stringify(table.rows))
      if (JSON.stringify(ours[0]) === JSON.stringify(theirs[0])) sameWinners++
    }
    t.comment(`the winners are the same in ${sameWinners} of ${elections}, whichever of two grades in the middle counts`)
    t.ok(sameWinners > elections / 2)
  })

  t.test('where winners differ, it is by the two grades in the middle', async (t) => {
    // 6, 2 against 4, 4: the worse in the middle is 2 against 4, the better 6 against 4
    const { ours, theirs, turned } = await rankings({ options: ['A', 'B'], rows: [[6, 4], [2, 4]] })
    t.strictSame([ours, turned, theirs], [[[1], [0]], [[1], [0]], [[0], [1]]])
  })

  t.test('Orsay 2007: 559 ballots, by either rule', async (t) => {
    const { ours, theirs, turned } = await rankings(parseBallots(readFileSync(new URL('../../../examples/orsay-2007/bureau_01.csv', import.meta.url), 'utf8')))
    t.strictSame(turned, ours)
    t.strictSame(theirs, ours)
  })
}

/** Candidates by index: by us; by Belenios; and by Belenios with grades and ranking turned round. */
async function rankings (table: BallotTable): Promise<{ ours: number[][], theirs: number[][], turned: number[][] }> {
  const { question, answers } = pollOf('majority-judgment', table)
  const { options, grades } = question as MajorityQuestion
  const result = majorityJudgment.result(question as MajorityQuestion, boxTotals(question, answers))
  const indexes = (ids: readonly string[]): number[] => ids.map((id) => options.findIndex((option) => option.id === id))
  // the table's highest number is the best grade; 0, no opinion, ranks as the worst
  const ballots = table.rows.map((row) => row.map((number) => grades.length + 1 - Math.max(1, number)))
  return {
    ours: result.ranking.map(indexes),
    theirs: await rankByBelenios(ballots, options.length, grades.length),
    turned: (await rankByBelenios(ballots.map((row) => row.map((grade) => grades.length + 1 - grade)), options.length, grades.length)).toReversed(),
  }
}
