import { readFile, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import t from 'tap'
import { startService } from '../src/member-services.ts'
import { NetworkError } from '../src/network-error.ts'
import { host } from '../src/ports.ts'
import { processState, startProcess, stopProcess, type ProcessSpec } from '../src/processes.ts'

/** A process that runs this piece of JavaScript. */
function running (folder: string, script: string, more: Partial<ProcessSpec> = {}): ProcessSpec {
  return {
    name: 'trial',
    member: 'universite-a',
    folder,
    command: process.execPath,
    args: ['-e', script],
    cwd: folder,
    env: {},
    ports: [],
    ready: { kind: 'alive', milliseconds: 100 },
    ...more,
  }
}

/** Stops the process of the folder whatever happens: at teardown, tap has removed the folder with the note that tells which it is. */
async function thenStop (folder: string, work: () => Promise<void>): Promise<void> {
  try {
    await work()
  } finally {
    await stopProcess(folder)
  }
}

t.test('starts a process once, finds it again, and stops it', async t => {
  const folder = t.testdir()
  const spec = running(folder, 'setInterval(() => {}, 1000)')
  t.equal(await startProcess(spec), true)
  const { running: runs, pid } = await processState(folder)
  t.equal(runs, true)
  t.equal(await startProcess(spec), false, 'it runs already')
  t.equal((await processState(folder)).pid, pid)
  t.equal(await stopProcess(folder), true)
  t.strictSame(await processState(folder), { running: false, pid: undefined })
  t.equal(await stopProcess(folder), false, 'nothing is left to stop')
})

t.test('ends what does not end when asked to, and its children', async t => {
  const folder = t.testdir()
  await startProcess(running(folder, `
    process.on('SIGTERM', () => {})
    require('node:child_process').spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'])
    setInterval(() => {}, 1000)`, { ready: { kind: 'alive', milliseconds: 500 } }))
  t.equal(await stopProcess(folder), true)
  t.equal((await processState(folder)).running, false)
})

t.test('never stops a stranger that was given the same number', async t => {
  const folders = t.testdir({ own: {}, stranger: {} })
  const folder = join(folders, 'own')
  const stranger = join(folders, 'stranger')
  await thenStop(stranger, async () => {
    await startProcess(running(stranger, 'setInterval(() => {}, 1000)'))
    const note = JSON.parse(await readFile(join(stranger, 'process.json'), 'utf8')) as { pid: number, startTime: string, bootId: string }
    await writeFile(join(folder, 'process.json'), JSON.stringify({ ...note, startTime: '1' }))
    t.equal((await processState(folder)).running, false)
    t.equal(await stopProcess(folder), false)
    t.equal((await processState(stranger)).running, true)
  })
})

t.test('names the log of a process that ends early, with its last lines', async t => {
  const folder = t.testdir()
  const error: unknown = await startProcess(running(folder, 'console.error("no such certificate"); process.exit(3)', {
    ready: { kind: 'alive', milliseconds: 5000 },
  })).catch((error: unknown) => error)
  t.type(error, NetworkError)
  t.match(error, { message: 'The trial of universite-a ended while starting', log: join(folder, 'trial.log') })
  t.match((error as NetworkError).explain(), /no such certificate[^]*Read .*trial\.log/)
})

t.test('gives up on a process that does not get ready', async t => {
  const folder = t.testdir()
  await thenStop(folder, async () => {
    await t.rejects(startProcess(running(folder, 'setInterval(() => {}, 1000)', {
      ready: { kind: 'tcp', port: 1 },
      readyWithinMilliseconds: 500,
    })), { message: /was not ready after 0\.5 s/ })
  })
})

t.test('waits for a service that runs already, but is not ready', async t => {
  const folder = t.testdir()
  const port = await freePort()
  const spec = running(folder, `
    let isReady = false
    process.on('SIGUSR2', () => { setTimeout(() => { isReady = true }, 700) })
    require('node:http').createServer((_, response) => { response.writeHead(isReady ? 200 : 503).end() }).listen(${port}, '${host}')`)
  await thenStop(folder, async () => {
    t.equal(await startProcess({ ...spec, ready: { kind: 'tcp', port } }), true)
    const { pid } = await processState(folder)
    const service: ProcessSpec = { ...spec, ready: { kind: 'http', port, path: '/readyz' } }
    await t.rejects(startService({ ...service, readyWithinMilliseconds: 500 }), { message: /was not ready after 0\.5 s/ })
    const start = performance.now()
    process.kill(pid!, 'SIGUSR2')
    t.equal(await startService(service), false)
    t.ok(performance.now() - start >= 690)
    t.equal((await processState(folder)).pid, pid, 'it is the same')
  })
})

t.test('says so when a port is taken', async t => {
  const server = createServer().listen(0, host)
  t.teardown(() => { server.close() })
  while (!server.listening) await sleep(10)
  const address = server.address()
  const port = typeof address === 'object' && address !== null ? address.port : 0
  await t.rejects(startProcess(running(t.testdir(), '', { ports: [port] })), { message: new RegExp(`Port ${port}.*--port-base`) })
})

t.test('hands on nothing of the environment that may be secret', async t => {
  process.env['SCRUTIN_TRIAL_SECRET'] = 'not to be seen'
  t.teardown(() => { delete process.env['SCRUTIN_TRIAL_SECRET'] })
  const folder = t.testdir()
  await startProcess(running(folder, 'console.log(JSON.stringify(process.env)); setInterval(() => {}, 1000)', { ready: { kind: 'alive', milliseconds: 500 } }))
  await stopProcess(folder)
  t.notMatch(await readFile(join(folder, 'trial.log'), 'utf8'), 'not to be seen')
})

async function freePort (): Promise<number> {
  const server = createServer().listen(0, host)
  while (!server.listening) await sleep(10)
  const address = server.address()
  await new Promise(resolve => { server.close(resolve) })
  return typeof address === 'object' && address !== null ? address.port : 0
}
