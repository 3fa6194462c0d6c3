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
import { pointToHex } from '../../protocol/src/group.ts'
import { generateKeyPair } from '../../protocol/src/schnorr.ts'
import { signMessage } from '../../protocol/src/signed-message.ts'
import { tags } from '../../protocol/src/tagged-hash.ts'
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
