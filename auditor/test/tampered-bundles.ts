/**
 * Any change of a sound, anchored bundle of blocks is refused, wherever it is made. Nothing is exempt here: what an audit
 * does not look at (a peer's commit hash, SPEC.md 12.1) is empty in these blocks, and the header's election is the anchor's.
 */
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import fc from 'fast-check'
import t from 'tap'
import { type Anchor, anchorFormat } from '../../chain/src/anchor.ts'
import { nativeCrypto } from '../../chain/src/native-crypto.ts'
import { readChain } from '../../chain/src/read-chain.ts'
import { draftedElection } from '../../chain/test/support/drafted-election.ts'
import { asBlocks, channel, writeChain } from '../../chain/test/support/test-chain.ts'
import { blockBundleLines, parseBlockBundleHeader, readBundledBlocks } from '../../protocol/src/block-bundle.ts'
import { audit } from '../src/audit.ts'

t.setTimeout(300_000)

const { election, consortium, drafts } = await draftedElection()
const anchor: Anchor = { format: anchorFormat, channel, genesis: consortium.genesisHash, electionId: election.id }
const lines: string[] = []
for await (const line of blockBundleLines({ channel, electionId: election.id }, asBlocks(writeChain(consortium, drafts)))) lines.push(line.trimEnd())
const folder = t.testdir()

async function auditOf (changed: readonly string[], options: { anchor?: Anchor } = { anchor }): Promise<Awaited<ReturnType<typeof audit>>> {
  const file = join(folder, 'bundle.ndjson')
  await writeFile(file, changed.map((line) => `${line}\n`).join(''))
  return await audit(file, options)
}

/** The chain's part of an audit, without counting the election again: true when the bundle passes as a whole. */
async function passes (changed: readonly string[]): Promise<boolean> {
  const header = parseBlockBundleHeader(changed[0] ?? '')
  if (header === undefined) return false // read as records, which can't be anchored
  const rest = (async function * () { yield * changed.slice(1) })()
  const reading = await readChain(readBundledBlocks(rest), { electionId: header.electionId, anchor, expectChannel: header.channel, crypto: nativeCrypto })
  return reading.ok && reading.anchored
}

/** Cut after some lines, so that a change near the front is found without reading on; the end line fits. */
const cut = (after: number): string[] => [...lines.slice(0, after), `{"blocks":${after - 1},"end":true}`]

t.test('the sound bundle is verified and anchored', async (t) => {
  t.match(await auditOf(lines), { ok: true, anchored: true, electionId: election.id, status: 'published', result: { ballots: 4 }, chain: { height: lines.length - 2 } })
  t.match(await auditOf(lines, {}), { ok: true, anchored: false })
  t.equal(await passes(lines), true)
  t.equal(await passes(cut(6)), true, 'cut off, it passes as far as it goes')
  t.match(await auditOf(cut(lines.length - 2)), { ok: true, anchored: true, status: 'tallied', chain: { height: lines.length - 3 }, result: null })
})

t.test('a character changed anywhere', async () => {
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"{}:, '
  const anywhere = fc.record({ line: fc.nat(lines.length - 1), place: fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }), character: fc.constantFrom(...alphabet) })
  await fc.assert(fc.asyncProperty(anywhere, async ({ line, place, character }) => {
    // a line further on, so that a header that nobody signs as it is is missed by the next
    const part = line >= lines.length - 3 ? [...lines] : cut(line + 2)
    const text = part[line]!
    const at = Math.floor(place * text.length)
    fc.pre(text[at] !== character)
    part[line] = text.slice(0, at) + character + text.slice(at + 1)
    return !await passes(part)
  }), { numRuns: 60 })
})

t.test('a bit flipped anywhere in a block', async () => {
  const anywhere = fc.record({ line: fc.integer({ min: 1, max: lines.length - 2 }), place: fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }) })
  await fc.assert(fc.asyncProperty(anywhere, async ({ line, place }) => {
    const part = cut(Math.min(line + 2, lines.length - 1))
    const block = Buffer.from((JSON.parse(part[line]!) as { block: string }).block, 'base64url')
    const bit = Math.floor(place * block.length * 8)
    block[bit >> 3]! ^= 1 << (bit & 7)
    part[line] = `{"block":"${block.toString('base64url')}"}`
    return !await passes(part)
  }), { numRuns: 60 })
})

t.test('lines left out, doubled, swapped or put in', async () => {
  const change = fc.tuple(fc.constantFrom('drop', 'double', 'swap', 'add'), fc.integer({ min: 0, max: lines.length - 2 }))
  await fc.assert(fc.asyncProperty(change, async ([kind, at]) => {
    const changed = {
      drop: lines.toSpliced(at, 1),
      double: lines.toSpliced(at, 0, lines[at]!),
      swap: lines.toSpliced(at, 2, lines[at + 1]!, lines[at]!),
      add: lines.toSpliced(at + 1, 0, '{"key":"election/x","value":""}'),
    }[kind]
    return !await passes(changed!)
  }), { numRuns: 40 })
})

t.test('records can\'t be anchored, and the wrong election is refused', async (t) => {
  const records = ['{"format":"scrutin-bundle/1","electionId":"' + election.id + '"}', '{"end":true,"records":0}']
  const report = await auditOf(records)
  t.match(report, { ok: false, anchored: false, chain: null })
  t.match(report.checks[0], { name: 'chain.anchor', ok: false })
  const other = { ...anchor, electionId: '00'.repeat(32) }
  t.match(await auditOf(lines, { anchor: other }), { ok: false, anchored: false })
})
