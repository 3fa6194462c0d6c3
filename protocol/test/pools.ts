import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import t from 'tap'
import type { Definition } from '../src/definition.ts'
import { isWithheld, type Pool, poolsOf } from '../src/pools.ts'

interface Case {
  readonly about: string
  readonly weights: readonly number[]
  readonly minBallots: number
  readonly smallClasses: Definition['smallClasses']
  readonly ballotsPerClass: readonly number[]
  readonly pools: readonly Pool[]
}

const cases = JSON.parse(readFileSync(new URL('vectors/pools.json', import.meta.url), 'utf8')) as Case[]
const rulesOf = (weights: readonly number[], minBallots: number, smallClasses: Definition['smallClasses']): Parameters<typeof poolsOf>[0] =>
  ({ minBallots, smallClasses, classes: weights.map((weight, i) => ({ id: `class-${i}`, label: {}, weight, size: 1000 })) })

for (const { about, weights, minBallots, smallClasses, ballotsPerClass, pools } of cases) {
  t.test(`${smallClasses}: ${about}`, async (t) => {
    const rules = rulesOf(weights, minBallots, smallClasses)
    t.strictSame(poolsOf(rules, { ballotsPerClass }), pools)
    t.equal(isWithheld(rules, { ballotsPerClass }), pools.every(({ withheld }) => withheld))
  })
}

const anyRules = fc.record({
  classes: fc.array(fc.record({ weight: fc.integer({ min: 1, max: 3 }), ballots: fc.integer({ min: 0, max: 12 }) }), { minLength: 1, maxLength: 6 }),
  minBallots: fc.integer({ min: 1, max: 10 }),
  smallClasses: fc.constantFrom('withhold' as const, 'count-unweighted' as const),
})

t.test('no sum or difference of what is decrypted is about fewer than minBallots ballots, and every ballot is in one pool', async () => {
  fc.assert(fc.property(anyRules, ({ classes, minBallots, smallClasses }) => {
    const ballotsPerClass = classes.map(({ ballots }) => ballots)
    const pools = poolsOf(rulesOf(classes.map(({ weight }) => weight), minBallots, smallClasses), { ballotsPerClass })
    const cast = [...classes.keys()].filter((c) => ballotsPerClass[c]! > 0)
    const inPools = pools.flatMap((pool) => pool.classes)
    // once each: then the decrypted pools are disjoint, and every combination of them is about whole pools
    return inPools.length === cast.length && cast.every((c) => inPools.includes(c)) &&
      pools.every(({ classes: of, ballots, withheld }) => ballots === of.reduce((sum, c) => sum + ballotsPerClass[c]!, 0) && withheld === (ballots < minBallots))
  }))
})

t.test('a class is counted with its own weight by itself, or with weight 1 together with others', async () => {
  fc.assert(fc.property(anyRules, ({ classes, minBallots, smallClasses }) => poolsOf(
    rulesOf(classes.map(({ weight }) => weight), minBallots, smallClasses), { ballotsPerClass: classes.map(({ ballots }) => ballots) }
  ).every(({ classes: of, weight }) => of.every((c) => {
    const { weight: own, ballots } = classes[c]!
    return weight === own || (weight === 1 && ballots < minBallots && smallClasses === 'count-unweighted')
  }) && (of.length === 1 || weight === 1))))
})

t.test('withholding is as it was with a single class: by the number of all ballots', async () => {
  fc.assert(fc.property(fc.integer({ min: 0, max: 20 }), fc.integer({ min: 1, max: 20 }), fc.constantFrom('withhold' as const, 'count-unweighted' as const), (ballots, minBallots, smallClasses) =>
    isWithheld(rulesOf([1], minBallots, smallClasses), { ballotsPerClass: [ballots] }) === (ballots < minBallots)))
})
