/**
 * Members that fall while people vote, and members that lie, on one real network of four: what was acknowledged is
 * counted, once; what is false does not pass two of four, and three of four not the auditor.
 */
import { execFile } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { createWriteStream } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import t, { type Test } from 'tap'
import { openLedger } from '../../../ledger/src/open-ledger.ts'
import type { LedgerConfig } from '../../../ledger/src/config.ts'
import { giveAuditorIdentity } from '../../../network/src/auditor-identity.ts'
import { reset } from '../../../network/src/bring-down.ts'
import { packageContract } from '../../../network/src/chaincode-lifecycle.ts'
import { contractProcess } from '../../../network/src/contract-process.ts'
import { membersOf } from '../../../network/src/member.ts'
import { readLeader } from '../../../network/src/ordering-leader.ts'
import { startProcess, stopProcess } from '../../../network/src/processes.ts'
import { printed } from '../../../network/src/progress.ts'
import { readStatus } from '../../../network/src/status.ts'
import { killProcesses } from '../../../network/test/support/kill-processes.ts'
import { joinFrames } from '../../../protocol/src/bytes.ts'
import { generateKeyPair } from '../../../protocol/src/schnorr.ts'
import { fillIn } from '../../../voter/src/cast-ballot.ts'
import { GatewayClient } from '../../../voter/src/gateway-client.ts'
import { type ElectionAtHand, meetElection } from '../../../voter/src/vote.ts'
import { bringUpConsortium } from '../../staging/bring-up-consortium.ts'
import { ConsortiumApi } from '../../staging/consortium-api.ts'
import { approvalDraft, optionId } from '../../staging/draft-definition.ts'
import { stageElection } from '../../staging/stage-election.ts'
import { countElection } from '../count-election.ts'
import { BlockWatch } from './support/block-watch.ts'
import { type PreparedBallot, prepareBallot, prepareBallots } from './support/prepared-ballots.ts'
import { SteadyVoting } from './support/steady-voting.ts'
import { submitThrough } from './support/submit-through.ts'

t.setTimeout(840_000)

const dataFolder = await mkdtemp(join(tmpdir(), 'scrutin-faults-'))
const progress = printed()
t.teardown(async () => {
  await reset({ dataFolder, progress })
  await rm(dataFolder, { recursive: true, force: true })
})

const portBase = 25_000
const options = ['A', 'B', 'C']
const answers = [{ choose: [optionId(0), optionId(2)] }]
/** Milliseconds between voters: while something is measured, and while members only have to come back. */
const [hurried, unhurried] = [250, 1000]
const voters = { casting: 130, crowd: 60, attacking: 6, issuing: 12, staying: 2, lying: 12 }

const up = async (): ReturnType<typeof bringUpConsortium> => await bringUpConsortium({ fabric: true, dataFolder, portBase, progress })
const network = await up()
const members = membersOf(network.consortium, dataFolder, portBase)
const gateways = network.members.map(({ gateway }) => new GatewayClient(gateway.url))
const channel = network.consortium.channel

/** Transactions with ballots that a member's gateway has made, whatever became of them. */
async function transactionsOf ({ ports }: typeof members[number]): Promise<number> {
  const metrics = await (await fetch(`http://127.0.0.1:${ports.gatewayMetrics}/metrics`)).text()
  return [...metrics.matchAll(/^scrutin_transaction_seconds_count\{[^}]*\} (\d+)$/gm)].reduce((sum, [, count]) => sum + Number(count), 0)
}

/** All peers answer, hold the same chain, and none is behind what the others had by now. */
async function caughtUp (): Promise<void> {
  const { members: now } = await readStatus({ dataFolder })
  const height = Math.max(...now.map(({ height }) => height ?? 0))
  for (let attempt = 0; attempt < 120; attempt++) {
    const status = await readStatus({ dataFolder })
    if (status.agree && status.members.every((member) => (member.height ?? 0) >= height)) return
    await sleep(500)
  }
  throw new Error('a member did not catch up in a minute')
}

