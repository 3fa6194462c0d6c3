import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import t from 'tap'
import { layoutOf } from '../src/layout.ts'
import { withNetworkLock } from '../src/network-lock.ts'

const source = join(import.meta.dirname, '../src')

t.test('one command at a time works on a folder', async t => {
  const layout = layoutOf(join(t.testdir(), 'network'))
  await withNetworkLock(layout, async () => {
    await t.rejects(withNetworkLock(layout, async () => {}), { name: 'NetworkError', message: /Another command/ })
  })
  t.equal(await withNetworkLock(layout, async () => 'mine'), 'mine')
  await t.rejects(withNetworkLock(layout, async () => { throw new Error('failed') }), { message: 'failed' })
  t.equal(await withNetworkLock(layout, async () => 'mine again'), 'mine again')
})

t.test('a command that was killed stands in nobody\'s way', async t => {
  const folder = join(t.testdir(), 'network')
  const child = spawn(process.execPath, ['--input-type=module', '-e', `
    import { layoutOf } from '${source}/layout.ts'
    import { withNetworkLock } from '${source}/network-lock.ts'
    await withNetworkLock(layoutOf(process.argv[1]), async () => {
      console.log('locked')
      await new Promise(resolve => setTimeout(resolve, 60_000))
    })`, folder], { stdio: ['ignore', 'pipe', 'inherit'] })
  await once(child.stdout, 'data')
  await t.rejects(withNetworkLock(layoutOf(folder), async () => {}), { message: /Another command/ })
  child.kill('SIGKILL')
  await once(child, 'exit')
  t.equal(await withNetworkLock(layoutOf(folder), async () => 'mine'), 'mine')
})
