import fc from 'fast-check'
import t from 'tap'
import { type AllowedValues, allows, numbersFrom } from '../src/allowed-values.ts'
import { groupOrder, modOrder } from '../src/group.ts'
import { choose } from '../src/kinds/choose.ts'
import { bitLayout, evaluate, type ProvenRules, withPivots } from '../src/slot-bits.ts'
import { valuesOf } from './support/kind-properties.ts'
import { sampleQuestion } from './support/sample-definition.ts'

const bit = [0n, 1n]
const layoutOf = (...rules: ProvenRules[]): ReturnType<typeof bitLayout> => bitLayout(rules)
const upTo = (most: number): bigint[] => Array.from({ length: most + 1 }, (_, i) => BigInt(i))

/** The slots that some assignment of bits makes, pivots being bits as well. */
function provable (rules: ProvenRules): Set<string> {
  const layout = layoutOf(rules)
  const found = new Set<string>()
  for (let set = 0; set < 2 ** layout.freeBits.length; set++) {
    const bits = withPivots(layout, 1n, layout.freeBits.map((_, i) => BigInt(set >>> i & 1)))
    if (bits.every((value) => value === 0n || value === 1n)) found.add(layout.slots[0]!.map((form) => evaluate(form, 1n, bits)).join())
  }
  return found
}

/** The slots that the rules allow, one by one. */
function allowed ({ slotValues, sums }: ProvenRules): Set<string> {
  const all = slotValues.reduce<bigint[][]>((rows, values) => rows.flatMap((row) => valuesOf(values).map((value) => [...row, value])), [[]])
  return new Set(all.filter((row) => sums.every(({ weights, allowed: values }) => allows(values, row.reduce((sum, value, slot) => sum + weights[slot]! * value, 0n))))
    .map((row) => row.map(modOrder).join()))
}

const anyValues: fc.Arbitrary<AllowedValues> = fc.oneof(
  fc.constant(bit),
  fc.integer({ min: 0, max: 6 }).map(upTo),
  fc.tuple(fc.integer({ min: -3, max: 3 }), fc.nat(6)).map(([least, width]) => numbersFrom(least, least + width)),
  fc.tuple(fc.integer({ min: -3, max: 3 }), fc.integer({ min: 1, max: 3 }), fc.integer({ min: 1, max: 4 })).map(([least, step, count]) => Array.from({ length: count }, (_, i) => BigInt(least + step * i))),
  fc.uniqueArray(fc.integer({ min: -4, max: 9 }).map(BigInt), { minLength: 1, maxLength: 4 })
)
const anyRules: fc.Arbitrary<ProvenRules> = fc.array(anyValues, { minLength: 1, maxLength: 3 }).chain((slotValues) => fc.record({
  slotValues: fc.constant(slotValues),
  sums: fc.array(fc.record({ weights: fc.tuple(...slotValues.map(() => fc.integer({ min: -2, max: 3 }).map(BigInt))), allowed: anyValues }), { maxLength: 2 }),
}))

t.test('bits make exactly the slots that the rules allow, whatever the rules', async () => {
  fc.assert(fc.property(anyRules, (rules) => {
    let made: Set<string>
    try {
      if (layoutOf(rules).freeBits.length > 12) return true
      made = provable(rules)
    } catch (error) {
      if (!(error instanceof Error && error.message === 'no values are allowed')) throw error
      made = new Set()
    }
    const wanted = allowed(rules)
    return made.size === wanted.size && [...wanted].every((row) => made.has(row))
  }), { numRuns: 300 })
})

t.test('allowed slots have bits, which fulfil the constraints and make the slots', async () => {
  fc.assert(fc.property(anyRules, fc.nat(), (rules, pick) => {
    const rows = [...allowed(rules)]
    if (rows.length === 0) return true
    const row = rows[pick % rows.length]!.split(',').map(BigInt).map((value) => value > groupOrder / 2n ? value - groupOrder : value)
    const layout = layoutOf(rules)
    const bits = layout.bitsOf([row])
    const whole = withPivots(layout, 1n, layout.freeBits.map((i) => bits[i]!))
    return bits.length === layout.bitCount && bits.every((value, i) => (value === 0n || value === 1n) && value === whole[i]) &&
      layout.slots[0]!.every((form, slot) => evaluate(form, 1n, bits) === modOrder(row[slot]!))
  }), { numRuns: 200 })
})

