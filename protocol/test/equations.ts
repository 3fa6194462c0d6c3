import fc from 'fast-check'
import t from 'tap'
import { Equations, equationsHold } from '../src/equations.ts'
import { basePoint, groupOrder, modOrder, multiply } from '../src/group.ts'
import { scalar } from './support/arbitraries.ts'

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