t.test('voting while members fall and come back', async (t) => {
  const staged = await stageElection(network, approvalDraft('Faults', options), voters.casting + voters.crowd + voters.attacking + voters.issuing + voters.staying, progress)
  const at = await meetElection(gateways[0]!, staged.electionId)
  const codes = [...staged.codes]
  const ballots = await progress.step(`${voters.casting} ballots are prepared`, async () => await prepareBallots(at, codes.splice(0, voters.casting), answers))
  const voting = new SteadyVoting(at, gateways, ballots, unhurried)
  const duplicated: PreparedBallot[] = []

  await t.test('one who casts through two members at once, again and again, hardly delays others', async (t) => {
    const crowd = await prepareBallots(at, codes.splice(0, voters.crowd), answers)
    const duplicates = await prepareBallots(at, codes.splice(0, voters.attacking), answers)
    const before = await transactionsOf(members[0]!)
    const post = async ({ url }: GatewayClient, { bytes }: PreparedBallot): Promise<number> => {
      const response = await fetch(`${url}/v1/elections/${staged.electionId}/ballots`, {
        method: 'POST', headers: { 'content-type': 'application/octet-stream', prefer: 'wait=30' }, body: Uint8Array.from(bytes),
      })
      await response.arrayBuffer()
      return response.status
    }
    const attack = Promise.all(duplicates.map(async (ballot) => {
      for (let round = 0; round < 10; round++) await Promise.all([gateways[0]!, gateways[1]!, gateways[0]!].map(async (gateway) => await post(gateway, ballot)))
    }))
    const first = new SteadyVoting(at, [gateways[0]!], crowd, 0)
    await Promise.all(crowd.map(async (ballot) => { await first.cast(ballot) }))
    await attack
    const statuses = await Promise.all(duplicates.map(async (ballot) => await post(gateways[0]!, ballot)))
    t.strictSame(statuses, duplicates.map(() => 200), 'what came often is there, once')
    t.strictSame(first.refused, [])
    t.equal(first.acknowledged.length, crowd.length)
    const transactions = await transactionsOf(members[0]!) - before
    t.comment(`${transactions} transactions for ${crowd.length} ballots and ${duplicates.length} that came 30 times each`)
    t.ok(transactions > 0 && transactions <= 3 * duplicates.length + 7, `${transactions} transactions`)
    duplicated.push(...duplicates)
    voting.acknowledged.push(...first.acknowledged)
  })

  await t.test('of the leader, everything but its CA and registrar is killed', async (t) => {
    const leader = await readLeader(members, channel)
    if (leader === undefined) throw new Error('nobody leads')
    await fall(t, leader.name)
  })

  await t.test('of a member that does not lead, the same', async (t) => {
    const leader = await readLeader(members, channel)
    await fall(t, members.findLast((member) => member !== leader)!.name)
  })

  await t.test('a registrar that is down stops issuing only', async (t) => {
    const registrar = staged.registrars[1]!
    const [waiting, late] = [codes.splice(0, voters.issuing - 2), codes.splice(0, 2)]
    // they are being served when it dies
    const served = waiting.map(async (own) => await prepareBallot(at, own, answers).catch(() => undefined))
    await sleep(400)
    t.equal(await killProcesses(dataFolder, [registrar.name], ['registrar']), 1)
    const before = voting.acknowledged.length
    await voting.during(async () => {
      await t.rejects(prepareBallot(at, late[0]!, answers), 'nobody new is issued a credential')
      await sleep(1000)
    })
    t.ok(voting.acknowledged.length > before, 'casting goes on')
    await up()
    const issued = (await Promise.all(served)).filter((ballot) => ballot !== undefined)
    t.equal(issued.length, waiting.length, 'who was being served when it died is served')
    const [afterwards] = await prepareBallots(at, late.slice(0, 1), answers)
    for (const ballot of [...issued, afterwards!]) await voting.cast(ballot)
  })

  await t.test('every orderer and every peer is restarted once', async (t) => {
    const before = voting.acknowledged.length
    await voting.during(async () => {
      // the leader last, as one would: else each restart ends the leadership that the one before brought about
      const leader = await readLeader(members, channel)
      const order = members.toSorted((a, b) => Number(a === leader) - Number(b === leader))
      for (const [i, member] of order.entries()) {
        // an orderer and another member's peer in one go
        await stopProcess(member.folders.orderer)
        await stopProcess(order[(i + 1) % order.length]!.folders.peer)
        await up()
        t.comment(`${voting.acknowledged.length - before} receipts, ${voting.waiting} ballots left`)
      }
    })
    t.ok(voting.acknowledged.length > before)
  })

  await t.test('every acknowledged ballot is counted exactly once', async (t) => {
    t.strictSame(voting.refused.map(String), [])
    const trackers = new Set([...voting.acknowledged.map(({ receipt }) => receipt.tracker), ...duplicated.map(({ tracker }) => tracker)])
    t.equal(trackers.size, voting.acknowledged.length + duplicated.length)
    await caughtUp()
    for (const gateway of gateways) {
      const shown = await trackersAt(gateway, staged.electionId)
      t.ok([...trackers].every((tracker) => shown.has(tracker)), `${gateway.url} shows all of them`)
    }
    const { result, report } = await countElection(network, staged.electionId, join(dataFolder, 'faults.ndjson'), progress)
    for (const { name, ok, detail } of report.checks) t.ok(ok, `${name}${ok ? '' : `: ${detail}`}`)
    t.equal(result.ballots, trackers.size)
    // a stranger comes to the same from a peer, with what a member gave them
    const { peerFile, anchorFile } = await giveAuditorIdentity({ dataFolder, name: 'stranger', out: join(dataFolder, 'stranger') })
    const stranger = await verify('--peer', peerFile, '--anchor', anchorFile, '--election', staged.electionId)
    t.strictSame(stranger.report.checks.filter(({ ok }) => !ok), [])
    t.equal(stranger.code, 0, 'verified and anchored')
    t.strictSame(result.questions[0]?.counts, { [optionId(0)]: trackers.size, [optionId(1)]: 0, [optionId(2)]: trackers.size })
  })

  /** In mid-vote: SIGKILL to all that a member needs to vote through it, then voting without it, then with it again. */
  async function fall (t: Test, name: string): Promise<void> {
    const survivor = network.members.find((member) => member.name !== name)!
    const ledger = await openLedger(survivor.ledgers.auditor as LedgerConfig)
    const watch = new BlockWatch(ledger)
    const own = network.members.find((member) => member.name === name)!.gateway.url
    voting.every = hurried
    await voting.during(async () => {
      await sleep(2500)
      const killedAt = performance.now()
      t.equal(await killProcesses(dataFolder, [name], ['orderer', 'peer', 'contract', 'gateway']), 4)
      await voted(5, killedAt)
      t.ok(voting.acknowledged.filter(({ at }) => at > killedAt).every(({ gateway }) => gateway !== own), 'the others give receipts')
      await sleep(2000)
      voting.every = unhurried
      t.comment(`${name} killed: blocks paused for ${watch.gapAround(killedAt)?.toFixed(1) ?? '?'} s`)
      await up()
      await caughtUp()
      t.pass(`${name} has caught up`)
    })
    await watch.stop()
    await ledger.close()
    t.comment(`${voting.acknowledged.length} receipts, ${voting.waiting} ballots left`)
  }

  async function voted (receipts: number, since: number): Promise<void> {
    while (voting.acknowledged.filter(({ at }) => at > since).length < receipts) await sleep(100)
  }
})

