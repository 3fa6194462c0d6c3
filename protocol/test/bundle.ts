import fc from 'fast-check'
import t from 'tap'
import { bundleLines, parseBundleLine } from '../src/bundle.ts'
import type { ExportedRecord } from '../src/records.ts'
import { refuses } from './support/refuses.ts'

async function linesOf (records: readonly ExportedRecord[]): Promise<string[]> {
  const lines: string[] = []
  for await (const line of bundleLines('ab'.repeat(32), (async function * () { yield * records })())) lines.push(line)
  return lines
}

t.test('a bundle is a header, the records in their order and the number of them', async (t) => {
  const lines = await linesOf([{ key: 'a', value: 'AA' }, { key: 'b', value: '' }])
  t.same(lines, [
    `{"format":"scrutin-bundle/1","electionId":"${'ab'.repeat(32)}"}\n`, '{"key":"a","value":"AA"}\n', '{"key":"b","value":""}\n', '{"end":true,"records":2}\n'
  ])
  t.same((await linesOf([])).length, 2)
})

t.test('every line parses to what was written', async () => {
  await fc.assert(fc.asyncProperty(fc.array(fc.record({ key: fc.string(), value: fc.string() })), async (records) => {
    const parsed = (await linesOf(records)).map(parseBundleLine)
    return JSON.stringify(parsed) === JSON.stringify([{ format: 'scrutin-bundle/1', electionId: 'ab'.repeat(32) }, ...records, { end: true, records: records.length }])
  }), { numRuns: 30 })
})

t.test('other lines are refused', async (t) => {
  const lines = ['', '{', 'null', '[]', '5', '{}', '{"key":"a"}', '{"key":"a","value":5}', '{"key":"a","value":"AA","more":1}', '{"end":false,"records":1}', '{"end":true,"records":1.5}',
    '{"end":true,"records":"1"}', '{"format":"scrutin-bundle/2","electionId":"ab"}', '{"format":"scrutin-bundle/1"}']
  for (const line of lines) refuses(t, 'input.malformed', () => parseBundleLine(line))
})
