import t from 'tap'
import fc from 'fast-check'
import { prepareRoll } from '../src/prepare-roll.ts'
import { parseRollFile } from '../src/roll-file.ts'
import { readRollCsv, RollCsvError } from '../src/read-roll-csv.ts'

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text)
const errorsOf = (text: string | Uint8Array, options = {}): string[] => {
  try {
    readRollCsv(typeof text === 'string' ? bytes(text) : text, options)
    return []
  } catch (error) {
    if (!(error instanceof RollCsvError)) throw error
    return error.errors.map(({ line, problem }) => `${line}: ${problem}`)
  }
}

t.test('reads people with whatever fields identify them', async (t) => {
  t.same(readRollCsv(bytes('id,name,born\n7,"Doe, Jane",1980-01-02\n8,Zoë,1990-03-04\n')), [
    { identity: { id: '7', name: 'Doe, Jane', born: '1980-01-02' }, classIndex: 0 },
    { identity: { id: '8', name: 'Zoë', born: '1990-03-04' }, classIndex: 0 },
  ])
  t.same(readRollCsv(bytes('\ufeffid,name\r\n7,Zoe\u0308\r\n')), [{ identity: { id: '7', name: 'Zo\u00eb' }, classIndex: 0 }], 'BOM, CRLF, decomposed letters')
  t.same(readRollCsv(bytes('id;class\n7;staff\n'), { classes: ['students', 'staff'], delimiter: ';' }), [{ identity: { id: '7' }, classIndex: 1 }])
})

t.test('lists every error by its line', async (t) => {
  t.same(errorsOf('id,name\n1,Ann\n1,Bob\n2,"x\ny"\n3,\n4,a,b\n5,Jo"hn\n6, x\n7,ok\n'), [
    '3: the same id as on line 2',
    '5: "name" holds a line break or another control character',
    '6: "name" is empty',
    '7: 3 fields where the header has 2',
    '8: the quoting is wrong (INVALID_OPENING_QUOTE)',
    '9: "name" begins or ends with a space',
  ])
  t.same(errorsOf('id,class\n1,students\n2,guests\n', { classes: ['students', 'staff'] }), ['3: "class" is none of students, staff'])
  t.same(errorsOf(`id\n${'x'.repeat(201)}\n`), ['2: "id" has more than 200 characters'])
  t.same(errorsOf('id\n'), ['2: nobody is on the roll'])
  t.same(errorsOf('id\n1\n\n2\n'), ['3: "id" is empty'])
})

t.test('refuses a header that is not there', async (t) => {
  t.same(errorsOf(''), ['1: the header must name a column "id"'])
  t.same(errorsOf('1,Ann\n2,Bob\n'), ['1: the header must name a column "id"'])
  t.same(errorsOf('id,id\n1,2\n'), ['1: the header names a column twice'])
  t.match(errorsOf('id,class\n1,a\n'), [/^1: there is a column "class": name the classes/])
  t.match(errorsOf('id\n1\n', { classes: ['a'] }), [/^1: the header must name a column "class"/])
})

t.test('refuses what is not UTF-8, by its line', async (t) => {
  t.match(errorsOf(new Uint8Array([...bytes('id\n1\n'), 0xe9, 0x0a])), [/^3: not UTF-8/])
})

t.test('names twenty errors and counts the others', async (t) => {
  const lines = Array.from({ length: 50 }, () => '1')
  t.throws(() => readRollCsv(bytes(['id', ...lines].join('\n'))), { message: /line 22: .*\nand 29 more\nNothing was written\.$/ })
})

t.test('an id that looks like a property of objects is only an id', async (t) => {
  const roll = prepareRoll(bytes('id,constructor\n__proto__,toString\n'))
  t.equal(roll.leaves[0]!.identity['id'], '__proto__')
})

t.test('every prepared roll is read back, and none that was changed', async (t) => {
  const field = fc.stringMatching(/^[a-z0-9,"é]{1,8}$/)
  const quoted = (text: string): string => `"${text.replaceAll('"', '""')}"`
  fc.assert(fc.property(fc.uniqueArray(field, { minLength: 1, maxLength: 12, selector: (text) => text.normalize('NFC') }), field, (ids, name) => {
    const roll = prepareRoll(bytes(['id,name', ...ids.map((id) => `${quoted(id)},${quoted(name)}`)].join('\n')))
    const { tree } = parseRollFile(JSON.stringify(roll))
    t.same(roll.leaves.map(({ identity }) => identity['id']).sort(), ids.map((id) => id.normalize('NFC')).sort())
    t.equal(Buffer.from(tree.root).toString('hex'), roll.root)
  }), { numRuns: 30 })

  const roll = prepareRoll(bytes('id,name\n1,Ann\n2,Bob\n'))
  const refused = (changed: object, message: RegExp): void => { t.throws(() => parseRollFile(JSON.stringify({ ...roll, ...changed })), { code: 'roll.malformed', message }) }
  refused({ leaves: roll.leaves.map((leaf) => ({ ...leaf, identity: { ...leaf.identity, name: 'Eve' } })) }, /commitment of leaf 1/)
  refused({ leaves: roll.leaves.toReversed() }, /out of order/)
  refused({ leaves: roll.leaves.slice(1) }, /sizes/)
  refused({ root: '0'.repeat(64) }, /root/)
  refused({ extra: 1 }, /additional|extra/i)
  t.throws(() => parseRollFile('{"Ann": '), { message: /^(?!.*Ann)/ }, 'the message quotes nothing of the file')
})
