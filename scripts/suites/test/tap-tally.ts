import { Readable } from 'node:stream'
import t from 'tap'
import { tallyTap, type Tally } from '../tap-tally.ts'

async function tally (...lines: string[]): Promise<Tally> {
  return await tallyTap(Readable.from(lines.map(line => line + '\n')))
}

t.test('a file without subtests is one test', async t => {
  t.match(await tally('TAP version 14', 'ok 1 - a', 'ok 2 - b', '1..2'), { passed: 1, failed: 0, failures: [] })
})

t.test('counts innermost tests, not assertions', async t => {
  t.match(await tally(
    'TAP version 14',
    '# Subtest: outer',
    '    # Subtest: first',
    '        ok 1 - a',
    '        ok 2 - b',
    '        1..2',
    '    ok 1 - first',
    '    # Subtest: second',
    '        ok 1 - a',
    '        1..1',
    '    ok 2 - second',
    '    1..2',
    'ok 1 - outer',
    '1..1'
  ), { passed: 2, failed: 0 })
})

t.test('a failed assertion fails its test once, and says what it was', async t => {
  const outcome = await tally(
    'TAP version 14',
    '# Subtest: counts',
    '    not ok 1 - should be equal',
    '      ---',
    '      diff: "-2 +1"',
    '      ...',
    '    ok 2 - b',
    '    1..2',
    'not ok 1 - counts',
    '1..1'
  )
  t.match(outcome, { passed: 0, failed: 1 })
  t.match(outcome.failures, [{ name: 'counts > should be equal', detail: { diff: '-2 +1' } }])
})

t.test('a test that failed though its assertions held is a failure', async t => {
  t.match(await tally(
    'TAP version 14',
    '# Subtest: hangs',
    '    ok 1 - a',
    '    1..1',
    'not ok 1 - hangs',
    '  ---',
    '  expired: hangs',
    '  ...',
    '1..1'
  ), { passed: 0, failed: 1, failures: [{ name: 'hangs', detail: { expired: 'hangs' } }] })
})

t.test('what stopped half way does not pass', async t => {
  t.match(await tally('TAP version 14', 'ok 1 - a'), { failed: 1, failures: [{ name: 'no plan' }] })
  t.match(await tally('TAP version 14', '1..3', 'ok 1 - a'), { failed: 1 })
  t.match(await tally('TAP version 14', 'ok 1 - a', 'Bail out! no network'), {
    failed: 1, failures: [{ name: 'bailed out: no network' }]
  })
})

t.test('skipped and to-do tests are neither passed nor failed', async t => {
  t.match(await tally(
    'TAP version 14',
    'ok 1 - needs Fabric # SKIP',
    '# Subtest: later',
    '    not ok 1 - a # TODO',
    '    1..1',
    'ok 2 - later',
    '1..2'
  ), { passed: 0, failed: 0, skipped: 1 })
})
