/**
 * A bundle: all records of one election as NDJSON, one JSON object a line.
 * First a header, then the records in the order of `recordSections` and, within
 * a section, of their keys; last a line that says how many there were.
 */
import { ScrutinError } from './errors.ts'
import type { ExportedRecord } from './records.ts'

export const bundleFormat = 'scrutin-bundle/1'
/** 4 MiB: no record is nearly so long. */
export const maxBundleLineLength = 4_194_304

export interface BundleHeader { readonly format: typeof bundleFormat, readonly electionId: string }
export interface BundleEnd { readonly end: true, readonly records: number }
export type BundleLine = BundleHeader | ExportedRecord | BundleEnd

export async function * bundleLines (electionId: string, records: AsyncIterable<ExportedRecord>): AsyncGenerator<string> {
  const header: BundleHeader = { format: bundleFormat, electionId }
  yield JSON.stringify(header) + '\n'
  let count = 0
  for await (const { key, value } of records) {
    count++
    yield JSON.stringify({ key, value }) + '\n'
  }
  const end: BundleEnd = { end: true, records: count }
  yield JSON.stringify(end) + '\n'
}

/** Parses one line; throws `input.malformed` for what is none of the three forms. */
export function parseBundleLine (line: string): BundleLine {
  let value: unknown
  try {
    value = JSON.parse(line)
  } catch (cause) {
    throw new ScrutinError('input.malformed', 'a line of the bundle is not JSON', { cause })
  }
  if (typeof value === 'object' && value !== null) {
    const entries: Record<string, unknown> = { ...value }
    const names = Object.keys(entries).sort().join()
    if (names === 'electionId,format' && entries['format'] === bundleFormat && typeof entries['electionId'] === 'string') {
      return { format: bundleFormat, electionId: entries['electionId'] }
    }
    if (names === 'key,value' && typeof entries['key'] === 'string' && typeof entries['value'] === 'string') {
      return { key: entries['key'], value: entries['value'] }
    }
    if (names === 'end,records' && entries['end'] === true && Number.isSafeInteger(entries['records'])) {
      return { end: true, records: Number(entries['records']) }
    }
  }
  throw new ScrutinError('input.malformed', 'a line of the bundle is neither header, record nor end')
}
