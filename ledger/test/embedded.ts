import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { createInterface } from 'node:readline'
import t from 'tap'
import { Chain } from '../src/embedded/chain.ts'
import { openLedger } from '../src/open-ledger.ts'
import type { Ledger } from '../src/port.ts'
import { LedgerTestContract } from './fixtures/contract/ledger-test-contract.ts'
import { ledgerSuite, type OpenedLedger, rejectsWith, text } from './ledger-suite.ts'
import { untilValid } from './support/until.ts'

const folder = mkdtempSync(join(tmpdir(), 'scrutin-ledger-'))
const opened: OpenedLedger[] = []
let files = 0

t.before(async () => {
  for (const [mspId, role] of [['UniversiteAMSP', 'gateway'], ['CommuneCMSP', 'organiser'], ['CommuneDMSP', 'registrar']] as const) {
    opened.push({ ledger: await open(join(folder, 'suite.db'), mspId, role), mspId, role })
  }
})

t.teardown(async () => {
  for (const { ledger } of opened) await ledger.close()
  rmSync(folder, { recursive: true })
})

ledgerSuite('embedded', () => opened)

t.test('says that it is for trying out only', async (t) => {
  t.match(opened[0]?.ledger.notice, /trying out only/)
})

t.test('shares the file with another process: counts right, and sees its events', async (t) => {
  const file = newFile()
  const ledger = await open(file)
  const other = startProcess('increment', file, 'counter', '40')
  const events = ledger.events({ from: 0n })[Symbol.asyncIterator]()
  for (let i = 0; i < 40; i++) await untilValid(async () => await ledger.submit('increment', ['counter']))
  const [code] = await once(other, 'exit')
  t.equal(code, 0)
  t.equal(text(await ledger.evaluate('get', ['counter'])), '80')
  t.equal((await events.next()).value?.name, 'done')
  await ledger.close()
  t.same(await events.next(), { done: true, value: undefined }, 'closing the ledger ends its events')
  checkChain(file)
})

t.test('loses nothing it has acknowledged when a process is killed', async (t) => {
  const file = newFile()
  for (let round = 0; round < 3; round++) {
    const victim = startProcess('put', file, `round ${round}`, '100000')
    const acknowledged: string[] = []
    for await (const line of createInterface({ input: victim.stdout })) {
      acknowledged.push(line)
      if (acknowledged.length === 30) victim.kill('SIGKILL')
    }
    const ledger = await open(file)
    for (const id of acknowledged) t.ok(await ledger.locate(id) !== undefined)
    await ledger.submit('put', ['after', 'x'])
    await ledger.close()
    checkChain(file)
  }
})

t.test('puts transactions that come together into one block', async (t) => {
  const ledger = await open(newFile())
  const committed = await Promise.all(Array.from({ length: 50 }, async (_, i) => await ledger.submit('put', [`key ${i}`, 'x'])))
  t.equal((await ledger.status()).height, 2n)
  t.same(committed.map(({ index }) => index).sort((a, b) => a - b), Array.from({ length: 50 }, (_, i) => i))
  await ledger.close()
})

t.test('records an invalid transaction in its block, with its code', async (t) => {
  const file = newFile()
  const ledger = await open(file)
  await Promise.allSettled([ledger.submit('increment', ['a']), ledger.submit('increment', ['a'])])
  await Promise.allSettled([ledger.submit('put', ['r/1', 'x']), ledger.submit('countInto', ['r/', 'r/~', 'count'])])
  await ledger.close()
  const database = new DatabaseSync(file)
  t.same(database.prepare('SELECT code FROM transactions WHERE block > 0 ORDER BY block, position').all().map((row) => row['code']),
    ['VALID', 'MVCC_READ_CONFLICT', 'VALID', 'PHANTOM_READ_CONFLICT'])
  database.close()
})

t.test('shows a change of a recorded transaction', async (t) => {
  const file = newFile()
  const ledger = await open(file)
  for (let i = 0; i < 3; i++) await ledger.submit('put', ['key', String(i)])
  await ledger.close()
  checkChain(file)
  const database = new DatabaseSync(file)
  database.exec("UPDATE transactions SET record = CAST(replace(CAST(record AS TEXT), '\"key\"', '\"kex\"') AS BLOB) WHERE block = 2")
  database.close()
  t.throws(() => { checkChain(file) }, /block 2/)
})

t.test('refuses a file that is something else, and any use after closing', async (t) => {
  const file = newFile()
  const database = new DatabaseSync(file)
  database.exec('CREATE TABLE other (x)')
  database.close()
  await t.rejects(open(file), /not an embedded ledger/)
  const ledger = await open(newFile())
  await ledger.close()
  await ledger.close()
  await rejectsWith(t, ledger.submit('put', ['a', 'b']), 'ledger.unavailable')
  await rejectsWith(t, ledger.status(), 'ledger.unavailable')
})

async function open (file: string, mspId = 'UniversiteAMSP', role = 'gateway'): Promise<Ledger> {
  return await openLedger({ kind: 'embedded', file, mspId, role }, { contract: new LedgerTestContract() })
}

function newFile (): string {
  return join(folder, `${files++}.db`)
}

function startProcess (...args: string[]) {
  const script = join(import.meta.dirname, 'fixtures/processes/embedded-client.ts')
  return spawn(process.execPath, [script, ...args], { stdio: ['ignore', 'pipe', 'inherit'] })
}

function checkChain (file: string): void {
  const database = new DatabaseSync(file)
  try {
    new Chain(database).check()
  } finally {
    database.close()
  }
}
