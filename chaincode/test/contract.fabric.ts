/** The contract on a real four-member Fabric network: every endorser checks, every member agrees. */
import '../../ledger/src/fabric/silent-logging.ts' // first: it must be set before anything of Fabric's is loaded
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import t from 'tap'
import { openLedger } from '../../ledger/src/open-ledger.ts'
import type { Ledger } from '../../ledger/src/port.ts'
import { bringUp } from '../../network/src/bring-up.ts'
import { reset } from '../../network/src/bring-down.ts'
import type { ScrutinRole } from '../../network/src/enrolment.ts'
import { readDirectory } from '../../ledger/src/read-directory.ts'
import { type BoothRelease, isApproved } from '../../protocol/src/booth-release.ts'
import { pointToHex } from '../../protocol/src/group.ts'
import type { Answer, Question } from '../../protocol/src/kinds/kinds.ts'
import { generateKeyPair } from '../../protocol/src/schnorr.ts'
import { signMessage } from '../../protocol/src/signed-message.ts'
import { tags } from '../../protocol/src/tagged-hash.ts'
import { signVoterCheck } from '../../protocol/src/voter-check.ts'
import { cumulativeQuestion, majorityQuestion, quadraticQuestion, sampleQuestion, scoreQuestion, yesNoQuestion } from '../../protocol/test/support/sample-definition.ts'
import { castableBallot, sampleElection } from '../../protocol/test/support/sample-election.ts'
import { announce, cast, codeOf, finishElection, postCeremony, prepareRegistrar, prepareToOpen, readElectionView, recordIssuances, runCeremony, stageOpenElection, voteAll } from './support/staged-election.ts'

t.setTimeout(600_000)

const dataFolder = await mkdtemp(join(tmpdir(), 'scrutin-contract-'))
const opened = new Map<string, Promise<Ledger>>()
t.teardown(async () => {
  for (const ledger of opened.values()) await (await ledger).close()
  await reset({ dataFolder })
  await rm(dataFolder, { recursive: true, force: true })
})
const network = await bringUp({ dataFolder, portBase: 19_000, services: false })

async function as (mspId: string, role: string): Promise<Ledger> {
  const member = network.members.find((candidate) => candidate.mspId === mspId)
  const section = member?.ledgers[role as ScrutinRole]
  if (section === undefined) throw new Error(`${mspId} has no identity of the role ${role}`)
  const name = `${mspId} ${role}`
  const ledger = opened.get(name) ?? openLedger(section)
  opened.set(name, ledger)
  return await ledger
}

// The members with registrars and trustees come first, as sample definitions name them by their place.
const members = network.members.toSorted((a, b) => Number(b.registrar !== undefined) - Number(a.registrar !== undefined)).map(({ mspId }) => mspId)
const trusteeFirst = network.members.filter(({ trustee, registrar }) => trustee !== undefined && registrar !== undefined).map(({ mspId }) => mspId)
const order = [...trusteeFirst, ...members.filter((mspId) => !trusteeFirst.includes(mspId))]

t.test('an election goes from announcement to publication', async (t) => {
  const election = sampleElection({ members: order, trustees: 2 })
  await stageOpenElection(as, election)
  const ballots = await voteAll(as, election, [[{ choose: ['option-1'] }], ['blank'], [{ choose: ['option-1'] }]])
  t.equal(await codeOf(cast(as, election, [ballots[0]!.bytes])), 'ballot.recorded')
  await finishElection(as, election, 2)
  const view = await readElectionView(as, election)
  t.match(view.result, { ballots: 3, questions: [{ counts: { 'option-1': 2 }, blank: 1 }] })
  const reader = await as(order[2]!, 'auditor')
  const history = JSON.parse(new TextDecoder().decode(await reader.evaluate('readHistory', [election.id]))) as { history: { state: { status: string } }[] }
  t.strictSame(history.history.map(({ state }) => state.status), ['announced', 'keyed', 'open', 'closed', 'tallied', 'published'])
  const byTracker = JSON.parse(new TextDecoder().decode(await reader.evaluate('readBallotByTracker', [election.id, ballots[1]!.tracker]))) as { transactionId: string }
  t.ok(await reader.locate(byTracker.transactionId), 'the ballot\'s transaction has its place in the chain')
})

