import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import t from 'tap'
import { utf8ToBytes } from '../src/bytes.ts'
import { canonicalBytes, canonicalText, parseCanonical } from '../src/canonical-json.ts'
import { ScrutinError } from '../src/errors.ts'
import { refuses } from './support/refuses.ts'

const vector = (path: string): Buffer => readFileSync(new URL(`vectors/rfc8785-jcs/${path}`, import.meta.url))

for (const name of ['arrays', 'french', 'weird']) {
  t.test(`RFC 8785 sample "${name}" comes out byte for byte`, async (t) => {
    const input: unknown = JSON.parse(vector(`input/${name}.json`).toString('utf8'))
    const output = vector(`output/${name}.json`)
    t.equal(Buffer.from(canonicalBytes(input)).toString('hex'), output.toString('hex'))
    t.equal(output.toString('hex'), vector(`outhex/${name}.txt`).toString('utf8').replaceAll(/\s/g, ''))
    t.same(parseCanonical(output), input)
  })

  t.test(`RFC 8785 sample "${name}" as it was put in is refused: it is not canonical`, async (t) => {
    refuses(t, 'input.not-canonical', () => parseCanonical(vector(`input/${name}.json`)))
  })
}

t.test('any JSON has one canonical form, which parses to the same value', async (t) => {
  fc.assert(fc.property(fc.jsonValue({ stringUnit: 'grapheme' }), (value) => {
    const text = canonicalText(value)
    return canonicalText(parseCanonical(utf8ToBytes(text))) === text && canonicalText(JSON.parse(text)) === text
  }))
  t.pass()
})

t.test('another order, spaces, doubled names and other spellings of numbers and characters are refused', async (t) => {
  const texts = ['{"b":1,"a":2}', '{ "a":1}', '{"a":1}\n', '{"a":1,"a":1}', '1.0', '1e2', '-0', '"\\u0041"', '"\\/"', '100000000000000000000000']
  for (const text of texts) refuses(t, 'input.not-canonical', () => parseCanonical(utf8ToBytes(text)))
})

t.test('whatever is parsed is what its canonical form says, and nothing else', async (t) => {
  // names that JavaScript sorts, repeats or inherits otherwise
  const names = fc.constantFrom('1', '9', '10', '4294967295', 'a', 'A', 'é', '\u{1f600}', '\ufb33', '__proto__', 'toJSON', 'constructor', '')
  const { value: json } = fc.letrec((tie) => ({
    value: fc.oneof({ depthSize: 'small' }, fc.double({ noNaN: true, noDefaultInfinity: true }), fc.string({ unit: 'binary' }), fc.boolean(), fc.array(tie('value'), { maxLength: 3 }), tie('object')),
    object: fc.array(fc.tuple(names, tie('value')), { maxLength: 4 }).map((entries) => Object.fromEntries(entries)),
  }))
  fc.assert(fc.property(json, fc.boolean(), (value, inOrder) => {
    const text = inOrder ? canonicalText(value) : JSON.stringify(value)
    const expected = canonicalText(JSON.parse(text)) === text
    try {
      return canonicalText(parseCanonical(utf8ToBytes(text))) === text && expected
    } catch (error) {
      return !expected && error instanceof ScrutinError && error.code === 'input.not-canonical'
    }
  }), { numRuns: 300 })
  t.pass()
})

t.test('what is no JSON in UTF-8 is refused', async (t) => {
  for (const text of ['', '{', '\ufeff{}', '{"a":undefined}', "{'a':1}", 'NaN']) refuses(t, 'input.malformed', () => parseCanonical(utf8ToBytes(text)))
  refuses(t, 'input.malformed', () => parseCanonical(Uint8Array.of(0x22, 0xff, 0x22)))
})

t.test('a lone surrogate and nesting without end are refused, not thrown as a mistake of ours', async (t) => {
  refuses(t, 'input.not-canonical', () => parseCanonical(utf8ToBytes('"\\ud800"')))
  refuses(t, 'input.not-canonical', () => canonicalText({ name: '\udc00' }))
  refuses(t, 'input.not-canonical', () => parseCanonical(utf8ToBytes('['.repeat(30_000) + ']'.repeat(30_000))))
})

t.test('what JSON cannot say is a mistake of the caller', async (t) => {
  t.throws(() => canonicalText(undefined), { message: /no JSON form/ })
  refuses(t, 'input.not-canonical', () => canonicalText(NaN))
})