t.test('members that lie about ballots', async (t) => {
  const staged = await stageElection(network, approvalDraft('Lies', options), voters.lying, progress)
  const at = await meetElection(gateways[0]!, staged.electionId)
  const ballots = await prepareBallots(at, staged.codes, answers)
  const voting = new SteadyVoting(at, gateways, ballots, hurried)
  const [, , ...liars] = members
  const castFalse = async (endorsers: readonly string[], ballot: PreparedBallot): Promise<string> => await submitThrough({
    member: network.members.at(-1)!,
    endorsers,
    transaction: 'castBallots',
    args: [staged.electionId],
    transient: { ballots: joinFrames([ballot.bytes]) },
  })
  const isInBox = async (ballot: PreparedBallot): Promise<boolean> => (await trackersAt(gateways[0]!, staged.electionId)).has(ballot.tracker)

  for (const member of liars) await lie(member)
  await t.test('two of four get nothing false into the box', async (t) => {
    const stuffed = stuff(at)
    const mspIds = liars.map(({ mspId }) => mspId)
    t.equal(await castFalse(mspIds, stuffed), 'ENDORSEMENT_POLICY_FAILURE', 'the two endorse it, and nobody takes it')
    t.not(await castFalse([...mspIds, members[0]!.mspId], stuffed).catch(String), 'VALID', 'no honest member endorses it')
    t.equal(await isInBox(stuffed), false)
    await voting.during(async () => { await sleep(1500) })
    t.ok(voting.acknowledged.length > 0, 'and honest ballots go on')
    t.strictSame(voting.refused.map(String), [])
  })

  const stuffed = stuff(at)
  await t.test('three of four do', async (t) => {
    await lie(members[1]!)
    t.equal(await castFalse(members.slice(1).map(({ mspId }) => mspId), stuffed), 'VALID')
    // the first member's peer may be a moment behind
    for (let attempt = 0; attempt < 100 && !await isInBox(stuffed); attempt++) await sleep(100)
    t.equal(await isInBox(stuffed), true)
  })

  await t.test('and the auditor shows it', async (t) => {
    await new ConsortiumApi(network).step(staged.electionId, 'close')
    const bundle = join(dataFolder, 'lies.ndjson')
    await download(`${network.members[0]!.gateway.url}/v1/elections/${staged.electionId}/bundle`, bundle)
    const { code, report } = await verify(bundle)
    t.equal(code, 1)
    const failed = report.checks.filter(({ ok }) => !ok)
    t.match(failed.find(({ name }) => name === 'ballots')?.detail, /credential/)
    t.notMatch(failed.find(({ name }) => name === 'ballots')?.detail, / more\)/, 'that one ballot and no other')
    t.match(failed.find(({ name }) => name === 'ballots')?.detail, `; endorsed by ${members.slice(1).map(({ mspId }) => mspId).sort().join(', ')}, sent by `, 'and names the three')
    t.comment(failed.map(({ name, detail }) => `${name}: ${detail}`).join('; '))
  })

  /** The member's contract makes way for one that takes anything; its peer notices nothing. */
  async function lie (member: typeof members[number]): Promise<void> {
    await stopProcess(member.folders.contract)
    const contract = await packageContract(network.consortium, member)
    await startProcess(contractProcess(member, contract, join(import.meta.dirname, 'fixtures/lying-contract')))
  }
})

