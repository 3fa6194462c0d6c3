/** What is built of the booth: the same bytes each time, small, and nothing that a strict policy would refuse. */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import t from 'tap'
import { buildBooth, hashesOf } from '../host/build-booth.ts'
import { boothHeaders } from '../host/headers.ts'

const mostLoadBytes = 200_000

t.test('the booth is built twice to the same bytes, within what a first load may take', async (t) => {
  const [first, second] = [join(t.testdir(), 'first'), join(t.testdir(), 'second')]
  await buildBooth(first)
  await buildBooth(second)
  const hashes = await hashesOf(first)
  t.ok(Object.keys(hashes).length >= 5)
  t.same(await hashesOf(second), hashes)

  const files = readdirSync(first, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name))
  const bytes = files.reduce((sum, file) => sum + gzipSync(readFileSync(file)).length, 0)
  t.ok(bytes < mostLoadBytes, `all of it has ${bytes} bytes, compressed`)
  for (const file of files.filter((name) => name.endsWith('.html'))) {
    const text = readFileSync(file, 'utf8')
    t.notMatch(text, /<script(?![^>]*\ssrc=)/, 'no inline script')
    t.notMatch(text, /<style|\sstyle=|\son[a-z]+=/, 'no inline style, no handler')
    t.notMatch(text, /(?:src|href)="(?:https?:)?\/\//, 'nothing from elsewhere')
  }
})

t.test('the policy allows no inline script, no eval, no frame and no other host of scripts', async (t) => {
  const headers = boothHeaders()
  t.notMatch(headers['content-security-policy'], /unsafe-inline|'unsafe-eval'|\*/)
  t.match(headers['content-security-policy'], /default-src 'none'/)
  t.match(headers['content-security-policy'], /frame-ancestors 'none'/)
  t.match(headers, { 'referrer-policy': 'no-referrer', 'x-content-type-options': 'nosniff' })
})
