/** How one signed transaction gets into a block though orderers are down, silent or liars: with orderers that are made up. */
import { setTimeout as sleep } from 'node:timers/promises'
import t, { type Test } from 'tap'
import { ScrutinError } from '../../protocol/src/errors.ts'
import { Availability } from '../src/fabric/availability.ts'
import { OrdererProgress } from '../src/fabric/orderer-progress.ts'
import { orderTransaction } from '../src/fabric/order-transaction.ts'

const limits = { resendAfterMilliseconds: 30, refusedMilliseconds: 100, waitMilliseconds: 400 }

/** What an orderer does with a transaction; `order` puts it into a block. */
type Orderer = (order: () => void) => Promise<boolean>

const orders: Orderer = async (order) => { setTimeout(order, 5); return true }
const swallows: Orderer = async () => true
const isDown: Orderer = async () => false
/** Answers nothing in time, but orders: what a time-out means is not known. */
const ordersSilently: Orderer = async (order) => { order(); await sleep(20); return false }

t.test('is content with the first orderer that takes it', async (t) => {
  const { sent, outcome } = await run(t, { a: orders, b: orders })
  t.same([sent, await outcome], [['a'], 'recorded'])
})

t.test('goes to another orderer when one does not take it', async (t) => {
  const { sent, outcome } = await run(t, { a: isDown, b: isDown, c: orders })
  t.same([await outcome, sent], ['recorded', ['a', 'b', 'c']])
})

t.test('sends it through another orderer when one swallows it, and tells which', async (t) => {
  const { sent, swallowed, outcome } = await run(t, { a: swallows, b: isDown, c: orders })
  t.same([await outcome, sent, swallowed], ['recorded', ['a', 'b', 'c'], ['a']])
})

t.test('waits on a busy orderer, but not without end', async (t) => {
  const slow: Orderer = async (order) => { setTimeout(order, 100); return true }
  const { sent, outcome } = await run(t, { a: slow, b: orders }, limits, () => true)
  t.same([await outcome, sent], ['recorded', ['a']])
  await rejects(t, (await run(t, { a: swallows }, limits, () => true)).outcome, 'ledger.timeout')
})

t.test('takes an orderer for busy while what came before is committed, and nothing that came after', async (t) => {
  let now = 0
  const progress = new OrdererProgress(() => now)
  t.notOk(progress.isQueued('a', 10, 100), 'nothing is known of it')
  progress.committed('a', 5)
  t.ok(progress.isQueued('a', 10, 100))
  t.notOk(progress.isQueued('b', 10, 100), 'another orderer')
  now = 100
  t.notOk(progress.isQueued('a', 10, 100), 'nothing moves any more')
  progress.committed('a', 7)
  t.ok(progress.isQueued('a', 10, 100))
  progress.committed('a', 11)
  progress.committed('a', 8)
  t.notOk(progress.isQueued('a', 10, 100), 'ours was passed over')
})

t.test('takes a commit as success, whatever the orderer said', async (t) => {
  const { sent, outcome } = await run(t, { a: ordersSilently, b: swallows })
  t.same([await outcome, sent], ['recorded', ['a']])
})

t.test('goes on while orderers choose a leader', async (t) => {
  let calls = 0
  const electing: Orderer = async (order) => ++calls <= 1 ? false : await orders(order)
  const { sent, outcome } = await run(t, { a: electing }, { ...limits, refusedMilliseconds: 2_000 })
  t.same([await outcome, sent], ['recorded', ['a', 'a']])
})

t.test('gives up in a bounded time, and says whether an orderer took it', async (t) => {
  await rejects(t, (await run(t, { a: isDown, b: isDown })).outcome, 'ledger.unavailable')
  await rejects(t, (await run(t, {})).outcome, 'ledger.unavailable')
  const { outcome, sent } = await run(t, { a: swallows, b: swallows })
  await rejects(t, outcome, 'ledger.timeout')
  t.ok(sent.length >= 2 && sent.length <= 5, `not sent without end: ${sent.length}`)
})

t.test('sets orderers aside for longer at each failure, and no longer once they work', async (t) => {
  let now = 0
  const availability = new Availability(() => now)
  t.equal(availability.rank('a'), 0)
  for (const pause of [1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000]) {
    availability.failed('a')
    now += pause - 1
    t.equal(availability.rank('a'), 2, `still after ${pause - 1} ms`)
    now += 1
    t.equal(availability.rank('a'), 0, `no more after ${pause} ms`)
  }
  availability.failed('a')
  availability.worked('a')
  t.equal(availability.rank('a'), 0)
  availability.disagreed('a')
  t.equal(availability.rank('a'), 1)
  now += 2_000
  t.equal(availability.rank('a'), 0)
})

t.test('sets aside whose endorsement spoils transactions, however well it answers, and forgets it slowly', async (t) => {
  let now = 0
  const availability = new Availability(() => now)
  availability.spoilt('a')
  availability.worked('a')
  t.equal(availability.rank('a'), 3, 'an answer proves nothing')
  availability.spoilt('a')
  t.equal(availability.rank('a'), 4, 'after those with whom less went wrong')
  now += 60_000
  t.equal(availability.rank('a'), 0)
  availability.spoilt('a')
  availability.proved('a')
  t.equal(availability.rank('a'), 0)
  availability.spoilt('a')
  t.equal(availability.rank('a'), 4, 'one valid transaction is not enough')
  availability.proved('a')
  availability.proved('a')
  availability.spoilt('a')
  t.equal(availability.rank('a'), 3)
  for (let times = 0; times < 100; times++) availability.spoilt('a')
  now += 600_000
  t.equal(availability.rank('a'), 0, 'ten minutes at most')
})

async function run (t: Test, orderers: Readonly<Record<string, Orderer>>, given = limits, queued: () => boolean = () => false): Promise<{ sent: string[], swallowed: string[], outcome: Promise<string> }> {
  const sent: string[] = []
  const swallowed: string[] = []
  const { promise: committed, resolve } = Promise.withResolvers<string>()
  t.teardown(() => { resolve('over') })
  const outcome = orderTransaction({
    transactionId: '00',
    committed,
    orderers: () => Object.keys(orderers),
    send: async (name) => {
      sent.push(name)
      return await (orderers[name] ?? isDown)(() => { resolve('recorded') })
    },
    isQueued: queued,
    swallowed: (name) => { swallowed.push(name) },
    limits: given,
  })
  outcome.catch(() => {})
  return { sent, swallowed, outcome }
}

async function rejects (t: Test, promise: Promise<unknown>, code: string): Promise<void> {
  const error: unknown = await promise.then(() => undefined, (reason: unknown) => reason)
  t.ok(error instanceof ScrutinError && error.code === code, String(error))
}
