/** A gateway told to stop in the middle of casting: it ends in time, and what it acknowledged or took on is not lost. */
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import t from 'tap'
import { castableBallot, sampleElection } from '../../protocol/test/support/sample-election.ts'
import { sampleQuestion } from '../../protocol/test/support/sample-definition.ts'
import { stageOpenElection } from '../../chaincode/test/support/staged-election.ts'
import type { Ledger } from '../../ledger/src/port.ts'
import { eventually } from '../../ledger/test/support/until.ts'
import type { CastStatus } from '../src/answers.ts'
import { changedLedger, testBench } from './support/gateways.ts'

t.test('stopped under load, it loses nothing that it acknowledged or took on', async (t) => {
  const { as, gateway, listening } = await testBench(t)
  await listening('MemberA')
  const election = sampleElection({ changes: { questions: [sampleQuestion('one', 1, { min: 0, max: 1, blank: false })] } })
  await stageOpenElection(as, election)
  const ballots: Awaited<ReturnType<typeof castableBallot>>[] = []
  for (let i = 0; i < 12; i++) ballots.push(await castableBallot(election, [{ choose: [] }]))
  const real = await as('MemberD', 'gateway')
  let begun = 0
  const submit: Ledger['submit'] = async (...args) => {
    begun++
    await sleep(200)
    return await real.submit(...args)
  }
  const ballotFile = join(t.testdir(), 'ballots.sqlite')
  const { app, url } = await listening('MemberD', { ledger: changedLedger(real, { submit }), ballotFile, enter: false, config: { casting: { batch: { maxBallots: 2, transactionsAtOnce: 1 } } } })

  /** By tracker, the status of what was answered; nothing for whom the connection broke. */
  const answered = new Map<string, number>()
  const posting = ballots.map(async ({ bytes, tracker }, i) => {
    const answer = await fetch(`${url}/v1/elections/${election.id}/ballots`, {
      method: 'POST', headers: { 'content-type': 'application/octet-stream', prefer: i % 3 === 0 ? 'respond-async' : 'wait=20' }, body: Uint8Array.from(bytes),
    }).catch(() => undefined)
    if (answer !== undefined) answered.set(tracker, answer.status)
  })
  await eventually(async () => begun === 2)
  const started = performance.now()
  await app.close()
  await Promise.all(posting)
  t.ok(performance.now() - started < 10_000, `it took ${(performance.now() - started).toFixed(0)} ms`)
  const statuses = [...answered.values()]
  t.ok(statuses.every((status) => status === 201 || status === 202 || status === 503), statuses.join())
  t.ok(statuses.includes(201) && statuses.includes(202), `some receipts, some promises: ${statuses.join()}`)
  t.ok(begun < 6, 'no transaction was begun any more')

  const box = async (): Promise<string[]> => {
    const { ballots: found } = (await again.app.inject(`/v1/elections/${election.id}/ballots?limit=100`)).json<{ ballots: { tracker: string }[] }>()
    return found.map(({ tracker }) => tracker)
  }
  const again = await gateway('MemberD', { ledger: real, ballotFile, enter: false })
  const acknowledged = [...answered].filter(([, status]) => status === 201).map(([tracker]) => tracker)
  const atOnce = await box()
  t.ok(acknowledged.every((tracker) => atOnce.includes(tracker)), 'what had a receipt is in the box')
  for (const [tracker, status] of answered) {
    if (status === 503) continue
    const cast = (await again.app.inject({ url: `/v1/elections/${election.id}/casts/${tracker}`, headers: { prefer: 'wait=20' } })).json<CastStatus>()
    t.match(cast, { status: 'recorded', receipt: { tracker } }, 'and what was promised is cast after the next start')
  }
  const trackers = await box()
  t.equal(new Set(trackers).size, trackers.length)
})
