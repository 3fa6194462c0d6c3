import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import t from 'tap'
import { fromHex, toHex, uint32 } from '../src/bytes.ts'
import { assertDraw, drawOptions, type DrawingCredential, heldGroups } from '../src/draw.ts'
import { findKind, kindNames } from '../src/kinds/kinds.ts'
import { questionRules } from '../src/question-rules.ts'
import { taggedHash, taggedHashHex, tags } from '../src/tagged-hash.ts'
import { refuses } from './support/refuses.ts'
import { majorityQuestion, sampleQuestion, scoreQuestion } from './support/sample-definition.ts'

const bytes = (length: number, value: number): Uint8Array => new Uint8Array(length).fill(value)
const credential: DrawingCredential = { electionId: bytes(32, 1), classIndex: 0, credentialKey: bytes(32, 2), signatures: [bytes(256, 3), bytes(256, 4)] }
const drawn = (changes: Partial<DrawingCredential>, question = 0): string => drawOptions({ ...credential, ...changes }, question, 8, 64).join()

/** Credentials as different as counters: the same ones on every run. */
function * manyCredentials (count: number): Generator<DrawingCredential> {
  for (let i = 0; i < count; i++) yield { ...credential, credentialKey: Uint8Array.from(Buffer.from(i.toString(16).padStart(64, '0'), 'hex')) }
}

/** As SPEC.md has it, in Node's own hash. */
function drawnBySpec ({ electionId, classIndex, credentialKey, signatures }: DrawingCredential, question: number, count: number, of: number): number[] {
  const frame = (part: Uint8Array | string): Buffer => {
    const data = Buffer.from(part)
    const length = Buffer.alloc(4)
    length.writeUInt32BE(data.length)
    return Buffer.concat([length, data])
  }
  const hash = (...parts: (Uint8Array | string)[]): Buffer => createHash('sha256').update(Buffer.concat(parts.map(frame))).digest()
  const u32 = (number: number): Buffer => Buffer.of(number >>> 24, number >>> 16, number >>> 8, number)
  const seed = hash('scrutin/1/draw', electionId, u32(question), Buffer.of(classIndex), credentialKey, ...signatures)
  const options: number[] = []
  for (let i = 0; options.length < count; i++) {
    const byte = hash('scrutin/1/draw-block', seed, u32(i >>> 5))[i & 31]!
    if (byte >= Math.floor(256 / of) * of || options.includes(byte % of)) continue
    options.push(byte % of)
  }
  return options.sort((a, b) => a - b)
}

/** Σ (observed - expected)² / expected, for what should come equally often. */
function chiSquare (observed: readonly number[]): number {
  const expected = observed.reduce((sum, count) => sum + count, 0) / observed.length
  return observed.reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0)
}

function frequencies (of: number, draws: Iterable<readonly number[]>): number[] {
  const counts = Array.from({ length: of }, () => 0)
  for (const draw of draws) for (const option of draw) counts[option]!++
  return counts
}

t.test('so many different options, ascending, as the page says', async (t) => {
  for (const [count, of] of [[1, 2], [5, 16], [1, 100], [99, 100], [3, 7], [64, 65], [2, 3]] as const) {
    for (const one of manyCredentials(20)) {
      const options = drawOptions(one, count, count, of)
      t.strictSame(options, drawnBySpec(one, count, count, of))
      t.equal(new Set(options).size, count)
      t.ok(options.every((option, i) => option >= 0 && option < of && (i === 0 || option > options[i - 1]!)))
    }
  }
})

t.test('every option is drawn equally often, and every set of options', async (t) => {
  // a bound that a fair draw exceeds once in 10,000 times; the credentials are the same on every run
  const draws = [...manyCredentials(8000)].map((one) => drawOptions(one, 0, 5, 16))
  // drawn without putting back: the counts vary less than independent ones, by (n - c) / (n - 1)
  const spread = chiSquare(frequencies(16, draws)) * 15 / 11
  t.ok(spread < 44.26, `16 options: ${spread.toFixed(1)}`)
  const hundred = chiSquare(frequencies(100, [...manyCredentials(8000)].map((one) => drawOptions(one, 0, 10, 100)))) * 99 / 90
  t.ok(hundred < 161.3, `100 options, which do not divide 256: ${hundred.toFixed(1)}`)
  const sets = new Map<string, number>()
  for (const one of manyCredentials(8000)) {
    const set = drawOptions(one, 0, 2, 5).join()
    sets.set(set, (sets.get(set) ?? 0) + 1)
  }
  t.equal(sets.size, 10)
  t.ok(chiSquare([...sets.values()]) < 33.72, `sets of 2 of 5: ${chiSquare([...sets.values()]).toFixed(1)}`)

  // what the bound is there for: a byte modulo 100, and options that always come together
  const biased = frequencies(100, [...manyCredentials(8000)].map(({ credentialKey }) => [createHash('sha256').update(credentialKey).digest()[0]! % 100]))
  t.ok(chiSquare(biased) > 161.3)
  const neighbours = new Map<string, number>()
  for (const one of manyCredentials(8000)) {
    const [first] = drawOptions(one, 0, 1, 5)
    const set = [first!, (first! + 1) % 5].sort().join()
    neighbours.set(set, (neighbours.get(set) ?? 0) + 1)
  }
  t.ok(chiSquare([...neighbours.values(), 0, 0, 0, 0, 0]) > 33.72)
})

