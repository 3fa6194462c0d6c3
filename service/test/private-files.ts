import fs, { readdirSync, readlinkSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { syncBuiltinESMExports } from 'node:module'
import { join } from 'node:path'
import t from 'tap'
import { createPrivate, readIfThere, readOrCreatePrivate, writePrivate } from '../src/private-files.ts'

const mode = (path: string): number => statSync(path).mode & 0o777

t.test('what is written is for its owner only, and replaces what was there', async (t) => {
  const folder = join(t.testdir(), 'own')
  const file = join(folder, 'file')
  t.equal(readIfThere(file), undefined)
  writePrivate(file, 'one')
  writePrivate(file, 'two')
  t.equal(readIfThere(file), 'two')
  t.equal(mode(file), 0o600)
  t.equal(mode(folder), 0o700)
  t.strictSame(readdirSync(folder), ['file'])
})

t.test('a file in new folders is on disk with all that leads to it', async (t) => {
  const root = t.testdir()
  const synced: string[] = []
  const { fsyncSync } = fs
  const restore = (): void => {
    fs.fsyncSync = fsyncSync
    syncBuiltinESMExports()
  }
  t.teardown(restore)
  fs.fsyncSync = (descriptor) => {
    synced.push(readlinkSync(`/proc/self/fd/${descriptor}`))
    fsyncSync(descriptor)
  }
  syncBuiltinESMExports()
  writePrivate(join(root, 'trustee/keys/store'), 'secret')
  restore()
  t.match(synced, [join(root, 'trustee'), root, /trustee\/keys\/store\.[0-9]+\.partial$/, join(root, 'trustee/keys')])
  t.equal(synced.length, 4)
})

t.test('a partial file that a stopped process left is in nobody\'s way', async (t) => {
  const folder = t.testdir({ [`file.${process.pid}.partial`]: 'hal' })
  writePrivate(join(folder, 'file'), 'whole')
  t.equal(readFileSync(join(folder, 'file'), 'utf8'), 'whole')
  t.strictSame(readdirSync(folder), ['file'])
})

t.test('what is created replaces nothing', async (t) => {
  const folder = t.testdir({ there: 'before' })
  t.throws(() => { createPrivate(join(folder, 'there'), 'after') }, { code: 'EEXIST' })
  t.equal(readIfThere(join(folder, 'there')), 'before')
  t.throws(() => { createPrivate(join(folder, 'new'), 'x', () => { throw new Error('no') }) }, { message: 'no' })
  t.strictSame(readdirSync(folder), ['there'])
})

t.test('what was kept counts, whoever made it', async (t) => {
  const file = join(t.testdir(), 'kept')
  t.equal(readOrCreatePrivate(file, () => 'first'), 'first')
  t.equal(readOrCreatePrivate(file, () => { throw new Error('made again') }), 'first')
  const raced = join(t.testdirName, 'raced')
  t.equal(readOrCreatePrivate(raced, () => {
    writeFileSync(raced, 'theirs')
    return 'ours'
  }), 'theirs')
})

t.test('a failure to read is no missing file', async (t) => {
  t.throws(() => readIfThere(t.testdir()), { code: 'EISDIR' })
})
