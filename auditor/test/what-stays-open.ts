/** When an audit of sound blocks may say 0, and what it says otherwise; and several members' copies of one chain. */
import { execFile } from 'node:child_process'
import { writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import t from 'tap'
import { type Anchor, anchorFormat } from '../../chain/src/anchor.ts'
import { draftedElection } from '../../chain/test/support/drafted-election.ts'
import { asBlocks, channel, writeChain } from '../../chain/test/support/test-chain.ts'
import { canonicalText } from '../../protocol/src/canonical-json.ts'
import { audit, type AuditOptions } from '../src/audit.ts'
import { CopyComparison } from '../src/compare-copies.ts'
import { exitCode, reportLines } from '../src/print-report.ts'
import { saveBundle } from '../src/save-bundle.ts'

t.setTimeout(120_000)

const { election, consortium, drafts } = await draftedElection()
const { id } = election
const anchor: Anchor = { format: anchorFormat, channel, genesis: consortium.genesisHash, electionId: null }
const blocks = writeChain(consortium, drafts)
const folder = t.testdir()
const bundleOf = async (name: string, of: readonly Uint8Array[], electionId: string | null = id): Promise<string> => {
  const file = join(folder, `${name}.ndjson`)
  await saveBundle(file, channel, electionId, asBlocks(of))
  return file
}
const whole = await bundleOf('whole', blocks)
const cut = await bundleOf('cut', blocks.slice(0, -1))
const unnamed = await bundleOf('unnamed', blocks, null)

const outcome = async (source: string, options: AuditOptions): Promise<{ code: number, end: string }> => {
  const report = await audit(source, options)
  return { code: exitCode(report), end: reportLines(report).join('\n') }
}

t.test('says 0 only for an election that somebody named beforehand', async (t) => {
  t.match(await outcome(whole, { anchor, expectElection: id }), { code: 0, end: /Verified and anchored/ })
  t.match(await outcome(whole, { anchor: { ...anchor, electionId: id } }), { code: 0 })
  t.match(await outcome(whole, { anchor }), { code: 2, end: /something is left open:\nWhich election this is was said by the bundle alone/ })
  t.match(await outcome(unnamed, { anchor }), { code: 2, end: /No election was named/ })
  t.match(await outcome(whole, { anchor, expectElection: '00'.repeat(32) }), { code: 1 })
  t.match(await outcome(whole, { expectElection: id }), { code: 2, end: /unanchored/ })
})

t.test('an address names the election, and another\'s bundle fails', async (t) => {
  const server = createServer((_, response) => { response.end(bytes) })
  const bytes = canonicalText({ channel, electionId: id, format: 'scrutin-bundle/2' })
  await new Promise<void>((resolve) => { server.listen(0, '127.0.0.1', resolve) })
  t.teardown(() => { server.close() })
  const { port } = server.address() as AddressInfo
  const report = await audit(`http://127.0.0.1:${port}/v1/elections/${'ab'.repeat(32)}/bundle`, { anchor })
  t.match(report.checks.find(({ name }) => name === 'definition'), { ok: false }, 'it is held against the address')
  t.equal(exitCode(report), 1)
})

t.test('says 0 for a chain that is cut short only where somebody said how far it must reach', async (t) => {
  t.match(await outcome(cut, { anchor, expectElection: id }), { code: 2, end: /The election is tallied where these blocks end/ })
  t.match(await outcome(cut, { anchor, expectElection: id, minHeight: blocks.length - 1 }), { code: 0 })
  t.match(await outcome(cut, { anchor, expectElection: id, minHeight: blocks.length }), { code: 1 })
  t.match(await outcome(whole, { anchor, expectElection: id, minHeight: blocks.length }), { code: 0 })
})

t.test('several copies', async (t) => {
  const anchorFile = join(folder, 'anchor.json')
  await writeFile(anchorFile, canonicalText(anchor))
  const other = await bundleOf('other', writeChain(consortium, drafts)) // signed anew: another hash from the first endorsement on
  const verify = async (...bundles: readonly string[]): Promise<{ code: number | null, stdout: string }> => await new Promise((resolve) => {
    const child = execFile(process.execPath, [join(import.meta.dirname, '../src/command.ts'), 'verify', ...bundles, '--anchor', anchorFile, '--election', id], (_, stdout) => { resolve({ code: child.exitCode, stdout }) })
  })
  t.match(await verify(whole, cut), { code: 0, stdout: new RegExp(`ok {4}copies +${blocks.length - 1} .*cut\\.ndjson up to block ${blocks.length - 2}\n`) })
  t.match(await verify(whole, other), { code: 1, stdout: /FAIL {2}copies +1 {2}block 1 is [0-9a-f]{64} in .*whole\.ndjson, and [0-9a-f]{64} in .*other\.ndjson/ })
})

t.test('a copy whose transactions are not those of its headers is none', async (t) => {
  const comparison = new CopyComparison('mine')
  for (const block of blocks) comparison.note(block)
  const changed = blocks.map((block, i) => i === 5 ? block.with(200, block[200]! ^ 1) : block)
  await comparison.compare('theirs', asBlocks(changed))
  await comparison.compare('nobody\'s', asBlocks([]))
  t.match(comparison.close(), { ok: false, detail: /theirs: block 5 can't be read, or does not hold what its header says \(and 1 more\)/ })
})
