/** A bundle in the hands of a forger: records that he may change, and the sums, roots and hashes he recomputes. */
import { ballotTracker } from '../../../protocol/src/ballot-encoding.ts'
import { fromBase64url, toBase64url } from '../../../protocol/src/bytes.ts'
import { bundleLines } from '../../../protocol/src/bundle.ts'
import { canonicalBytes } from '../../../protocol/src/canonical-json.ts'
import { slotRules } from '../../../protocol/src/definition.ts'
import { type CountRecord, type ExportedRecord, recordKeys, type RecordSection, recordSections, type ResultRecord } from '../../../protocol/src/records.ts'
import { addToTally, boxRoot, emptyTally, tallyToJson } from '../../../protocol/src/tally.ts'
import { verifyElection } from '../../../protocol/src/verify-election.ts'
import type { VerificationReport } from '../../../protocol/src/verification-report.ts'
import type { SampleElection } from '../../../protocol/test/support/sample-election.ts'

/** The records of an election, by key. */
export class Forgery {
  readonly election: SampleElection
  readonly records: Map<string, Uint8Array>

  constructor (election: SampleElection, records: Iterable<ExportedRecord | readonly [string, Uint8Array]>) {
    this.election = election
    this.records = new Map([...records].map((record) => 'key' in record ? [record.key, fromBase64url(record.value)] : record))
  }

  copy (): Forgery {
    return new Forgery(this.election, this.records)
  }

  json<T> (key: string): T {
    return JSON.parse(new TextDecoder().decode(this.bytes(key))) as T
  }

  bytes (key: string): Uint8Array {
    const value = this.records.get(key)
    if (value === undefined) throw new Error(`there is no ${key}`)
    return value
  }

  put (key: string, value: unknown): this {
    this.records.set(key, value instanceof Uint8Array ? value : canonicalBytes(value))
    return this
  }

  /** Rewrites one JSON record. */
  change<T> (key: string, change: (record: T) => unknown): this {
    return this.put(key, change(this.json<T>(key)))
  }

  remove (...keys: readonly string[]): this {
    for (const key of keys) {
      if (!this.records.delete(key)) throw new Error(`there is no ${key}`)
    }
    return this
  }

  keys (section: RecordSection): string[] {
    const prefix = `election/${this.election.id}/${section}`
    return [...this.records.keys()].filter((key) => key === prefix || key.startsWith(`${prefix}/`)).sort()
  }

  /** Trackers, root, sums and numbers as the ballots now give them. Signatures and proofs he can't make again. */
  recount (): this {
    const { id, definition } = this.election
    const rules = slotRules(definition)
    for (const key of this.keys('tracker')) this.records.delete(key)
    const ballots = this.keys('ballot').map((key) => ({ credentialKey: key.slice(key.lastIndexOf('/') + 1), bytes: this.bytes(key) }))
    for (const { credentialKey, bytes } of ballots) this.put(recordKeys.tracker(id, ballotTracker(bytes, rules)), { credentialKey })
    const tally = addToTally(emptyTally(rules, 1), rules, ballots)
    const count: CountRecord = { ...tallyToJson(tally), cursor: ballots.at(-1)?.credentialKey ?? '', complete: true }
    this.put(recordKeys.count(id), count)
    return this.change<ResultRecord>(recordKeys.result(id), (result) => ({ ...result, boxRoot: boxRoot(tally), ballots: ballots.length }))
  }

  /** The lines of a well-formed bundle of these records. */
  async lines (): Promise<string[]> {
    const place = (key: string): number => recordSections.indexOf(key.split('/')[2] as RecordSection)
    const sorted = [...this.records].sort(([a], [b]) => place(a) - place(b) || (a < b ? -1 : 1))
    return await linesOf(this.election.id, sorted.map(([key, value]) => ({ key, value: toBase64url(value) })))
  }

  async verify (): Promise<VerificationReport> {
    return await verifyLines(await this.lines())
  }
}

export async function linesOf (electionId: string, records: readonly ExportedRecord[]): Promise<string[]> {
  const lines: string[] = []
  for await (const line of bundleLines(electionId, asyncOf(records))) lines.push(line)
  return lines
}

export async function verifyLines (lines: readonly string[]): Promise<VerificationReport> {
  return await verifyElection(asyncOf(lines))
}

/** The names of the checks that failed. */
export function failed (report: VerificationReport): string[] {
  return report.checks.filter(({ ok }) => !ok).map(({ name }) => name)
}

async function * asyncOf<T> (values: readonly T[]): AsyncGenerator<T> {
  yield * values
}