t.test('a number from 0 to n takes as many bits as n', async (t) => {
  for (const [most, count] of [[0, 0], [1, 1], [2, 2], [3, 2], [4, 3], [7, 3], [8, 4], [100, 7]] as const) {
    const layout = layoutOf({ slotValues: [numbersFrom(0, most)], sums: [] })
    t.same(layout.slots, layoutOf({ slotValues: [upTo(most)], sums: [] }).slots, 'as a range or one by one')
    t.equal(layout.bitCount, count, `0 to ${most}`)
    for (const value of upTo(most)) t.equal(evaluate(layout.slots[0]![0]!, 1n, layout.bitsOf([[value]])), value)
    for (const wrong of [-1n, BigInt(most) + 1n]) t.throws(() => layout.bitsOf([[wrong]]), { message: /not an allowed one/ })
  }
})

t.test('choosing takes a bit for each slot and few for the sum, of which a constraint gives one', async (t) => {
  const counts = (min: number, max: number, blank: boolean): number[] => {
    const layout = bitLayout([choose.rules(sampleQuestion('q', 5, { min, max, blank }))])
    return [layout.bitCount, layout.freeBits.length]
  }
  t.same(counts(0, 5, false), [5, 5], 'any number: no constraint')
  t.same(counts(1, 1, false), [5, 4], 'exactly one')
  t.same(counts(1, 3, false), [7, 6])
  t.same(counts(0, 5, true), [9, 8])
})

t.test('bits of several questions follow each other, and forms keep to their own', async (t) => {
  const rules = choose.rules(sampleQuestion('q', 2, { min: 1, max: 1, blank: false }))
  const layout = bitLayout([rules, rules])
  t.equal(layout.bitCount, 4)
  t.same(layout.freeBits, [0, 2])
  t.same(layout.slots, [[{ constant: 0n, terms: [[0, 1n]] }, { constant: 0n, terms: [[1, 1n]] }], [{ constant: 0n, terms: [[2, 1n]] }, { constant: 0n, terms: [[3, 1n]] }]])
  t.same([...layout.pivots], [[1, { constant: 1n, terms: [[0, groupOrder - 1n]] }], [3, { constant: 1n, terms: [[2, groupOrder - 1n]] }]])
  t.same(layout.bitsOf([[1n, 0n], [0n, 1n]]), [1n, 0n, 0n, 1n])
})

t.test('constraints that overlap, repeat or follow from each other have pivots of their own', async (t) => {
  const one = (...weights: bigint[]): ProvenRules['sums'][number] => ({ weights, allowed: [1n] })
  const overlapping = { slotValues: [bit, bit, bit], sums: [one(1n, 1n, 0n), one(0n, 1n, 1n)] }
  t.equal(layoutOf(overlapping).freeBits.length, 1)
  t.same([...provable(overlapping)].sort(), ['0,1,0', '1,0,1'])
  const twice = { slotValues: [bit, bit], sums: [one(1n, 1n), one(1n, 1n), { weights: [2n, 2n], allowed: [2n] }] }
  t.equal(layoutOf(twice).freeBits.length, 1)
  t.same([...provable(twice)].sort(), ['0,1', '1,0'])
  for (const { pivots } of [layoutOf(overlapping), layoutOf(twice)]) {
    for (const { terms } of pivots.values()) t.notOk(terms.some(([other]) => pivots.has(other)), 'pivots follow from free bits only')
  }
})

t.test('rules that make no sense have no bits', async (t) => {
  t.throws(() => layoutOf({ slotValues: [[]], sums: [] }), { message: /at least one/ })
  t.throws(() => layoutOf({ slotValues: [numbersFrom(1, 0)], sums: [] }), { message: /at least one/ })
  t.throws(() => layoutOf({ slotValues: [[1n, 1n]], sums: [] }), { message: /differ/ })
  t.throws(() => layoutOf({ slotValues: [[0n]], sums: [{ weights: [1n], allowed: [1n] }] }), { message: /no values are allowed/ })
  // would be 0 modulo the order
  t.throws(() => layoutOf({ slotValues: [bit], sums: [{ weights: [groupOrder], allowed: [0n] }] }), { message: /too large/ })
})
