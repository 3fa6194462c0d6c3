import { createHash } from 'node:crypto'
import type { DatabaseSync } from 'node:sqlite'
import Type from 'typebox'
import Value from 'typebox/value'

const Record = Type.Object({
  transaction: Type.String(),
  reads: Type.Array(Type.Tuple([Type.String(), Type.Union([Type.String(), Type.Null()])])),
  ranges: Type.Array(Type.Unknown(), { maxItems: 0 }),
  writes: Type.Array(Type.Tuple([Type.String(), Type.Union([Type.String(), Type.Null()])])),
})

/**
 * Goes through all blocks anew, from the hashed records alone, and compares: each verdict with what the reads say, the
 * state with what the writes say. For transactions without ranges.
 *
 * @returns what differs, and how many valid transactions there are of each name
 */
export function replay (database: DatabaseSync): { differences: string[], valid: Map<string, number> } {
  const differences: string[] = []
  const valid = new Map<string, number>()
  const state = new Map<string, { version: string, hash: string }>()
  let perBlock = 0
  for (const row of database.prepare('SELECT id, block, position, code, record FROM transactions WHERE block > 0 ORDER BY block, position').iterate()) {
    const version = `${String(row['block'])}:${String(row['position'])}`
    perBlock = row['position'] === 0 ? 0 : perBlock + 1
    if (row['position'] !== perBlock) differences.push(`${version} comes after a gap`)
    const record = Value.Parse(Record, JSON.parse(Buffer.from(row['record'] as Uint8Array).toString()))
    const holds = record.reads.every(([key, read]) => (state.get(key)?.version ?? null) === read)
    if (holds !== (row['code'] === 'VALID')) differences.push(`${version} is ${String(row['code'])}`)
    if (!holds) continue
    valid.set(record.transaction, (valid.get(record.transaction) ?? 0) + 1)
    for (const [key, hash] of record.writes) {
      if (hash === null) state.delete(key)
      else state.set(key, { version, hash })
    }
  }
  const rows = database.prepare('SELECT key, value, block, position FROM state').all()
  if (rows.length !== state.size) differences.push(`${rows.length} keys in place of ${state.size}`)
  for (const row of rows) {
    const expected = state.get(String(row['key']))
    const hash = createHash('sha256').update(row['value'] as Uint8Array).digest('hex')
    if (expected?.version !== `${String(row['block'])}:${String(row['position'])}` || expected.hash !== hash) differences.push(`the state of ${String(row['key'])}`)
  }
  return { differences, valid }
}
