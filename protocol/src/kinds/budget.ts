/** Participatory budgets: what options cost, and which are funded by the greedy rule. For kinds in which each option has one number. */
import Type, { type Static } from 'typebox'
import { closed, Name, type Option } from '../question-schema.ts'

/** In the smallest unit of the currency, so that all are integers; sums stay exact. */
const Amount = Type.Integer({ minimum: 0, maximum: 1_000_000_000_000 })

export const Budget = Type.Object({
  amount: Amount,
  /** By option id, for every option. */
  costs: Type.Record(Name, Amount),
}, closed)
export type Budget = Static<typeof Budget>

export const Funded = Type.Object({ options: Type.Array(Type.String()), cost: Type.Integer({ minimum: 0 }), budget: Type.Integer({ minimum: 0 }) }, closed)
export type Funded = Static<typeof Funded>

export function budgetProblem ({ costs }: Budget, options: readonly Option[]): string | undefined {
  const priced = Object.keys(costs)
  if (priced.length !== options.length || options.some(({ id }) => !Object.hasOwn(costs, id))) return 'budget: costs must name every option and no other'
  return undefined
}

/** Best first, each option is funded if what is left pays for it; equal ones in the order of the definition, and nothing that nobody wants. */
export function fundGreedily ({ amount, costs }: Budget, ranking: readonly (readonly string[])[], counts: Readonly<Record<string, number>>): Funded {
  const options: string[] = []
  let cost = 0
  for (const option of ranking.flat()) {
    if (counts[option]! === 0 || cost + costs[option]! > amount) continue
    options.push(option)
    cost += costs[option]!
  }
  return { options, cost, budget: amount }
}
