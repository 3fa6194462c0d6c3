import { readFileSync } from 'node:fs'
import t from 'tap'
import { expectedCounts, parseBallots } from '../read-ballots.ts'

t.test('Orsay 2007 read as approval from grade 5', async (t) => {
  const file = parseBallots(readFileSync(new URL('../../../examples/orsay-2007/bureau_01.csv', import.meta.url), 'utf8'), 5)
  t.equal(file.ballots.length, 559)
  t.match(expectedCounts(file), { Bayrou: 249, Sarkozy: 235, Royal: 191 })
  t.equal(file.ballots.filter((ballot) => ballot.length === 0).length, 70)
})

t.test('approval files hold 0 and 1', async (t) => {
  t.strictSame(parseBallots('id,A,"B, b"\n0,1,0\n1,0,0\n2,1,1\n'), { options: ['A', 'B, b'], ballots: [[0], [], [0, 1]] })
  t.throws(() => parseBallots('id,A\n0,2\n'), { message: /line 2: 2 is a grade/ })
})

t.test('refuses what is of another form, with the line', async (t) => {
  t.throws(() => parseBallots('id,A,A\n0,1,0\n'), { message: /line 1/ })
  t.throws(() => parseBallots('id\n0\n'), { message: /line 1/ })
  t.throws(() => parseBallots('id,A\n'), { message: /no ballot/ })
  t.throws(() => parseBallots('id,A\n0,yes\n'), { message: /line 2/ })
  t.throws(() => parseBallots('id,A\n0,1,1\n'))
})
