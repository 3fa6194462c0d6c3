/** The registrar's program while its own peer is down: it stays, and says what is the matter. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { writeFile } from 'node:fs/promises'
import { createServer, type AddressInfo } from 'node:net'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { text } from 'node:stream/consumers'
import t, { type Test } from 'tap'
import { eventually } from '../../ledger/test/support/until.ts'
import { absentPeer } from '../../service/test/support/absent-peer.ts'

async function start (t: Test, changes: { readonly certificate?: string } = {}): Promise<{ child: ChildProcess, url: string }> {
  const folder = t.testdir()
  const [port, peerPort] = [await freePort(), await freePort()]
  const url = `http://127.0.0.1:${port}`
  const config = join(folder, 'registrar.json')
  await writeFile(config, JSON.stringify({
    listen: { host: '127.0.0.1', port }, member: 'd', ledger: { ...await absentPeer(folder, peerPort), ...changes }, publicUrl: url, folder: join(folder, 'registrar'), identifies: 'code',
  }))
  const child = spawn(process.execPath, [join(import.meta.dirname, '../src/server.ts'), '--config', config], { env: { ...process.env, NODE_OPTIONS: '' }, stdio: ['ignore', 'pipe', 'pipe'] })
  t.teardown(() => { child.kill('SIGKILL') })
  return { child, url }
}

t.test('it starts, answers what it can, and stops when told', async (t) => {
  const { child, url } = await start(t)
  const ended = once(child, 'exit')
  const lines: string[] = []
  createInterface({ input: child.stdout! }).on('line', (line) => { lines.push(line) })
  await eventually(async () => await fetch(`${url}/livez`).then(({ ok }) => ok, () => false))
  await eventually(async () => lines.some((line) => line.includes('the ledger cannot be opened yet')))
  const readiness = await fetch(`${url}/readyz`)
  t.equal(readiness.status, 503)
  t.match(await readiness.json(), { code: 'ledger.unavailable' })
  t.equal(child.exitCode, null)
  child.kill('SIGTERM')
  t.strictSame(await ended, [0, null])
})

t.test('with a configuration that cannot be right it does not', async (t) => {
  const { child } = await start(t, { certificate: 'missing.pem' })
  const [words, [code]] = await Promise.all([text(child.stderr!), once(child, 'exit')])
  t.equal(code, 1)
  t.match(words, /registrar: .*missing\.pem/)
})

async function freePort (): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return port
}
