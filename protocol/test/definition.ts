import fc from 'fast-check'
import t from 'tap'
import { canonicalBytes, canonicalText } from '../src/canonical-json.ts'
import { utf8ToBytes } from '../src/bytes.ts'
import { checkDefinition, cutOffMs, type Definition, electionId, electionKeyCount, maxDefinitionLength, parseDefinition, slotRules, timestampMs } from '../src/definition.ts'
import { generateKeyPair } from '../src/schnorr.ts'
import { pointToHex } from '../src/group.ts'
import { refuses } from './support/refuses.ts'
import { majorityQuestion, sampleDefinition, sampleQuestion, scoreQuestion } from './support/sample-definition.ts'

const newKey = (): string => pointToHex(generateKeyPair().publicKey)
const noon = Date.UTC(2027, 0, 1, 12)
const definition = sampleDefinition({
  registrarKeys: [newKey(), newKey()], trusteeKeys: [newKey(), newKey(), newKey()], roll: { size: 10, root: 'ab'.repeat(32) },
}, {}, noon)
const question = sampleQuestion('president', 3, { min: 1, max: 1, blank: true })
const graded = majorityQuestion('graded', 2, 3, 'worst')
const longQuestion = { ...question, options: Array.from({ length: 100 }, (_, o) => ({ ...question.options[0]!, id: `o${o}` })), min: 0, max: 1 }
const label = (text: string): Record<string, string> => ({ fr: text, en: text, es: text })

t.test('a definition is read from its canonical form', async (t) => {
  t.same(parseDefinition(canonicalBytes(definition)), definition)
  refuses(t, 'input.not-canonical', () => parseDefinition(utf8ToBytes(JSON.stringify(definition, null, 1))))
  refuses(t, 'input.malformed', () => parseDefinition(utf8ToBytes('{')))
  refuses(t, 'input.too-large', () => parseDefinition(new Uint8Array(maxDefinitionLength + 1)))
})

t.test('a changed word anywhere is another election', async (t) => {
  const id = electionId(definition)
  t.match(id, /^[0-9a-f]{64}$/)
  t.equal(electionId(JSON.parse(canonicalText(definition)) as Definition), id)
  const leaves: { path: (string | number)[], value: unknown }[] = []
  const walk = (value: unknown, path: (string | number)[]): void => {
    if (typeof value === 'object' && value !== null) for (const [key, inner] of Object.entries(value)) walk(inner, [...path, key])
    else leaves.push({ path, value })
  }
  walk(definition, [])
  const ids = leaves.map(({ path, value }) => {
    const changed: unknown = structuredClone(definition)
    let parent = changed as Record<string, unknown>
    for (const key of path.slice(0, -1)) parent = parent[key] as Record<string, unknown>
    parent[path.at(-1)!] = typeof value === 'string' ? `${value}x` : typeof value === 'number' ? value + 1 : value === null ? 'x' : !(value as boolean)
    return electionId(changed as Definition)
  })
  t.ok(leaves.length > 60)
  t.equal(new Set([id, ...ids]).size, ids.length + 1)
})

