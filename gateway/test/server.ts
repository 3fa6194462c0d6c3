import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFile, stat, writeFile } from 'node:fs/promises'
import { connect } from 'node:net'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { text } from 'node:stream/consumers'
import t from 'tap'
import { castableBallot, sampleElection } from '../../protocol/test/support/sample-election.ts'
import { sampleQuestion } from '../../protocol/test/support/sample-definition.ts'
import { stageOpenElection } from '../../chaincode/test/support/staged-election.ts'
import { eventually } from '../../ledger/test/support/until.ts'
import { testBench } from './support/gateways.ts'

interface Process {
  readonly child: ChildProcess
  readonly url: string
  readonly lines: readonly Record<string, unknown>[]
}

/** Starts the program and waits until it listens. */
async function start (configFile: string): Promise<Process> {
  const child = spawn(process.execPath, [join(import.meta.dirname, '../src/server.ts'), '--config', configFile], {
    env: { ...process.env, NODE_OPTIONS: '' }, stdio: ['ignore', 'pipe', 'inherit'],
  })
  const lines: Record<string, unknown>[] = []
  const url = await new Promise<string>((resolve, reject) => {
    child.once('exit', (code) => { reject(new Error(`it ended with ${code}`)) })
    createInterface({ input: child.stdout! }).on('line', (line) => {
      const entry = JSON.parse(line) as Record<string, unknown>
      lines.push(entry)
      const [address] = /http:\S+/.exec(String(entry['msg'])) ?? []
      if (address !== undefined) resolve(address)
    })
  })
  return { child, url, lines }
}

async function stop ({ child }: Process): Promise<number | null> {
  const ended = once(child, 'exit') as Promise<[number | null]>
  child.kill('SIGTERM')
  return (await ended)[0]
}

t.test('the program serves until it is told to stop, and keeps its key', async (t) => {
  const { as, file, listening } = await testBench(t)
  await listening('MemberA')
  const election = sampleElection({ changes: { questions: [sampleQuestion('one', 3, { min: 1, max: 1, blank: false })] } })
  await stageOpenElection(as, election)
  const folder = join(t.testdir(), 'gateway')
  const configFile = join(t.testdirName, 'gateway.json')
  await writeFile(configFile, JSON.stringify({
    listen: { host: '127.0.0.1', port: 0 },
    member: 'd',
    ledger: { kind: 'embedded', file, mspId: 'MemberD', role: 'gateway' },
    organiserLedger: { kind: 'embedded', file, mspId: 'MemberD', role: 'organiser' },
    publicUrl: 'http://127.0.0.1:1',
    folder,
    tenants: [],
  }))
  const first = await start(configFile)
  await eventually(async () => (await fetch(`${first.url}/readyz`)).ok)
  t.match(first.lines.find(({ msg }) => /trying out/.test(String(msg))), { level: 40 }, 'the embedded ledger says so')
  const cast = async (bytes: Uint8Array): Promise<Response> => await fetch(`${first.url}/v1/elections/${election.id}/ballots`, {
    method: 'POST', headers: { 'content-type': 'application/octet-stream' }, body: Uint8Array.from(bytes),
  })
  const ballots = []
  for (let i = 0; i < 40; i++) ballots.push(await castableBallot(election, [{ choose: ['option-1'] }]))
  const started = performance.now()
  const answers = await Promise.all(ballots.map(async ({ bytes }) => await cast(bytes)))
  t.comment(`${(40_000 / (performance.now() - started)).toFixed(0)} ballots of ${ballots[0]!.bytes.length} bytes a second, embedded ledger`)
  t.ok(answers.every(({ status }) => status === 201))

  const socket = connect(Number(new URL(first.url).port), '127.0.0.1')
  socket.end('this is no HTTP\r\n\r\n')
  t.match(await text(socket), /^HTTP\/1\.1 400 .*application\/problem\+json.*input\.malformed/s)

  t.equal((await stat(join(folder, 'gateway-key'))).mode & 0o777, 0o600)
  const key = await readFile(join(folder, 'gateway-key'), 'utf8')
  t.equal(await stop(first), 0)
  const second = await start(configFile)
  t.equal(await readFile(join(folder, 'gateway-key'), 'utf8'), key)
  t.equal(await stop(second), 0)
  t.notOk(JSON.stringify([...first.lines, ...second.lines]).includes(key))
})
