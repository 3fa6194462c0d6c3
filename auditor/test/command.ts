import { execFile } from 'node:child_process'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { writeFile } from 'node:fs/promises'
import t from 'tap'
import { recordKeys, type ResultRecord } from '../../protocol/src/records.ts'
import { publishedBundle } from './support/published-bundle.ts'

// each of a dozen processes loads all of it anew
t.setTimeout(120_000)

const command = join(import.meta.dirname, '../src/command.ts')
const published = await publishedBundle()
const { id } = published.election
const bundle = (await published.lines()).join('')
const forged = (await published.copy().change<ResultRecord>(recordKeys.result(id), (result) => ({ ...result, ballots: 5 })).lines()).join('')

function auditor (args: readonly string[], input = ''): Promise<{ code: number | null, stdout: string, stderr: string }> {
  return new Promise((resolve) => {
    const child = execFile(process.execPath, [command, ...args], (_error, stdout, stderr) => { resolve({ code: child.exitCode, stdout, stderr }) })
    child.stdin!.on('error', () => {}).end(input)
  })
}

t.test('a sound bundle is verified, but unanchored', async (t) => {
  const file = join(t.testdir(), 'bundle.ndjson')
  await writeFile(file, bundle)
  const { code, stdout } = await auditor(['verify', file])
  t.equal(code, 2)
  t.match(stdout, /^ok {4}ballots +4$/m)
  t.match(stdout, /^ok {4}sums +7$/m)
  t.match(stdout, /option-1: 2/)
  t.match(stdout, /Verified, but unanchored: /)
})

t.test('--json prints one object and nothing else', async (t) => {
  const { code, stdout } = await auditor(['verify', '-', '--json', '--expect-election', id], bundle)
  t.equal(code, 2)
  const report = JSON.parse(stdout)
  t.match(report, { ok: true, anchored: false, electionId: id, status: 'published', result: { ballots: 4 } })
  for (const check of report.checks) t.strictSame(Object.keys(check), ['name', 'count', 'ok', 'detail'])
})

t.test('a forged bundle fails and the check is named', async (t) => {
  const { code, stdout } = await auditor(['verify', '-'], forged)
  t.equal(code, 1)
  t.match(stdout, /^FAIL {2}result +1 {2}the result is not the one/m)
  t.match(stdout, /NOT verified: result failed/)
  t.equal((await auditor(['verify', '-', '--json'], forged)).code, 1)
})

t.test('the bundle of another election than expected fails', async (t) => {
  const { code, stdout } = await auditor(['verify', '-', '--json', '--expect-election', '00'.repeat(32)], bundle)
  t.equal(code, 1)
  t.match(JSON.parse(stdout).checks[1], { name: 'definition', ok: false })
  t.equal((await auditor(['verify', '-', '--expect-election', 'mine'], bundle)).code, 1)
})

t.test('a bundle is read from an address', async (t) => {
  const server = createServer((request, response) => {
    if (request.url === '/bundle') response.end(bundle)
    else response.writeHead(404).end()
  })
  await new Promise<void>((resolve) => { server.listen(0, '127.0.0.1', resolve) })
  t.teardown(() => { server.close() })
  const { port } = server.address() as AddressInfo
  t.equal((await auditor(['verify', `http://127.0.0.1:${port}/bundle`, '--json'])).code, 2)
  const missing = await auditor(['verify', `http://127.0.0.1:${port}/nothing`, '--json'])
  t.equal(missing.code, 1)
  t.match(JSON.parse(missing.stdout), { ok: false, checks: [{ name: 'bundle.format', detail: /404/ }] })
})

t.test('what is no bundle fails in a sentence', async (t) => {
  t.match((await auditor(['verify', '/nowhere/at-all'])).stdout, /^FAIL {2}bundle\.format +0 {2}the bundle can't be read: .*ENOENT/m)
  t.match(await auditor(['verify', '-'], ''), { code: 1, stdout: /the first line is not the header of a bundle/ })
  t.match(await auditor(['verify', '-'], 'x'.repeat(5_000_000)), { code: 1, stdout: /over 4194304 characters/ })
})