const impossible: Record<string, Record<string, unknown>> = {
  'another protocol': { protocol: 'scrutin/2' },
  'a property nobody knows': { weather: 'fine' },
  'a missing property': { title: undefined },
  'a title in no locale': { title: {} },
  'a title that lacks a locale': { title: { fr: 'a', en: 'b' } },
  'a title in a locale too many': { title: { ...label('a'), de: 'd' } },
  'a title under all locales in one name': { title: { 'en,es,fr': 5 } },
  'an empty title': { title: label('') },
  'a context that lacks a locale': { context: { fr: 'a' } },
  'an image that lacks a locale': { image: { fr: 'ab'.repeat(32) } },
  'an image that is no hash': { image: label('x') },
  'the same locale twice': { locales: ['fr', 'fr'] },
  'no question': { questions: [] },
  'a question whose title lacks a locale': { questions: [{ ...question, title: { fr: 'a' } }] },
  'a question whose context lacks a locale': { questions: [{ ...question, context: { fr: 'a' } }] },
  'a question whose image lacks a locale': { questions: [{ ...question, image: { fr: 'ab'.repeat(32) } }] },
  'an option whose label lacks a locale': { questions: [{ ...question, options: [{ id: 'a', label: { fr: 'a' } }, { id: 'b', label: label('b') }] }] },
  'two questions of one id': { questions: [question, question] },
  'two options of one id': { questions: [{ ...question, options: [{ id: 'a', label: label('a') }, { id: 'a', label: label('b') }] }] },
  'no options': { questions: [{ ...question, options: [] }] },
  'more to choose than there are options': { questions: [sampleQuestion('a', 2, { min: 1, max: 3, blank: false })] },
  'min above max': { questions: [sampleQuestion('a', 3, { min: 3, max: 2, blank: false })] },
  'max of 0': { questions: [sampleQuestion('a', 3, { min: 0, max: 0, blank: false })] },
  'a grade whose label lacks a locale': { questions: [{ ...graded, grades: [{ id: 'a', label: label('a') }, { id: 'b', label: { fr: 'b' } }] }] },
  'two grades of one id': { questions: [{ ...graded, grades: [{ id: 'a', label: label('a') }, { id: 'a', label: label('b') }] }] },
  'a single grade': { questions: [{ ...graded, grades: graded.grades.slice(0, 1) }] },
  'no opinion whose label lacks a locale': { questions: [{ ...graded, noOpinion: { label: { fr: 'x' }, ranking: 'worst' } }] },
  'a grade that is called no opinion': { questions: [{ ...graded, grades: [{ id: 'a', label: label('a') }, { id: 'no-opinion', label: label('b') }] }] },
  'a property of another kind': { questions: [{ ...question, grades: graded.grades }] },
  'a question without the properties of its kind': { questions: [{ ...question, kind: 'score' }] },
  'a score of nothing': { questions: [scoreQuestion('a', 2, 0)] },
  'a kind that is no name': { questions: [{ ...question, kind: 5 }] },
  'a quorum of more than everybody': { questions: [{ ...question, quorum: { numerator: 3, denominator: 2 } }] },
  'a quorum of nothing': { questions: [{ ...question, quorum: { numerator: 0, denominator: 2 } }] },
  'costs that leave an option out': { questions: [{ ...question, budget: { amount: 5, costs: { 'option-1': 1 } } }] },
  'a negative cost': { questions: [{ ...question, budget: { amount: 5, costs: { 'option-1': 1, 'option-2': 1, 'option-3': -1 } } }] },
  'a time that is none': { opensAt: '2027-02-30T12:00:00Z' },
  'a time with a zone': { opensAt: '2027-01-01T12:00:00+01:00' },
  'a time with fractions': { opensAt: '2027-01-01T12:00:00.5Z' },
  'a 24th hour': { opensAt: '2026-12-31T24:00:00Z' },
  'closing at the opening': { closesAt: definition.opensAt },
  'a negative grace': { graceSeconds: -1 },
  'the ceremony\'s rounds out of order': { ceremony: { ...definition.ceremony, dealBy: definition.ceremony.commitBy } },
  'the ceremony\'s last round before the second': { ceremony: { ...definition.ceremony, confirmBy: definition.ceremony.commitBy } },
  'a ceremony after the close': { ceremony: { ...definition.ceremony, confirmBy: definition.closesAt } },
  'issuing after the close': { issuing: { ...definition.issuing, endsAt: '2028-01-01T00:00:00Z' } },
  'issuing until no time': { issuing: { ...definition.issuing, endsAt: '2027-13-01T00:00:00Z' } },
  'one registrar': { registrars: definition.registrars.slice(0, 1) },
  'a registrar\'s key that is no point': { registrars: [{ ...definition.registrars[0]!, key: 'ff'.repeat(32) }, definition.registrars[1]] },
  'a registrar\'s key that is the identity': { registrars: [{ ...definition.registrars[0]!, key: '00'.repeat(32) }, definition.registrars[1]] },
  'one key for two registrars': { registrars: [definition.registrars[0], { ...definition.registrars[1]!, key: definition.registrars[0]!.key }] },
  'one key for a registrar and a trustee': { trustees: [{ ...definition.trustees[0]!, key: definition.registrars[0]!.key }, ...definition.trustees.slice(1)] },
  'two registrars that take the same organisation\'s word': { registrars: definition.registrars.map((registrar) => ({ ...registrar, mspId: 'MemberA' })) },
  'two registrars that take the same provider\'s word': {
    registrars: definition.registrars.map((registrar) => ({ ...registrar, identifies: { way: 'oidc', issuer: 'https://id.example' } })),
  },
  'no trustees': { trustees: [], threshold: 1 },
  'two trustees of one organisation': { trustees: definition.trustees.map((trustee) => ({ ...trustee, mspId: 'MemberA' })) },
  'a threshold of half': { trustees: [...definition.trustees, { key: newKey(), mspId: 'MemberD' }], threshold: 2 },
  'a threshold above all': { threshold: 4 },
  'an organiser who is no member': { organiser: { mspId: 'Stranger', tenant: 'town' } },
  'a registrar who is no member': { registrars: [definition.registrars[0], { ...definition.registrars[1]!, mspId: 'Stranger' }] },
  'a trustee who is no member': { trustees: [...definition.trustees.slice(0, 2), { ...definition.trustees[2]!, mspId: 'Stranger' }] },
  'the same member twice': { members: ['MemberA', ...definition.members] },
  'classes that do not add up to the roll': { roll: { ...definition.roll, size: 11 } },
  'a root that is no hash': { roll: { ...definition.roll, root: 'AB'.repeat(32) } },
  'two classes of one id': { classes: [{ ...definition.classes[0]!, size: 5 }, { ...definition.classes[0]!, size: 5 }] },
  'a class whose label lacks a locale': { classes: [{ ...definition.classes[0]!, label: { fr: 'a' } }] },
  'a class smaller than its minimum': { minClassSize: 11 },
  'no ballots needed at all': { minBallots: 0 },
  'a ballot that is too long': { questions: Array.from({ length: 12 }, (_, i) => ({ ...longQuestion, id: `q${i}` })) },
  'a ballot whose ciphertexts alone are too long': { questions: Array.from({ length: 22 }, (_, i) => ({ ...longQuestion, id: `q${i}` })) },
  'a batch of no issuances': { issuing: { ...definition.issuing, minBatch: 0 } },
  'an origin with a path': { allowedOrigins: ['https://town.example/vote'] },
}

