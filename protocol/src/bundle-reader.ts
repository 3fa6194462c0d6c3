/**
 * Reads a bundle section by section, one record ahead, and holds it to its
 * form: header, records in their order without gaps or doubles, end line.
 */
import { fromBase64url } from './bytes.ts'
import { type BundleLine, parseBundleLine } from './bundle.ts'
import { ScrutinError } from './errors.ts'
import { type RecordSection, recordSections } from './records.ts'
import type { OpenCheck } from './verification-report.ts'

export interface BundleRecord {
  /** The whole key of world state. */
  readonly key: string
  /** What follows the section's name and a slash; empty for a section of one record. */
  readonly name: string
  readonly value: Uint8Array
}

interface PlacedRecord extends BundleRecord { readonly section: number }

/** Sections that are one record; the others are a record for each name. */
const singleSections: readonly RecordSection[] = ['definition', 'state', 'keys', 'opening', 'count', 'result']

export class BundleReader {
  readonly #lines: AsyncIterator<string>
  readonly #check: OpenCheck
  #electionId = ''
  #lineNumber = 0
  #ended = false
  #next: PlacedRecord | undefined
  /** Place in `recordSections` of the last record, and its key. */
  #section = 0
  #key = ''

  /** `lines` come with or without their ends; what is wrong with the form goes to `check`, which also counts the records. */
  constructor (lines: AsyncIterable<string>, check: OpenCheck) {
    this.#lines = lines[Symbol.asyncIterator]()
    this.#check = check
  }

  /** Reads the header: the election's id as the bundle gives it, undefined when there is no header. */
  async open (): Promise<string | undefined> {
    const line = await this.#readLine()
    if (line === undefined || !('format' in line)) {
      this.#check.fail('the first line is not the header of a bundle')
      this.#ended = true
      return undefined
    }
    this.#electionId = line.electionId
    await this.#advance()
    return line.electionId
  }

  /** The records of a section, in the order of their keys. Sections must be asked for in the order of `recordSections`, and read to their end. */
  async * section (section: RecordSection): AsyncGenerator<BundleRecord> {
    const place = recordSections.indexOf(section)
    while (this.#next !== undefined && this.#next.section <= place) {
      const record = this.#next
      // an earlier section that was not asked for is skipped
      if (record.section === place) yield record
      await this.#advance()
    }
  }

  /** Reads what is left, to the end of the bundle, and lets its source go. */
  async finish (): Promise<void> {
    while (this.#next !== undefined) await this.#advance()
    await this.#lines.return?.()
  }

  /** Moves to the next record that is well-formed and in order; whatever else stands between is a failure. */
  async #advance (): Promise<void> {
    this.#next = undefined
    while (!this.#ended && this.#next === undefined) {
      const line = await this.#readLine()
      if (line === undefined) {
        if (!this.#ended) continue
        this.#check.fail('the bundle is cut off: its end line is missing')
      } else if ('end' in line) {
        await this.#end(line.records)
      } else if ('format' in line) {
        this.#check.fail(`line ${this.#lineNumber}: a second header`)
      } else {
        this.#check.count++
        this.#next = this.#place(line.key, line.value)
      }
    }
  }

  async #end (records: number): Promise<void> {
    this.#check.failUnless(records === this.#check.count, `the end line says ${records} records, there are ${this.#check.count}`)
    const after = await this.#lines.next()
    this.#check.failUnless(after.done === true, 'something follows the end line')
    this.#ended = true
  }

  /** One parsed line; undefined at the end of input (then `#ended`) and for a line that is none. */
  async #readLine (): Promise<BundleLine | undefined> {
    this.#lineNumber++
    try {
      const next = await this.#lines.next()
      if (next.done !== true) return parseBundleLine(next.value)
      this.#ended = true
    } catch (error) {
      // a source that can't be reached or refuses says nothing about the bundle's form
      if (!(error instanceof ScrutinError) || !error.code.startsWith('input.')) throw error
      this.#check.fail(`line ${this.#lineNumber}: ${error.message}`)
      // a source that refused its own input has nothing more to give
      if (error.code === 'input.too-large') this.#ended = true
    }
    return undefined
  }

  #place (key: string, value: string): PlacedRecord | undefined {
    const prefix = `election/${this.#electionId}/`
    const path = key.startsWith(prefix) ? key.slice(prefix.length) : ''
    const slash = path.indexOf('/')
    const sectionName = slash < 0 ? path : path.slice(0, slash)
    const section = recordSections.findIndex((candidate) => candidate === sectionName)
    if (section < 0 || singleSections.includes(recordSections[section]!) !== (slash < 0)) {
      this.#check.fail(`no record of this election is explained to have the key ${key}`)
      return undefined
    }
    if (section < this.#section || (section === this.#section && key <= this.#key)) {
      this.#check.fail(`${key} is ${key === this.#key ? 'there twice' : 'out of order'}`)
      return undefined
    }
    const bytes = this.#check.attempt(key, () => fromBase64url(value))
    if (bytes === undefined) return undefined
    this.#section = section
    this.#key = key
    return { key, name: slash < 0 ? '' : path.slice(slash + 1), value: bytes, section }
  }
}

/** Splits text into lines without their ends; refuses (`input.too-large`) a line over `limit` characters. */
export async function * splitLines (chunks: AsyncIterable<string>, limit: number): AsyncGenerator<string> {
  let rest = ''
  for await (const chunk of chunks) {
    const lines = (rest + chunk).split('\n')
    rest = lines.pop()!
    for (const line of lines) {
      if (line.length > limit) throw new ScrutinError('input.too-large', `a line of the bundle has over ${limit} characters`)
      yield line
    }
    if (rest.length > limit) throw new ScrutinError('input.too-large', `a line of the bundle has over ${limit} characters`)
  }
  if (rest !== '') yield rest
}
