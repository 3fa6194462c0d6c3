import { readFileSync } from 'node:fs'
import t from 'tap'
import { type Budget, budgetProblem } from '../../src/kinds/budget.ts'
import { choose } from '../../src/kinds/choose.ts'
import { cumulative } from '../../src/kinds/cumulative.ts'
import { cumulativeQuestion, sampleQuestion } from '../support/sample-definition.ts'

interface Town { readonly budget: number, readonly projects: readonly (readonly [string, number, number])[], readonly funded: readonly string[] }
const towns = JSON.parse(readFileSync(new URL('../vectors/participatory-budgets.json', import.meta.url), 'utf8')) as Record<string, Town>

for (const [name, { budget, projects, funded }] of Object.entries(towns)) {
  t.test(`${name}: what the town funded`, async (t) => {
    const options = projects.map(([id]) => ({ id, label: { fr: id } }))
    const question = { ...sampleQuestion('q', 1, { min: 0, max: projects.length, blank: false }), options, budget: { amount: budget, costs: Object.fromEntries(projects) } }
    t.equal(choose.problem(question), undefined)
    const result = choose.result(question, projects.map(([,, votes]) => votes))
    t.same(result.funded?.options.toSorted(), funded.toSorted())
    t.equal(result.funded?.cost, projects.filter(([id]) => funded.includes(id)).reduce((sum, [, cost]) => sum + cost, 0))
  })
}

const budget: Budget = { amount: 10, costs: { 'option-1': 6, 'option-2': 6, 'option-3': 4 } }

t.test('what does not fit is passed over, equal ones come in the order of the definition, and nobody\'s wish is not funded', async (t) => {
  const question = { ...cumulativeQuestion('q', 3, 3, 3), budget }
  t.same(cumulative.result(question, [2, 2, 1]).funded, { options: ['option-1', 'option-3'], cost: 10, budget: 10 })
  t.same(cumulative.result(question, [0, 2, 0]).funded, { options: ['option-2'], cost: 6, budget: 10 })
  t.equal(cumulative.result(cumulativeQuestion('q', 3, 3, 3), [2, 2, 1]).funded, undefined)
})

t.test('every option has its cost, and nothing else has', async (t) => {
  const { options } = sampleQuestion('q', 3, { min: 0, max: 3, blank: false })
  t.equal(budgetProblem(budget, options), undefined)
  t.match(budgetProblem({ amount: 10, costs: { 'option-1': 6 } }, options), /costs/)
  t.match(budgetProblem({ amount: 10, costs: { ...budget.costs, other: 1 } }, options), /costs/)
  t.match(choose.problem({ ...sampleQuestion('q', 2, { min: 0, max: 2, blank: false }), budget }), /costs/)
  t.match(cumulative.problem({ ...cumulativeQuestion('q', 2, 3, 3), budget }), /costs/)
})