t.test('another election, question, class, key or signature, or the signatures in another order: another draw', async (t) => {
  const others = [
    drawn({}), drawn({ electionId: bytes(32, 9) }), drawn({}, 1), drawn({ classIndex: 1 }), drawn({ credentialKey: bytes(32, 9) }), drawn({ signatures: [bytes(256, 9), bytes(256, 4)] }),
    drawn({ signatures: [bytes(256, 3), bytes(256, 9)] }), drawn({ signatures: [bytes(256, 4), bytes(256, 3)] }), drawn({ signatures: [bytes(256, 3)] }),
  ]
  t.equal(new Set(others).size, others.length)
  t.equal(drawn({}), drawn({}), 'the same each time')
})

t.test('of the kinds that draw, the slots of several options are those of each, one after the other', async (t) => {
  const drawing = [scoreQuestion('score', 4, 3), scoreQuestion('large-score', 3, 900), majorityQuestion('grades', 4, 3), majorityQuestion('no-opinion', 3, 2, 'worst')]
  t.strictSame([...new Set(drawing.map(({ kind }) => kind))].sort(), kindNames.filter((kind) => findKind(kind)!.among !== undefined).sort(), 'all of them')
  for (const question of drawing) {
    const rules = (count: number): ReturnType<typeof questionRules> => questionRules({ ...question, options: question.options.slice(0, count) })
    const [all, one] = [rules(question.options.length), rules(1)]
    const size = one.slotValues.length
    t.strictSame(all.slotValues, question.options.flatMap(() => one.slotValues), question.id)
    const shifted = question.options.flatMap((_, option) => one.groups[0]!.totals.map(({ terms, most }) => ({ terms: terms.map(({ slot, weight }) => ({ slot: slot + option * size, weight })), most })))
    t.strictSame(all.groups[0]!.totals, shifted)
    for (const { weights } of all.sums) {
      t.equal(new Set(weights.flatMap((weight, slot) => weight === 0n ? [] : [Math.floor(slot / size)])).size, 1, 'no sum goes over two options')
    }
  }
})

t.test('questions of which nothing is drawn are held whole', async (t) => {
  const rules = [questionRules(sampleQuestion('a', 3, { min: 1, max: 1, blank: true })), questionRules({ ...majorityQuestion('b', 6, 2), draw: 2 }), questionRules({ ...majorityQuestion('c', 6, 2), draw: 2 })]
  const held = heldGroups(rules, credential)
  t.strictSame(held, [[0], drawOptions(credential, 1, 2, 6), drawOptions(credential, 2, 2, 6)])
  assertDraw(rules, credential, held)
  refuses(t, 'ballot.draw', () => { assertDraw(rules, credential, [held[0]!, held[2]!, held[1]!]) }, /question 2/)
})

interface DrawVector {
  readonly electionId: string,
  readonly question: number,
  readonly class: number,
  readonly credentialKey: string,
  readonly signatures: readonly string[]
  readonly drawn: number,
  readonly options: number,
  readonly seed: string,
  readonly block: string,
  readonly draw: readonly number[]
}

t.test('the draw of SPEC.md', async (t) => {
  const vector = JSON.parse(readFileSync(new URL('vectors/draw.json', import.meta.url), 'utf8')) as DrawVector
  const spec = readFileSync(new URL('../SPEC.md', import.meta.url), 'utf8')
  const of: DrawingCredential = {
    electionId: fromHex(vector.electionId, 32), classIndex: vector.class, credentialKey: fromHex(vector.credentialKey, 32), signatures: vector.signatures.map((byte) => bytes(256, parseInt(byte, 16))),
  }
  const seed = taggedHash(tags.draw, of.electionId, uint32(vector.question), Uint8Array.of(of.classIndex), of.credentialKey, ...of.signatures)
  t.equal(toHex(seed), vector.seed)
  t.equal(taggedHashHex(tags.drawBlock, seed, uint32(0)), vector.block)
  for (const draw of [drawOptions, drawnBySpec]) t.strictSame(draw(of, vector.question, vector.drawn, vector.options), vector.draw)
  for (const said of [vector.seed, vector.block, vector.draw.join(', ')]) t.ok(spec.includes(said), said)
})