t.test('every kind of question, and one whose options are drawn', async (t) => {
  const questions: Question[] = [
    sampleQuestion('choose', 2, { min: 1, max: 1, blank: false }), yesNoQuestion('yes-no', true), scoreQuestion('score', 2, 5), cumulativeQuestion('cumulative', 2, 4, 3),
    quadraticQuestion('quadratic', 2, 9, 3), majorityQuestion('majority', 2, 3, 'worst'), { ...majorityQuestion('drawn', 3, 2), draw: 2 },
  ]
  const grades = (grade: string, candidates: number): Answer => ({ grades: Object.fromEntries(Array.from({ length: candidates }, (_, i) => [`option-${i + 1}`, grade])) })
  const answers: Answer[] = [
    { choose: ['option-2'] }, 'yes', { score: { 'option-1': 5 } }, { points: { 'option-1': 3, 'option-2': 1 } }, { votes: { 'option-1': 2, 'option-2': 1 } }, grades('grade-1', 2), grades('grade-2', 3),
  ]
  const election = sampleElection({ members: order, trustees: 2, freshRsaKeys: true, changes: { questions, minBallots: 1 } })
  await stageOpenElection(as, election)
  const ballots = await voteAll(as, election, [answers, answers, answers])
  await finishElection(as, election)
  const { result } = await readElectionView(as, election)
  t.match(result?.questions, [
    { counts: { 'option-1': 0, 'option-2': 3 } }, { counts: { yes: 3, no: 0 }, blank: 0 }, { counts: { 'option-1': 15, 'option-2': 0 } }, { counts: { 'option-1': 9, 'option-2': 3 } },
    { counts: { 'option-1': 6, 'option-2': 3 } }, { counts: { 'option-1': { 'grade-1': 3 }, 'option-2': { 'grade-1': 3 } } }, {},
  ])
  const { drawn, counts } = result!.questions[6]!
  t.equal(Object.values(drawn!).reduce((sum, times) => sum + times), 6, 'two of three for each')
  for (const [id, times] of Object.entries(drawn!)) t.strictSame(counts[id], times === 0 ? undefined : { 'grade-1': 0, 'grade-2': times })

  await t.test('voters say that they found their ballots, and members stand for a booth', async (t) => {
    const reader = await as(order[2]!, 'auditor')
    const read = async (name: string, ...args: string[]): Promise<unknown> => JSON.parse(new TextDecoder().decode(await reader.evaluate(name, args)))
    const said = ballots.slice(0, 2).map(({ tracker, keys }) => signVoterCheck(election.id, tracker, keys))
    await (await as(order[1]!, 'gateway')).submit('recordVoterChecks', [election.id, JSON.stringify(said)])
    t.equal(await codeOf((await as(order[0]!, 'gateway')).submit('recordVoterChecks', [election.id, JSON.stringify(said)])), 'check.exists')
    t.match(await read('readVoterChecks', election.id, '', '10'), { checks: said.toSorted((a, b) => a.tracker < b.tracker ? -1 : 1), cursor: null })
    const { tracker } = ballots[2]!
    t.match(await read('readBallotsByTracker', election.id, tracker.slice(0, 4), '', '10'), { ballots: [{ tracker }] })
    const hash = 'ab'.repeat(32)
    for (const mspId of order.slice(0, 3)) await (await as(mspId, 'organiser')).submit('approveBooth', [hash, '1.0.0', 'true'])
    t.ok(isApproved(await read('readBooth', hash) as BoothRelease, order))
  })
})

t.test('refusals keep their codes on their way through Fabric', async (t) => {
  const election = sampleElection({ members: order, trustees: 2, freshRsaKeys: true })
  t.equal(await codeOf((await as(order[0]!, 'gateway')).submit('announce', ['{}'])), 'access.role')
  await announce(as, election)
  t.equal(await codeOf(announce(as, election)), 'election.exists')
  t.equal(await codeOf(postCeremony(as, election, 0, election.deals[0]!)), 'ceremony.order')
  await runCeremony(as, election)
  t.equal(await codeOf(prepareRegistrar(as, election, 0, { rollRoot: '00'.repeat(32) })), 'roll.root')
  await prepareToOpen(as, election)
  const { bytes, blinded } = await castableBallot(election, ['blank'])
  t.equal(await codeOf(cast(as, election, [bytes])), 'election.state')
  await recordIssuances(as, election, 0, blinded)
  t.equal(await codeOf(recordIssuances(as, election, 0, blinded)), 'issuance.exists')
  await (await as(order[0]!, 'organiser')).submit('open', [election.id])
  const forged = Uint8Array.from(bytes)
  forged[300]! ^= 1
  t.match(await codeOf(cast(as, election, [forged])), /^ballot\./)
  const outcomes = await Promise.all([0, 1, 2, 3].map(async (i) => await codeOf(cast(as, election, [bytes], order[i]!))))
  t.equal(outcomes.filter((outcome) => outcome === 'it succeeded').length, 1, `one of four gateways commits the ballot (${outcomes.join(', ')})`)
  t.ok(outcomes.every((outcome) => ['it succeeded', 'ledger.conflict', 'ballot.recorded'].includes(outcome)))
})

t.test('the directory takes eight entries of a member, the same on Fabric', async (t) => {
  const [first, second] = await Promise.all([as(order[0]!, 'gateway'), as(order[1]!, 'gateway')])
  const put = async (ledger: Ledger): Promise<string> => {
    const keys = generateKeyPair()
    const entry = { kind: 'gateway', key: pointToHex(keys.publicKey), mspId: ledger.mspId, sequence: 1, url: 'http://127.0.0.1:1' }
    return await codeOf(ledger.submit('putDirectoryEntry', [JSON.stringify(signMessage(tags.directoryEntry, new Uint8Array(0), keys, entry))]))
  }
  for (let i = 0; i < 8; i++) t.same(await Promise.all([put(first), i < 2 ? put(second) : 'it succeeded']), ['it succeeded', 'it succeeded'], 'no member gets in another\'s way')
  t.equal(await put(first), 'directory.full')
  t.equal((await readDirectory(first, 3)).length, 10)
})

t.test('all members hold the same chain', async (t) => {
  const statuses = await Promise.all(order.map(async (mspId) => await (await as(mspId, 'auditor')).status()))
  const height = statuses.map((status) => status.height).reduce((a, b) => a < b ? a : b)
  t.ok(height > 10n)
  t.ok(statuses.filter((status) => status.height === height).every(({ blockHash }, _, [first]) => blockHash === first!.blockHash))
})
