/** `auditor explain` says what each check of a report shows, and what none does. */
import t from 'tap'
import { chainCheckNames } from '../../chain/src/chain-report.ts'
import { checkNames } from '../../protocol/src/verification-report.ts'
import { copiesCheckName } from '../src/compare-copies.ts'
import { explanation, explanationLines } from '../src/explain.ts'

t.test('every check that a report can name is explained once, in the report\'s order', async (t) => {
  const { checks } = explanation()
  t.strictSame(checks.map(({ name }) => name), [...chainCheckNames, ...checkNames, copiesCheckName])
  for (const { name, proves } of checks) t.match(proves, /^[A-Z].{20,}\.$/, `${name} in whole sentences`)
  t.equal(new Set(checks.map(({ proves }) => proves)).size, checks.length, 'no two alike')
})

t.test('says what a pass does not show', async (t) => {
  const { limits } = explanation()
  for (const word of [/roll/, /device/, /coerced/, /go on no further/, /Raft/, /majority of the members/, /anchor/]) t.ok(limits.some((limit) => word.test(limit)), String(word))
})

t.test('prints all of it', async (t) => {
  const text = explanationLines().join('\n')
  const { checks, limits } = explanation()
  for (const { name, proves } of checks) t.ok(text.includes(`${name}\n    ${proves}`), name)
  for (const limit of limits) t.ok(text.includes(`  - ${limit}`), limit)
})