/** A ballot of nobody: the signatures that should vouch for its credential are made up. */
function stuff ({ election }: ElectionAtHand): PreparedBallot {
  const keys = generateKeyPair()
  const signatures = election.definition.registrars.map(() => Uint8Array.of(0, ...randomBytes(255)))
  const filled = fillIn(election, { keys, classIndex: 0, signatures }, answers)
  return { bytes: filled.seal(keys, signatures), tracker: filled.tracker }
}

async function download (url: string, file: string): Promise<void> {
  const response = await fetch(url)
  if (!response.ok || response.body === null) throw new Error(`${url} answered ${response.status}`)
  await pipeline(response.body, createWriteStream(file))
}

interface Verified {
  readonly code: number
  readonly report: { readonly checks: readonly { readonly name: string, readonly ok: boolean, readonly detail: string }[] }
}

/** `auditor verify` as a stranger runs it. */
async function verify (...what: readonly string[]): Promise<Verified> {
  const program = join(import.meta.dirname, '../../../auditor/src/command.ts')
  return await new Promise((resolve, reject) => {
    const child = execFile(process.execPath, [program, 'verify', ...what, '--json'], { maxBuffer: 16 * 1024 * 1024 }, (error, stdout) => {
      if (child.exitCode === null) reject(error ?? new Error('it was ended by a signal'))
      else resolve({ code: child.exitCode, report: JSON.parse(stdout) as Verified['report'] })
    })
  })
}

async function trackersAt (gateway: GatewayClient, electionId: string): Promise<Set<string>> {
  const shown = new Set<string>()
  for await (const { tracker } of gateway.trackers(electionId)) shown.add(tracker)
  return shown
}
