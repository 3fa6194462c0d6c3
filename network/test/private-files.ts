import { existsSync, readlinkSync, statSync } from 'node:fs'
import { type FileHandle, open, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { putInPlace, writePrivate } from '../src/private-files.ts'

/** What is told to reach the disk from now on, by name, in order; `has` is whether this file had its name then. */
async function watchSyncs (t: Test, file: string): Promise<{ path: string, has: boolean }[]> {
  const synced: { path: string, has: boolean }[] = []
  const handle = await open('/dev/null')
  const prototype = Object.getPrototypeOf(handle) as FileHandle
  await handle.close()
  const { sync } = prototype
  prototype.sync = async function (this: FileHandle) {
    synced.push({ path: readlinkSync(`/proc/self/fd/${this.fd}`), has: existsSync(file) })
    await sync.call(this)
  }
  t.teardown(() => { prototype.sync = sync })
  return synced
}

t.test('a secret and the names of all that leads to it are on disk before anything rests on it', async t => {
  const root = t.testdir()
  const file = join(root, 'member/msp/key.pem')
  const synced = await watchSyncs(t, file)
  await writePrivate(file, 'secret')
  t.match(synced, [
    { path: /member\/msp\/key\.pem\.[0-9]+\.partial$/, has: false },
    { path: join(root, 'member/msp'), has: true },
    { path: join(root, 'member'), has: true },
    { path: root, has: true },
  ])
  t.equal(synced.length, 4)
  t.equal(await readFile(file, 'utf8'), 'secret')
  t.equal(statSync(file).mode & 0o777, 0o600)
  t.equal(statSync(join(root, 'member')).mode & 0o777, 0o700)
  synced.length = 0
  await writePrivate(file, 'another')
  t.strictSame(synced.slice(1), [{ path: join(root, 'member/msp'), has: true }])
})

t.test('what a program wrote gets its name when it is on disk', async t => {
  const root = t.testdir()
  const [partial, file] = [join(root, 'genesis.partial'), join(root, 'genesis')]
  await writeFile(partial, 'block')
  const synced = await watchSyncs(t, file)
  await putInPlace(partial, file)
  t.strictSame(synced, [{ path: partial, has: false }, { path: root, has: true }])
})
