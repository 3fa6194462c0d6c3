import { resolve } from 'node:path'
import t from 'tap'
import { runTestFile } from '../run-test-file.ts'

const options = { timeout: 20 }

/** Lays files down inside the repository, so that they find tap. */
const folder = t.testdir({
  'passes.ts': "import t from 'tap'\nt.test('one', async t => { t.ok(true as boolean) })\nt.test('two', async t => { t.ok(true) })",
  'fails.ts': "import t from 'tap'\nt.test('one', async t => { t.ok(true) })\nt.test('two', async t => { t.equal(1, 2) })",
  'throws.ts': "import t from 'tap'\nt.test('one', async () => { throw new Error('boom') })",
  'does-not-parse.ts': 'enum Colour { red }',
  'holds-no-test.ts': 'export const two = 2',
  'dies.ts': "import t from 'tap'\nt.ok(true)\nprocess.kill(process.pid, 'SIGKILL')",
  'hangs.ts': "import t from 'tap'\nt.test('never', () => { setInterval(() => {}, 1000) })",
  'leaves-a-process.ts': "import t from 'tap'\nimport { spawn } from 'node:child_process'\nspawn('sleep', ['60'], { stdio: 'inherit' }).unref()\nt.ok(true)"
})

t.test('counts what passed and what failed', async t => {
  t.match(await runTestFile(folder, 'passes.ts', options), { file: 'passes.ts', passed: 2, failed: 0 })
  t.match(await runTestFile(folder, 'fails.ts', options), { passed: 1, failed: 1 })
  t.match(await runTestFile(folder, 'throws.ts', options), { passed: 0, failed: 1, failures: [{ name: /boom/ }] })
})

t.test('a file that cannot run, dies or holds no test fails', async t => {
  const files = ['does-not-parse.ts', 'holds-no-test.ts', 'dies.ts', 'is-not-there.ts']
  for (const outcome of await Promise.all(files.map(file => runTestFile(folder, file, options)))) {
    t.match(outcome, { failed: 1 }, outcome.file)
  }
})

t.test('keeps what a file wrote to standard error', async t => {
  t.match(await runTestFile(folder, 'does-not-parse.ts', options), { stderr: /enum is not supported/ })
})

t.test('a file that hangs fails after its time', async t => {
  const outcome = await runTestFile(folder, 'hangs.ts', { timeout: 2 })
  t.match(outcome, { passed: 0, failed: 1 })
  t.ok(outcome.seconds < 30, 'well before the run is over')
})

t.test('a process left behind is ended and does not hold up the run', async t => {
  const outcome = await runTestFile(folder, 'leaves-a-process.ts', options)
  t.match(outcome, { passed: 1, failed: 0 })
  t.ok(outcome.seconds < 30, 'without waiting for it')
})

t.test('runs files of this repository', async t => {
  const outcome = await runTestFile(resolve(import.meta.dirname, '../../..'), 'scripts/suites/test/tap-tally.ts', options)
  t.match(outcome, { failed: 0 })
})
