/** People from a CSV file (RFC 4180, UTF-8): strict, with every error by its line, and nothing taken from a file that has one. */
import { parse } from 'csv-parse/sync'
import type { RollIdentity } from '../../protocol/src/roll.ts'

/** Most characters of a field. */
export const maxFieldLength = 200
export const maxFields = 20
/** Errors that are listed; the others are only counted. */
export const maxErrorsListed = 20

export interface Person {
  readonly identity: RollIdentity
  readonly classIndex: number
}

export interface CsvError {
  /** First line is 1: the header. */
  readonly line: number
  readonly problem: string
}

/** All that is wrong with a CSV file; names no person's data but by line. */
export class RollCsvError extends Error {
  override readonly name = 'RollCsvError'
  readonly errors: readonly CsvError[]

  constructor (errors: readonly CsvError[]) {
    const listed = errors.slice(0, maxErrorsListed).map(({ line, problem }) => `line ${line}: ${problem}`)
    const more = errors.length - listed.length
    super([...listed, ...more > 0 ? [`and ${more} more`] : [], 'Nothing was written.'].join('\n'))
    this.errors = errors
  }
}

export interface RollCsvOptions {
  /** Class ids in the order of the definition; then the column `class` is required. */
  readonly classes?: readonly string[] | undefined
  readonly delimiter?: string | undefined
}

/** Throws `RollCsvError`. Text is brought into Unicode's form NFC, as the same name may be written in two ways. */
export function readRollCsv (bytes: Uint8Array, options: RollCsvOptions = {}): Person[] {
  const errors: CsvError[] = []
  const rows = parseRows(decodeUtf8(bytes), options.delimiter ?? ',', errors)
  const header = readHeader(rows.shift(), options.classes)
  const people: Person[] = []
  const lineOfId = new Map<string, number>()
  for (const row of rows) {
    if (row.fields.length !== header.length) {
      errors.push({ line: row.line, problem: `${row.fields.length} fields where the header has ${header.length}` })
      continue
    }
    people.push(readPerson(header, row, options.classes, lineOfId, errors))
  }
  if (people.length === 0 && errors.length === 0) errors.push({ line: 2, problem: 'nobody is on the roll' })
  if (errors.length > 0) throw new RollCsvError(errors.sort((a, b) => a.line - b.line))
  return people
}

interface Row { readonly line: number, readonly fields: readonly string[] }

function decodeUtf8 (bytes: Uint8Array): string {
  try {
    // drops a byte order mark
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    const bad = firstLineThatIsNotUtf8(bytes)
    throw new RollCsvError([{ line: bad, problem: 'not UTF-8: save the file as "CSV UTF-8"' }])
  }
}

function firstLineThatIsNotUtf8 (bytes: Uint8Array): number {
  const lineFeed = 0x0a
  for (let line = 1, start = 0; ; line++) {
    const end = bytes.indexOf(lineFeed, start)
    try {
      new TextDecoder('utf-8', { fatal: true }).decode(bytes.subarray(start, end < 0 ? bytes.length : end))
    } catch {
      return line
    }
    if (end < 0) return line
    start = end + 1
  }
}

function parseRows (text: string, delimiter: string, errors: CsvError[]): Row[] {
  const rows = parse(text, {
    delimiter,
    info: true,
    relax_column_count: true,
    skip_records_with_error: true,
    on_skip: (error) => {
      if (error !== undefined) errors.push({ line: lineOf(error), problem: `the quoting is wrong (${error.code})` })
      return undefined
    },
  }) as unknown as readonly { record: string[], info: { lines: number } }[]
  return rows.map(({ record, info }) => ({ line: info.lines, fields: record.map((field) => field.normalize('NFC')) }))
}

function lineOf (error: object): number {
  return 'lines' in error && typeof error.lines === 'number' ? error.lines : 1
}

function readHeader (row: Row | undefined, classes: readonly string[] | undefined): readonly string[] {
  const errors: CsvError[] = []
  const problem = (text: string): void => { errors.push({ line: row?.line ?? 1, problem: text }) }
  const header = row?.fields ?? []
  if (!header.includes('id')) problem('the header must name a column "id"')
  if (classes !== undefined && !header.includes('class')) problem('the header must name a column "class"')
  if (classes === undefined && header.includes('class')) problem('there is a column "class": name the classes, in the order of the definition')
  if (new Set(header).size !== header.length) problem('the header names a column twice')
  if (header.length > maxFields) problem(`more than ${maxFields} columns`)
  for (const [i, name] of header.entries()) {
    const wrong = fieldProblem(name)
    if (wrong !== undefined) problem(`the name of column ${i + 1} ${wrong}`)
  }
  // what stands below a wrong header would only repeat the error
  if (errors.length > 0) throw new RollCsvError(errors)
  return header
}

function readPerson (header: readonly string[], row: Row, classes: readonly string[] | undefined, lineOfId: Map<string, number>, errors: CsvError[]): Person {
  const fields = new Map(header.map((name, i) => [name, row.fields[i]!]))
  for (const [name, value] of fields) {
    const wrong = fieldProblem(value)
    if (wrong !== undefined) errors.push({ line: row.line, problem: `"${name}" ${wrong}` })
  }
  const id = fields.get('id')!
  const before = lineOfId.get(id)
  if (before !== undefined) errors.push({ line: row.line, problem: `the same id as on line ${before}` })
  else lineOfId.set(id, row.line)
  const classIndex = classes === undefined ? 0 : classes.indexOf(fields.get('class')!)
  if (classIndex < 0) errors.push({ line: row.line, problem: `"class" is none of ${classes!.join(', ')}` })
  fields.delete('class')
  return { identity: Object.fromEntries(fields), classIndex }
}

function fieldProblem (value: string): string | undefined {
  if (value === '') return 'is empty'
  if ([...value].length > maxFieldLength) return `has more than ${maxFieldLength} characters`
  if (value !== value.trim()) return 'begins or ends with a space'
  if (/\p{Cc}/u.test(value)) return 'holds a line break or another control character'
  return undefined
}
