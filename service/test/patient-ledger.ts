import { setTimeout as sleep } from 'node:timers/promises'
import t from 'tap'
import { ScrutinError } from '../../protocol/src/errors.ts'
import type { Ledger } from '../../ledger/src/port.ts'
import { eventually } from '../../ledger/test/support/until.ts'
import { PatientLedger } from '../src/patient-ledger.ts'
import { all, answering, block, config, event, never, opener, pauseMs, quiet } from './support/closed-door.ts'

t.test('until it opens it is unavailable, and what follows the chain waits; then it is the ledger', async (t) => {
  const { ledger, closed } = answering()
  const door = opener(ledger)
  const warnings: string[] = []
  const patient = new PatientLedger(config, door.open)
  await patient.open({ log: { ...quiet, warn: (_, message) => { warnings.push(message) } }, onGivenUp: never(t), pauseMs })
  t.match(patient, { kind: 'embedded', mspId: 'MemberD' })
  t.equal(patient.notice, undefined)
  const unavailable = { name: 'ScrutinError', code: 'ledger.unavailable' }
  await t.rejects(patient.submit('open', []), unavailable)
  await t.rejects(patient.evaluate('readElection', []), unavailable)
  await t.rejects(patient.locate('00'), unavailable)
  await t.rejects(patient.status(), unavailable)
  t.throws(() => patient.events(), unavailable, 'where "now" is, it cannot know')
  const settled: string[] = []
  const events = all(patient.events({ from: 3n })).finally(() => { settled.push('events') })
  const blocks = all(patient.blocks()).finally(() => { settled.push('blocks') })
  const gone = new AbortController()
  const left = all(patient.events({ from: 3n, signal: gone.signal }))
  gone.abort()
  t.strictSame(await left, [])
  t.strictSame(await all(patient.blocks({ signal: gone.signal })), [])

  door.failWith = new ScrutinError('ledger.timeout')
  await eventually(async () => door.attempts.length >= 6)
  t.strictSame(settled, [])
  t.equal(warnings.length, door.attempts.length)
  const pauses = door.attempts.slice(1).map((at, i) => at - door.attempts[i]!)
  for (const [i, least] of [10, 20, 40, 40, 40].entries()) t.ok(pauses[i]! >= least - 2, `${pauses[i]} ms`)

  door.failWith = undefined
  t.strictSame(await events, [event])
  t.strictSame(await blocks, [block])
  t.equal(patient.notice, 'for trying out')
  t.equal((await patient.submit('open', [])).transactionId, 'open')
  t.equal(Buffer.from(await patient.evaluate('readElection', [])).toString(), 'readElection')
  t.match(await patient.locate('00'), { blockNumber: 9n })
  t.match(await patient.status(), { height: 4n })
  t.strictSame(await all(patient.events()), [event])
  const { length } = door.attempts
  await patient.close()
  t.equal(closed(), 1)
  await sleep(100)
  t.equal(door.attempts.length, length, 'what is open is not opened again')
})

t.test('closed while it waits, it ends quietly, and what opens too late is closed', async (t) => {
  const { ledger, closed } = answering()
  const door = opener(ledger)
  const patient = new PatientLedger(config, door.open)
  await patient.open({ log: quiet, onGivenUp: never(t), pauseMs })
  const events = all(patient.events({ from: 0n }))
  const blocks = all(patient.blocks())
  await patient.close()
  t.strictSame([...await events, ...await blocks], [])
  await t.rejects(patient.status(), { code: 'ledger.unavailable', detail: /closed/ })
  const { length } = door.attempts
  await sleep(100)
  t.equal(door.attempts.length, length)
  t.equal(closed(), 0)

  const late = Promise.withResolvers<Ledger>()
  const slow = new PatientLedger(config, async () => await late.promise)
  const opening = slow.open({ log: quiet, onGivenUp: never(t), pauseMs })
  await slow.close()
  late.resolve(ledger)
  await opening
  t.equal(closed(), 1)
  await t.rejects(slow.status(), { code: 'ledger.unavailable' })
})

t.test('what time does not heal is not tried again', async (t) => {
  for (const failure of [new Error('no such file'), new ScrutinError('ledger.refused')]) {
    const door = opener(answering().ledger)
    door.failWith = failure
    const patient = new PatientLedger(config, door.open)
    await t.rejects(patient.open({ log: quiet, onGivenUp: never(t), pauseMs }), failure)
    t.strictSame(await all(patient.blocks()), [])
    await sleep(50)
    t.equal(door.attempts.length, 1)

    const later = opener(answering().ledger)
    const given = Promise.withResolvers<unknown>()
    const waiting = new PatientLedger(config, later.open)
    await waiting.open({ log: quiet, onGivenUp: given.resolve, pauseMs })
    const events = all(waiting.events({ from: 0n }))
    later.failWith = failure
    t.equal(await given.promise, failure)
    t.strictSame(await events, [])
  }
})
