import { randomBytes } from 'node:crypto'
import t, { type Test } from 'tap'
import { ScrutinError } from '../../protocol/src/errors.ts'
import { Batches, type BatchRules } from '../src/casting/batches.ts'
import type { BallotOutcome } from '../src/casting/cast-batch.ts'
import type { QueuedBallot } from '../src/casting/queued-ballot.ts'
import { eventually } from '../../ledger/test/support/until.ts'
import { fakeBallot, FakeLedger } from './support/fake-ledger.ts'

const electionId = randomBytes(32).toString('hex')
const rules: BatchRules = { maxBallots: 200, maxBytes: 2 ** 21, windowMs: 0, transactionsAtOnce: 4 }

interface Bench {
  readonly fake: FakeLedger
  readonly batches: Batches
  readonly outcomes: Map<QueuedBallot, BallotOutcome>
  /** Transactions that had begun when the ballot was settled. */
  readonly settledAt: Map<QueuedBallot, number>
  cast (ballots: readonly QueuedBallot[]): Promise<void>
  code (ballot: QueuedBallot): string
}

function bench (t: Test, changes: Partial<BatchRules> = {}): Bench {
  const fake = new FakeLedger()
  const outcomes = new Map<QueuedBallot, BallotOutcome>()
  const settledAt = new Map<QueuedBallot, number>()
  const batches = new Batches({
    ledger: fake.ledger,
    rules: { ...rules, ...changes },
    log: { warn: () => {} },
    onSettled: (ballot, outcome) => {
      if (outcomes.has(ballot)) t.fail('settled twice')
      outcomes.set(ballot, outcome)
      settledAt.set(ballot, fake.transactions.length)
    },
  })
  t.teardown(async () => { await batches.close() })
  return {
    fake,
    batches,
    outcomes,
    settledAt,
    cast: async (ballots) => {
      for (const ballot of ballots) batches.add(ballot)
      await eventually(async () => ballots.every((ballot) => outcomes.has(ballot)))
    },
    code: (ballot) => {
      const outcome = outcomes.get(ballot)!
      return outcome.kind === 'recorded' ? 'recorded' : outcome.refusal.code
    },
  }
}

const many = (count: number): QueuedBallot[] => Array.from({ length: count }, () => fakeBallot(electionId))

t.test('idle, one ballot goes at once and alone; under load, a transaction carries what came meanwhile', async (t) => {
  const { fake, batches, cast, outcomes } = bench(t)
  const started = performance.now()
  await cast(many(1))
  t.ok(performance.now() - started < 200)
  t.equal(fake.transactions.length, 1)
  fake.ms = 60
  const ballots = many(100)
  for (const ballot of ballots) {
    batches.add(ballot)
    await new Promise((resolve) => { setTimeout(resolve, 1) })
  }
  await eventually(async () => ballots.every((ballot) => outcomes.has(ballot)))
  t.ok(fake.transactions.length <= 12, `${fake.transactions.length} transactions for 101 ballots`)
  t.ok(fake.mostUnderWay <= 2, 'batches that are not full wait for the last')
})

t.test('maximum, bytes and window are kept to, zero included', async (t) => {
  const single = bench(t, { maxBallots: 1, windowMs: 0 })
  await single.cast(many(20))
  t.equal(single.fake.transactions.length, 20, 'one ballot, one transaction')
  t.equal(single.fake.mostUnderWay, 4)

  const full = bench(t, { maxBallots: 7 })
  await full.cast(many(30))
  t.strictSame(full.fake.transactions.map(({ trackers }) => trackers.length).sort(), [2, 7, 7, 7, 7])

  const heavy = bench(t, { maxBytes: 1000 })
  await heavy.cast(Array.from({ length: 10 }, () => fakeBallot(electionId, { length: 300 })))
  t.ok(heavy.fake.transactions.every(({ trackers }) => trackers.length <= 3))
  await heavy.cast([fakeBallot(electionId, { length: 3000 })])

  const patient = bench(t, { windowMs: 100 })
  const started = performance.now()
  for (const ballot of many(5)) {
    patient.batches.add(ballot)
    await new Promise((resolve) => { setTimeout(resolve, 5) })
  }
  await eventually(async () => patient.outcomes.size === 5)
  t.ok(performance.now() - started >= 95)
  t.equal(patient.fake.transactions.length, 1)
})

