import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { randomBytes, randomInt } from 'node:crypto'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import t from 'tap'
import { BallotStore } from '../src/casting/ballot-store.ts'
import type { QueuedBallot } from '../src/casting/queued-ballot.ts'

const limits = { maxBallots: 1000, maxBytes: 1_000_000 }
const hex = (): string => randomBytes(32).toString('hex')
const electionId = hex()
const someBallot = (length = 100): QueuedBallot => ({ electionId, tracker: hex(), credentialKey: hex(), bytes: randomBytes(length) })
const plain = (ballots: readonly QueuedBallot[]): object[] => ballots
  .map(({ bytes, ...rest }) => ({ ...rest, bytes: Buffer.from(bytes).toString('hex') }))
  .sort((a, b) => a.tracker < b.tracker ? -1 : 1)

t.test('what it took stands there at the next start, without what was settled', async (t) => {
  const file = join(t.testdir(), 'gateway', 'ballots.sqlite')
  const store = new BallotStore(file, limits)
  t.strictSame(store.load(), [])
  const ballots = [someBallot(), someBallot(), someBallot(), someBallot()]
  await Promise.all(ballots.map(async (ballot) => { await store.put(ballot) }))
  await store.put(ballots[0]!) // twice is once
  store.settle(ballots[1]!)
  store.settle(ballots[2]!, { code: 'ballot.proof', detail: 'of the second question' })
  t.strictSame(store.refusalOf(electionId, ballots[2]!.tracker), { code: 'ballot.proof', detail: 'of the second question' })
  t.throws(() => new BallotStore(file, limits), /locked/, 'one gateway a folder')
  store.close()
  const again = new BallotStore(file, limits)
  t.strictSame(plain(again.load()), plain([ballots[0]!, ballots[3]!]))
  t.strictSame(again.depth, { ballots: 2, bytes: 200 })
  t.strictSame(again.refusalOf(electionId, ballots[2]!.tracker), { code: 'ballot.proof', detail: 'of the second question' })
  t.equal(again.refusalOf(hex(), ballots[2]!.tracker), undefined, 'of this election only')
  t.equal(again.refusalOf(electionId, ballots[1]!.tracker), undefined)
  again.close()
})

t.test('its room is bounded by number and by bytes, and is there again when ballots are settled', async (t) => {
  const store = new BallotStore(':memory:', { maxBallots: 3, maxBytes: 1000 })
  t.teardown(() => { store.close() })
  const first = someBallot()
  await store.put(first)
  await t.rejects(store.put(someBallot(901)), { code: 'service.busy', status: 503 })
  await Promise.all([store.put(someBallot()), store.put(someBallot())])
  await t.rejects(store.put(someBallot()), { code: 'service.busy' })
  store.settle(first)
  await store.put(someBallot())
  t.strictSame(store.depth, { ballots: 3, bytes: 300 })
})

t.test('a disk that takes no more: nothing is accepted, and later it goes on', async (t) => {
  const file = join(t.testdir(), 'ballots.sqlite')
  const store = new BallotStore(file, { maxBallots: 1000, maxBytes: 100_000_000, maxPages: 12 })
  const kept = someBallot()
  await store.put(kept)
  // the limit of the file's size fails as a full disk does: SQLITE_FULL
  const outcomes = await Promise.allSettled(Array.from({ length: 40 }, async () => { await store.put(someBallot(4000)) }))
  t.ok(outcomes.every((outcome) => outcome.status === 'rejected' && outcome.reason.code === 'service.storage' && outcome.reason.status === 503))
  t.strictSame(store.depth, { ballots: 1, bytes: 100 })
  await store.put(someBallot())
  t.equal(store.depth.ballots, 2, 'what fits is taken')
  store.settle(kept)
  store.close()
  const again = new BallotStore(file, limits)
  t.equal(again.load().length, 1)
  again.close()
})

t.test('SIGKILL at any point loses nothing that was accepted', async (t) => {
  const file = join(t.testdir(), 'ballots.sqlite')
  const writer = join(import.meta.dirname, 'support/store-writer.ts')
  const accepted = new Set<string>()
  for (let round = 0; round < 8; round++) {
    const child = spawn(process.execPath, [writer, file], { stdio: ['ignore', 'pipe', 'inherit'], env: { ...process.env, NODE_OPTIONS: '' } })
    let lines = 0
    const enough = randomInt(1, 300)
    for await (const line of createInterface({ input: child.stdout })) {
      accepted.add(line)
      if (++lines === enough) child.kill('SIGKILL')
    }
    if (child.exitCode === null && child.signalCode === null) await once(child, 'exit')
  }
  t.ok(accepted.size > 8)
  const store = new BallotStore(file, { maxBallots: 1e6, maxBytes: 1e9 })
  const found = new Set(store.load().map(({ tracker }) => tracker))
  store.close()
  t.strictSame([...accepted].filter((tracker) => !found.has(tracker)), [])
})
