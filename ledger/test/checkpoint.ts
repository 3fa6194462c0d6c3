import { spawn } from 'node:child_process'
import { randomInt } from 'node:crypto'
import { once } from 'node:events'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import t from 'tap'
import { Checkpoint, eventsAfter } from '../src/checkpoint.ts'
import { openLedger } from '../src/open-ledger.ts'
import type { Ledger } from '../src/port.ts'
import { LedgerTestContract } from './fixtures/contract/ledger-test-contract.ts'
import { eventually } from './support/until.ts'

const folder = mkdtempSync(join(tmpdir(), 'scrutin-checkpoint-'))
t.teardown(() => { rmSync(folder, { recursive: true }) })

t.test('resumes after the event it saved, within a block too', async (t) => {
  const ledger = await open('resume.db')
  const ids = (await Promise.all(Array.from({ length: 4 }, async (_, i) => await ledger.submit('announce', [`key ${i}`, 'x', ''])))).sort((a, b) => a.index - b.index).map(({ transactionId }) => transactionId)
  ids.push((await ledger.submit('announce', ['last', 'x', ''])).transactionId)
  const file = join(folder, 'resume.json')
  for (const id of ids) {
    const checkpoint = await Checkpoint.open(file)
    const events = eventsAfter(ledger, checkpoint)
    const next = await events.next()
    t.equal(next.value?.transactionId, id)
    await checkpoint.save(next.value)
    await events.return(undefined)
  }
  await ledger.close()
})

t.test('never goes back, and keeps the old place when it is asked to', async (t) => {
  const file = join(folder, 'back.json')
  const checkpoint = await Checkpoint.open(file)
  t.equal(checkpoint.position, undefined)
  await checkpoint.save({ blockNumber: 2n ** 60n, index: 3 })
  for (const position of [{ blockNumber: 2n ** 60n, index: 3 }, { blockNumber: 2n ** 60n, index: 2 }, { blockNumber: 5n, index: 9 }]) {
    await t.rejects(checkpoint.save(position), /never goes back/)
  }
  t.same((await Checkpoint.open(file)).position, { blockNumber: 2n ** 60n, index: 3 })
  await Promise.all([4, 5, 6].map(async (index) => { await checkpoint.save({ blockNumber: 2n ** 60n, index }) }))
  t.equal((await Checkpoint.open(file)).position?.index, 6, 'saved one after the other')
})

t.test('refuses a file that is no checkpoint instead of beginning anew', async (t) => {
  const file = join(folder, 'other.json')
  for (const text of ['', '{', 'null', '{"blockNumber":"1"}', '{"blockNumber":1,"index":0}', '{"blockNumber":"01","index":0}', '{"blockNumber":"1","index":-1}', '{"blockNumber":"1","index":0,"x":1}']) {
    writeFileSync(file, text)
    await t.rejects(Checkpoint.open(file), /not a checkpoint/, text)
  }
  await t.rejects(Checkpoint.open(folder), { code: 'EISDIR' })
})

t.test('neither loses nor doubles an event however often the follower is killed', async (t) => {
  const ledger = await open('kills.db')
  const [file, notes] = [join(folder, 'kills.json'), join(folder, 'kills.txt')]
  const announced: string[] = []
  const stop = new AbortController()
  const announcing = (async () => {
    while (!stop.signal.aborted) {
      announced.push((await ledger.submit('announce', [`key ${announced.length}`, 'x', ''])).transactionId)
      await sleep(2)
    }
  })()
  const follow = (): ReturnType<typeof spawn> => spawn(process.execPath,
    [join(import.meta.dirname, 'fixtures/processes/event-follower.ts'), join(folder, 'kills.db'), file, notes], { stdio: ['ignore', 'pipe', 'inherit'] })
  let resumed = 0
  for (let kill = 0; kill < 5; kill++) {
    const follower = follow()
    if (follower.stdout !== null) await once(follower.stdout, 'data')
    await sleep(randomInt(400))
    follower.kill('SIGKILL')
    await once(follower, 'exit')
    if (existsSync(file)) resumed++
  }
  stop.abort()
  await announcing
  const last = follow()
  const noted = (): string[] => existsSync(notes) ? readFileSync(notes, 'utf8').split('\n').filter((line) => line !== '').map((line) => line.split(' ')[2] ?? '') : []
  await eventually(async () => noted().length >= announced.length)
  await sleep(50)
  t.same(noted(), announced)
  t.ok(resumed > 0 && announced.length > 20, `${announced.length} events, ${resumed} kills with a checkpoint`)
  last.kill('SIGKILL')
  await ledger.close()
})

async function open (name: string): Promise<Ledger> {
  return await openLedger({ kind: 'embedded', file: join(folder, name), mspId: 'UniversiteAMSP', role: 'gateway' }, { contract: new LedgerTestContract() })
}