t.test('the order in a transaction is not the order of arrival, and elections do not share one', async (t) => {
  const { fake, cast } = bench(t)
  const ballots = many(60)
  const others = Array.from({ length: 3 }, () => fakeBallot('ff'.repeat(32)))
  await cast([...ballots, ...others])
  const [first] = fake.transactions.filter(({ trackers }) => trackers.length > 3)
  t.notSame(first!.trackers, ballots.slice(0, first!.trackers.length).map(({ tracker }) => tracker))
  t.ok(fake.transactions.every(({ trackers }) => new Set(trackers.map((tracker) => others.some((other) => other.tracker === tracker))).size === 1))
})

t.test('each ballot gets its own verdict, and one good ballot is enough', async (t) => {
  const { fake, cast, code } = bench(t)
  const [good, junk, used] = [fakeBallot(electionId), fakeBallot(electionId, { flag: 1 }), fakeBallot(electionId)]
  fake.record(fakeBallot(electionId, { credentialKey: used.credentialKey }))
  await cast([good, junk, used])
  t.strictSame([good, junk, used].map(code), ['recorded', 'ballot.proof', 'ballot.credential-used'])
  t.equal(fake.transactions.length, 1)
  const bad = [fakeBallot(electionId, { flag: 1 }), fakeBallot(electionId, { flag: 1 })]
  await cast(bad)
  t.strictSame(bad.map(code), ['ballot.proof', 'ballot.proof'], 'none accepted: the contract says so of each')
  t.equal(fake.transactions.length, 2)
})

t.test('one ballot that others cast at the same time delays nobody by more than a few transactions', async (t) => {
  const { fake, cast, code, settledAt } = bench(t, { transactionsAtOnce: 1 })
  const ballots = many(200)
  const duplicate = ballots[77]!
  fake.rivals.push(duplicate)
  await cast(ballots)
  t.strictSame(new Set(ballots.map(code)), new Set(['recorded']))
  t.equal(fake.box.get(duplicate.credentialKey)?.tracker, duplicate.tracker)
  t.strictSame(fake.transactions.map(({ trackers, outcome }) => [trackers.length, outcome]), [[200, 'ledger.conflict'], [100, 'committed'], [99, 'committed']])
  t.equal(settledAt.get(duplicate), 1, 'found without another transaction')

  // sent again and again through another gateway: recorded once, it can disturb no more
  const before = fake.transactions.length
  for (let i = 0; i < 20; i++) {
    const next = many(10)
    await cast([...next, { ...duplicate }])
    t.strictSame(new Set(next.map(code)), new Set(['recorded']))
  }
  t.equal(fake.transactions.length - before, 20)
})

t.test('an attacker with many credentials costs a transaction or two for each', async (t) => {
  const { fake, cast, code } = bench(t, { transactionsAtOnce: 1 })
  const ballots = many(128)
  fake.rivals.push(...ballots.slice(0, 5))
  await cast(ballots)
  t.strictSame(new Set(ballots.map(code)), new Set(['recorded']))
  t.ok(fake.transactions.length <= 1 + 2 * 5, `${fake.transactions.length} transactions`)
})

t.test('a ballot that makes the contract fail stands alone after a few transactions', async (t) => {
  const { fake, batches, outcomes, settledAt } = bench(t, { transactionsAtOnce: 1 })
  const ballots = many(64)
  const poison = fakeBallot(electionId, { flag: 2 })
  for (const ballot of [...ballots, poison]) batches.add(ballot)
  await eventually(async () => ballots.every((ballot) => outcomes.has(ballot)))
  t.ok(Math.max(...settledAt.values()) <= 16, `${Math.max(...settledAt.values())} transactions`)
  t.notOk(outcomes.has(poison), 'it is tried again, ever more rarely')
  const tries = fake.transactions.length
  const next = many(5)
  for (const ballot of next) batches.add(ballot)
  await eventually(async () => next.every((ballot) => outcomes.has(ballot)))
  t.ok(fake.transactions.length - tries <= 6)
  fake.isClosed = true
  await eventually(async () => outcomes.has(poison))
  t.match(outcomes.get(poison), { kind: 'refused', refusal: { code: 'ballot.not-cast' } })
})

