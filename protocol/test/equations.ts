import fc from 'fast-check'
import t from 'tap'
import { Equations, equationsHold, findFalse } from '../src/equations.ts'
import { basePoint, groupOrder, modOrder, multiply } from '../src/group.ts'
import { pointArithmetic } from '../src/point-arithmetic.ts'
import { scalar } from './support/arbitraries.ts'

/** Equations of one statement, true or false, over the generator and one point of its own. */
function falsehood (isFalse: boolean, at: number): Equations {
  const equations = new Equations()
  const logarithm = BigInt(at + 2)
  equations.add([[logarithm + (isFalse ? 1n : 0n), basePoint], [-1n, multiply(basePoint, logarithm)]])
  return equations
}

t.test('no equations hold', async (t) => {
  t.ok(new Equations().hold())
})

t.test('true equations hold together, and one false among them shows', async () => {
  fc.assert(fc.property(fc.array(fc.tuple(scalar, scalar), { minLength: 1, maxLength: 8 }), fc.nat(7), fc.boolean(), (pairs, at, falsify) => {
    const guilty = at % pairs.length
    const held = equationsHold((equations) => {
      pairs.forEach(([a, b], i) => {
        const sum = multiply(basePoint, modOrder(a + b + (falsify && i === guilty ? 1n : 0n)))
        equations.add([[a, basePoint], [b, basePoint], [-1n, sum]])
      })
    })
    return held !== falsify
  }), { numRuns: 40 })
})

t.test('errors of two equations do not cancel out', async (t) => {
  for (let i = 0; i < 20; i++) {
    t.notOk(equationsHold((equations) => {
      equations.add([[1n, basePoint]])
      equations.add([[-1n, basePoint]])
    }))
  }
})

t.test('scalars count modulo the order', async (t) => {
  t.ok(equationsHold((equations) => { equations.add([[groupOrder, basePoint]]) }))
  t.ok(equationsHold((equations) => { equations.add([[groupOrder - 1n, basePoint], [1n, multiply(basePoint, 1n)]]) }))
})

t.test('of many parts exactly the false ones are found', async () => {
  fc.assert(fc.property(fc.array(fc.boolean(), { maxLength: 20 }), (isFalse) => {
    const parts = isFalse.map(falsehood)
    return findFalse(parts).join() === [...isFalse.keys()].filter((i) => isFalse[i]).join()
  }), { numRuns: 60 })
})

t.test('errors of two parts do not cancel out', async (t) => {
  const plus = new Equations()
  plus.add([[1n, basePoint]])
  const minus = new Equations()
  minus.add([[-1n, basePoint]])
  t.same(findFalse([plus, new Equations(), minus]), [0, 2])
})

t.test('k false parts of n are found by about k·log2(n / k) sums, of four times the points at most', async (t) => {
  const arithmetic = pointArithmetic()
  const { sum } = arithmetic
  t.teardown(() => { arithmetic.sum = sum })
  const n = 64
  for (const [count, mostSums, mostPoints] of [[0, 1, 1], [1, 1 + 6, 2], [2, 1 + 12, 3], [8, 1 + 7 + 8 * 3, 4], [64, 64, 4]] as const) {
    for (let round = 0; round < 5; round++) {
      const guilty = new Set<number>()
      while (guilty.size < count) guilty.add(Math.floor(n * (crypto.getRandomValues(new Uint32Array(1))[0]! / 2 ** 32)))
      const parts = Array.from({ length: n }, (_, i) => falsehood(guilty.has(i), i))
      let sums = 0
      let points = 0
      arithmetic.sum = (bases, scalars) => {
        sums++
        points += bases.length - 1 // the generator is shared by all
        return sum(bases, scalars)
      }
      t.equal(findFalse(parts).length, count)
      t.ok(sums <= mostSums, `${count} false parts: ${sums} sums`)
      t.ok(points <= mostPoints * n, `${count} false parts: ${points} points`)
    }
  }
})
