import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { randomInt } from 'node:crypto'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import t from 'tap'
import { castableBallot, sampleElection } from '../../protocol/test/support/sample-election.ts'
import { sampleQuestion } from '../../protocol/test/support/sample-definition.ts'
import { stageOpenElection } from '../../chaincode/test/support/staged-election.ts'
import type { CastStatus } from '../src/answers.ts'
import { freePort, testBench } from './support/gateways.ts'

t.test('killed again and again in the middle of casting, a gateway loses nothing that it took on, and casts nothing twice', async (t) => {
  const { as, file, listening } = await testBench(t)
  const witness = await listening('MemberA')
  const election = sampleElection({ changes: { questions: [sampleQuestion('one', 1, { min: 0, max: 1, blank: false })] } })
  await stageOpenElection(as, election)
  const ballots: Awaited<ReturnType<typeof castableBallot>>[] = []
  for (let i = 0; i < 36; i++) ballots.push(await castableBallot(election, [{ choose: [] }]))
  const port = await freePort()
  const url = `http://127.0.0.1:${port}`
  const configFile = join(t.testdir(), 'gateway.json')
  await writeFile(configFile, JSON.stringify({
    listen: { host: '127.0.0.1', port },
    member: 'd',
    ledger: { kind: 'embedded', file, mspId: 'MemberD', role: 'gateway' },
    organiserLedger: { kind: 'embedded', file, mspId: 'MemberD', role: 'organiser' },
    publicUrl: url,
    folder: join(t.testdirName, 'gateway'),
    tenants: [],
    logLevel: 'silent',
    casting: { batch: { maxBallots: 5 } },
  }))
  const start = async (): Promise<ChildProcess> => {
    const child = spawn(process.execPath, [join(import.meta.dirname, '../src/server.ts'), '--config', configFile], { env: { ...process.env, NODE_OPTIONS: '' }, stdio: ['ignore', 'ignore', 'inherit'] })
    for (;;) {
      if (child.exitCode !== null) throw new Error(`it ended with ${child.exitCode}`)
      if (await fetch(`${url}/livez`).then(({ ok }) => ok, () => false)) return child
      await sleep(50)
    }
  }
  /** By tracker: 202 or 201, what the gateway said before it was killed. */
  const promised = new Map<string, number>()
  const post = async ({ bytes, tracker }: typeof ballots[number], prefer: string): Promise<void> => {
    const answer = await fetch(`${url}/v1/elections/${election.id}/ballots`, {
      method: 'POST', headers: { 'content-type': 'application/octet-stream', prefer }, body: Uint8Array.from(bytes),
    }).catch(() => undefined) // it was killed meanwhile
    if (answer !== undefined && answer.status < 300) promised.set(tracker, answer.status)
  }
  for (let round = 0; round < 6; round++) {
    const child = await start()
    const ended = once(child, 'exit')
    const posting = ballots.slice(6 * round, 6 * round + 6).map(async (ballot, i) => { await post(ballot, i % 2 === 0 ? 'respond-async' : 'wait=20') })
    // some rounds end before the first fsync, some after the commit
    await Promise.race([Promise.all(posting), sleep(randomInt(20, 1200))])
    child.kill('SIGKILL')
    await ended
    await Promise.all(posting)
  }
  t.comment(`${promised.size} of ${ballots.length} were taken on: ${[...promised.values()].filter((status) => status === 202).length} with 202`)
  t.ok(promised.size > 0)
  const last = await start()
  t.teardown(() => { last.kill('SIGKILL') })
  for (const tracker of promised.keys()) {
    const answer = await fetch(`${url}/v1/elections/${election.id}/casts/${tracker}`, { headers: { prefer: 'wait=20' } })
    const cast = await answer.json() as CastStatus
    t.equal(cast.status, 'recorded', JSON.stringify(cast))
    t.equal(cast.receipt?.statements.length, 2)
  }
  // the witness sees each in one transaction, and none that was never sent
  const { ballots: box } = (await witness.app.inject(`/v1/elections/${election.id}/ballots?limit=1000`)).json() as { ballots: { tracker: string }[] }
  const trackers = box.map(({ tracker }) => tracker)
  t.equal(new Set(trackers).size, trackers.length)
  t.ok([...promised.keys()].every((tracker) => trackers.includes(tracker)))
  t.ok(trackers.every((tracker) => ballots.some((ballot) => ballot.tracker === tracker)))
  const written = new Map<string, number>()
  for await (const event of (await as('MemberA', 'gateway')).events({ from: 0n, signal: AbortSignal.timeout(3000) })) {
    if (event.name !== 'ballots') continue
    for (const tracker of (JSON.parse(new TextDecoder().decode(event.payload)) as { trackers: string[] }).trackers) written.set(tracker, (written.get(tracker) ?? 0) + 1)
  }
  t.ok(trackers.every((tracker) => written.get(tracker) === 1), 'each by one transaction')
})