t.test('an outage of the ledger changes nothing but the time', async (t) => {
  const { fake, cast, code } = bench(t)
  fake.mishaps.push(new ScrutinError('ledger.unavailable'), new ScrutinError('ledger.timeout'), new ScrutinError('clock.skew'))
  const ballots = many(50)
  await cast(ballots)
  t.strictSame(new Set(ballots.map(code)), new Set(['recorded']))
  t.ok(fake.transactions.length <= 6, 'meanwhile it is asked rarely')
})

t.test('what misses the close is told so, and what did not is found', async (t) => {
  const { fake, cast, code, outcomes } = bench(t)
  const [recorded, missed, taken] = [fakeBallot(electionId), fakeBallot(electionId), fakeBallot(electionId)]
  fake.record(recorded)
  fake.record(fakeBallot(electionId, { credentialKey: taken.credentialKey }))
  fake.isClosed = true
  await cast([recorded, missed, taken])
  t.match(outcomes.get(recorded), { kind: 'recorded', isNew: false, blockNumber: 7n })
  t.strictSame([missed, taken].map(code), ['ballot.not-cast', 'ballot.credential-used'])
})

t.test('no word of other members ends a ballot while the own peer shows the voting open', async (t) => {
  await Promise.all((['election.state', 'election.too-late'] as const).flatMap((code) => (['open', 'keyed'] as const).map(async (status) => {
    const { fake, cast, code: outcome } = bench(t)
    fake.own.status = status
    fake.mishaps.push(new ScrutinError(code))
    const ballots = many(3)
    await cast(ballots)
    t.strictSame(ballots.map(outcome), ['recorded', 'recorded', 'recorded'], `${code}, ${status}`)
  })))
})

t.test('a gateway whose own peer is behind settles nothing until it has caught up', async (t) => {
  const { fake, batches, outcomes, cast, code } = bench(t)
  const [recorded, missed] = [fakeBallot(electionId), fakeBallot(electionId)]
  fake.record(recorded)
  fake.own = { status: 'open', box: new Map() }
  fake.isClosed = true
  for (const ballot of [recorded, missed]) batches.add(ballot)
  await eventually(async () => fake.transactions.length >= 2)
  t.equal(outcomes.size, 0)
  fake.own = { placed: false }
  await eventually(async () => outcomes.has(missed))
  t.notOk(outcomes.has(recorded), 'it is in the box: that its block is not told yet is no refusal')
  fake.own = {}
  await eventually(async () => outcomes.has(recorded))
  t.strictSame([recorded, missed].map(code), ['recorded', 'ballot.not-cast'])
  t.ok(fake.transactions.length < 20, 'and does not ask all the time')

  const other = fakeBallot('ee'.repeat(32))
  fake.isClosed = false
  await cast([other])
  t.equal(code(other), 'recorded')
})

t.test('another election is cast while one waits for its end', async (t) => {
  const { fake, batches, outcomes, cast } = bench(t)
  fake.own = { status: 'open' }
  fake.mishaps.push(new ScrutinError('election.too-late'))
  const waiting = fakeBallot(electionId)
  batches.add(waiting)
  await eventually(async () => fake.transactions.length === 1 && fake.underWay === 0)
  await cast([fakeBallot('ff'.repeat(32))])
  t.notOk(outcomes.has(waiting))
  await eventually(async () => outcomes.has(waiting))
})

t.test('that none was accepted, with verdicts that members do not agree on, refuses no ballot', async (t) => {
  const { fake, cast, code } = bench(t)
  fake.mishaps.push(new ScrutinError('ballot.none-accepted'))
  const ballot = fakeBallot(electionId)
  await cast([ballot])
  t.equal(code(ballot), 'recorded')
})

t.test('closing waits for what is under way and starts nothing new', async (t) => {
  const { fake, batches, outcomes } = bench(t, { maxBallots: 2, transactionsAtOnce: 1 })
  fake.ms = 50
  for (const ballot of many(6)) batches.add(ballot)
  await eventually(async () => fake.underWay === 1)
  await batches.close()
  t.equal(outcomes.size, 2)
  t.equal(fake.transactions.length, 1)
})
