/** Processes that share a ledger file are killed again and again at any moment, from their start on. */
import { spawn, type ChildProcessByStdio } from 'node:child_process'
import { randomInt } from 'node:crypto'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import type { Readable } from 'node:stream'
import { setTimeout as sleep } from 'node:timers/promises'
import t from 'tap'
import { Chain } from '../src/embedded/chain.ts'
import { openLedger } from '../src/open-ledger.ts'
import { LedgerTestContract } from './fixtures/contract/ledger-test-contract.ts'
import { text } from './ledger-suite.ts'
import { replay } from './support/replay.ts'

const kills = 15
const atOnce = 3
const script = join(import.meta.dirname, 'fixtures/processes/embedded-writer.ts')
const folder = mkdtempSync(join(tmpdir(), 'scrutin-ledger-kills-'))
t.teardown(() => { rmSync(folder, { recursive: true }) })

t.test('whole and true after every kill: hashes, verdicts, state, and what was acknowledged', async (t) => {
  const file = join(folder, 'shared.db')
  const printed: string[] = []
  let started = 0
  const start = (): ChildProcessByStdio<null, Readable, null> => {
    const writer = spawn(process.execPath, [script, file, `writer ${started++}`], { stdio: ['ignore', 'pipe', 'inherit'] })
    let output = ''
    writer.stdout.on('data', (chunk: Buffer) => { output += chunk.toString() })
    // the last line may have been cut short
    writer.stdout.on('end', () => { printed.push(...output.split('\n').slice(0, -1)) })
    return writer
  }
  const running = Array.from({ length: atOnce }, start)
  t.teardown(() => { for (const writer of running) writer.kill('SIGKILL') })
  for (let kill = 0; kill < kills; kill++) {
    const place = randomInt(atOnce)
    const victim = running[place]
    if (victim === undefined) throw new Error('no process')
    // a third in their start, the others while they write
    if (kill % 3 > 0) await Promise.race([once(victim.stdout, 'data'), once(victim, 'exit')])
    await sleep(randomInt(kill % 3 > 0 ? 150 : 600))
    const closed = once(victim, 'close')
    victim.kill('SIGKILL')
    await closed
    t.equal(victim.signalCode, 'SIGKILL', 'it did not end by itself')
    running[place] = start()
    if (kill % 5 === 4) check(t)
  }
  await Promise.all(running.map(async (writer) => {
    const closed = once(writer, 'close')
    writer.kill('SIGKILL')
    await closed
  }))
  const valid = check(t)

  const acknowledged = printed.map((line) => line.split('\t'))
  t.ok(acknowledged.length > 100, `${acknowledged.length} acknowledged by ${started} processes`)
  const ledger = await openLedger({ kind: 'embedded', file, mspId: 'UniversiteAMSP', role: 'gateway' }, { contract: new LedgerTestContract() })
  const ids = new Set<string>()
  for (const [kind = '', key = '', id = ''] of acknowledged) {
    if (await ledger.locate(id) === undefined || ids.has(id)) t.fail(`${kind} ${key} was acknowledged and is lost or double`)
    ids.add(id)
    if (kind !== 'increment' && text(await ledger.evaluate('get', [key])) === '') t.fail(`${key} was acknowledged and is not there`)
  }
  t.equal(Number(text(await ledger.evaluate('get', ['counter']))), valid.get('increment'), 'each valid increment counts once')
  await ledger.submit('put', ['afterwards', 'x'])
  await ledger.close()

  function check (t: Tap): Map<string, number> {
    const database = new DatabaseSync(file, { readOnly: true })
    try {
      // one moment, whatever the others write meanwhile
      database.exec('BEGIN')
      new Chain(database).check()
      t.equal(database.prepare('PRAGMA integrity_check').get()?.['integrity_check'], 'ok')
      const { differences, valid } = replay(database)
      t.same(differences, [])
      return valid
    } finally {
      database.close()
    }
  }
})

type Tap = Pick<typeof t, 'equal' | 'same'>
