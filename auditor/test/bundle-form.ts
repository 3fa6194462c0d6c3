/** Bundles whose lines were changed, moved or cut off. */
import t from 'tap'
import type { ExportedRecord } from '../../protocol/src/records.ts'
import { failed, linesOf, verifyLines } from './support/forger.ts'
import { publishedBundle } from './support/published-bundle.ts'

const published = await publishedBundle()
const { id } = published.election

t.test('the form of the bundle', async (t) => {
  const lines = await published.lines()
  const format = async (what: string, changed: readonly string[], checks: readonly string[] = ['bundle.format']): Promise<void> => {
    t.strictSame(failed(await verifyLines(changed)), checks, what)
  }
  const ballot = lines.findIndex((line) => line.includes('/ballot/'))
  await format('a line twice', lines.toSpliced(ballot, 0, lines[ballot]!).with(-1, endLine(lines.length - 1)))
  await format('two lines in the other order', lines.with(ballot, lines[ballot + 1]!).with(ballot + 1, lines[ballot]!),
    ['bundle.format', 'trackers', 'box-root', 'sums', 'root-statements', 'decryptions', 'result'])
  await format('a wrong number at the end', lines.with(-1, endLine(lines.length)))
  await format('something after the end', [...lines, lines[ballot]!])
  await format('a second header', lines.toSpliced(3, 0, lines[0]!))
  await format('a line that is no JSON', lines.toSpliced(3, 0, 'ballot, believe me\n'))
  await format('a line with a word too many', lines.toSpliced(3, 0, '{"key":"a","value":"b","note":"c"}\n'))
  await format('a value with padding', lines.with(-2, lines.at(-2)!.replace('"}', '="}')), ['bundle.format', 'result'])
  for (const key of [`election/${'00'.repeat(32)}/ballot/${'00'.repeat(32)}`, `election/${id}/definition/2`, `election/${id}/ballot`, `election/${id}/note`, 'modulus/00', '']) {
    const added = [...lines.slice(1, -1).map((line) => JSON.parse(line) as ExportedRecord), { key, value: 'e30' }]
    await format(`a record that nothing explains: ${key}`, await linesOf(id, added))
  }
  t.notOk((await verifyLines([])).ok, 'nothing at all')
  t.notOk((await verifyLines(lines.slice(1))).ok, 'no header')
  t.notOk((await verifyLines(['{"format":"scrutin-bundle/1","electionId":"x"}', endLine(0)])).ok, 'no records')
})

t.test('the end cut off at the end of a line', async (t) => {
  const lines = await published.lines()
  for (let length = 0; length < lines.length; length += 3) {
    const cut = await verifyLines(lines.slice(0, length))
    t.ok(failed(cut).includes('bundle.format'), `${length} lines`)
  }
})

t.test('the end cut off, with a new end line', async (t) => {
  const lines = await published.lines()
  for (let length = 1; length < lines.length - 1; length++) {
    const report = await verifyLines([...lines.slice(0, length), endLine(length - 1)])
    t.strictSame(failed(report).includes('bundle.format'), false)
    t.ok(failed(report).includes('result'), `${length} lines`)
    t.equal(report.result, null)
  }
})

function endLine (records: number): string {
  return `{"end":true,"records":${records}}\n`
}