for (const [name, change] of Object.entries(impossible)) {
  t.test(`refuses ${name}`, async (t) => {
    refuses(t, 'election.definition', () => checkDefinition(JSON.parse(JSON.stringify({ ...definition, ...change }))))
  })
}

t.test('says which question does not fit its kind, and how', async (t) => {
  refuses(t, 'election.definition', () => checkDefinition({ ...definition, questions: [question, scoreQuestion('a', 2, 0)] }), /\/questions\/1\/max/)
  refuses(t, 'election.definition', () => checkDefinition({ ...definition, questions: [{ ...question, kind: null }] }), /\/questions\/0\/kind .*yes-no/)
  refuses(t, 'election.not-honoured', () => checkDefinition({ ...definition, title: 5, questions: [{ ...question, kind: 'rank' }] }), /rank/)
  refuses(t, 'election.definition', () => checkDefinition({ ...definition, title: 5 }), /title/)
})

const unhonoured: Record<string, Record<string, unknown>> = {
  'a kind of question that does not exist': { questions: [{ ...question, kind: 'rank' }] },
  'a kind named like a property of every object': { questions: [{ ...question, kind: 'constructor' }] },
  'more classes than one': { classes: [{ ...definition.classes[0]!, size: 5 }, { ...definition.classes[0]!, id: 'other', size: 5 }] },
  'a weight': { classes: [{ ...definition.classes[0]!, weight: 2 }] },
  'identifying by OIDC': { registrars: [{ ...definition.registrars[0]!, identifies: { way: 'oidc', issuer: 'https://id.example' } }, definition.registrars[1]!] },
  'counting small classes unweighted': { smallClasses: 'count-unweighted' },
  'a retention time': { retentionDays: 30 },
  'origins for the button': { allowedOrigins: ['https://town.example'] },
}

for (const [name, change] of Object.entries(unhonoured)) {
  t.test(`does not honour yet, and therefore refuses, ${name}`, async (t) => {
    refuses(t, 'election.not-honoured', () => checkDefinition({ ...definition, ...change }))
  })
}

t.test('what is no object is refused', async (t) => {
  for (const value of [null, 5, 'text', []]) refuses(t, 'election.definition', () => checkDefinition(value))
})

t.test('the number of keys is that of the slots of the largest question', async (t) => {
  const questions = [sampleQuestion('a', 3, { min: 1, max: 1, blank: true }), sampleQuestion('b', 3, { min: 0, max: 3, blank: false })]
  t.equal(electionKeyCount({ ...definition, questions }), 4)
  t.same(slotRules({ ...definition, questions }).map(({ slotValues }) => slotValues.length), [4, 3])
})

t.test('the cut-off is the closing time and the grace', async (t) => {
  t.equal(timestampMs('2027-01-01T12:00:00Z'), noon)
  t.equal(cutOffMs({ ...definition, closesAt: '2027-01-01T12:00:00Z', graceSeconds: 60 }), noon + 60_000)
})

t.test('no value at all makes it fail with anything but a code', async () => {
  fc.assert(fc.property(fc.dictionary(fc.constantFrom(...Object.keys(definition)), fc.jsonValue()), (change) => {
    try {
      checkDefinition({ ...definition, ...change })
    } catch (error) {
      return error instanceof Error && error.name === 'ScrutinError'
    }
    return true
  }))
})
