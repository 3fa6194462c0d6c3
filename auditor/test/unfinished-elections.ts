/** Elections that are still on their way, or never came to a result. */
import t from 'tap'
import {
  announce, cast, countAll, type LedgerAs, postCeremony, postConfirm, postDecryption, postTrial, prepareRegistrar, prepareToOpen, recordIssuances, runCeremony, signRoot, temporaryLedger, voteAll,
} from '../../chaincode/test/support/staged-election.ts'
import { electionRecords } from '../../ledger/src/election-records.ts'
import { bundleLines } from '../../protocol/src/bundle.ts'
import { verifyElection } from '../../protocol/src/verify-election.ts'
import type { VerificationReport } from '../../protocol/src/verification-report.ts'
import { castableBallot, complaintAbout, dealingBadly, type SampleElection, sampleElection } from '../../protocol/test/support/sample-election.ts'
import { failed } from './support/forger.ts'

async function verifyNow (as: LedgerAs, { id }: SampleElection): Promise<VerificationReport> {
  return await verifyElection(bundleLines(id, electionRecords(await as('MemberD', 'auditor'), id)))
}

t.test('an election passes at every step of its way', async (t) => {
  const { as, close } = await temporaryLedger()
  t.teardown(close)
  const election = sampleElection()
  const organiser = await as('MemberA', 'organiser')
  const passes = async (step: string, status: string, counts: Record<string, number>): Promise<void> => {
    const report = await verifyNow(as, election)
    t.strictSame(failed(report), [], step)
    t.equal(report.status, status)
    for (const [name, count] of Object.entries(counts)) t.equal(report.checks.find((check) => check.name === name)?.count, count, `${step}: ${name}`)
    t.equal(report.result === null, status !== 'published')
  }
  await announce(as, election)
  await passes('announced', 'announced', { ceremony: 0, keys: 0 })
  await postCeremony(as, election, 1, election.commits[1]!)
  await passes('a commit posted', 'announced', { ceremony: 1 })
  await postCeremony(as, election, 0, election.commits[0]!)
  await postCeremony(as, election, 2, election.commits[2]!)
  await postCeremony(as, election, 2, election.deals[2]!)
  await prepareRegistrar(as, election, 1)
  await passes('a deal posted, a registrar prepared', 'announced', { ceremony: 4, registrars: 1 })

  const whole = sampleElection()
  await announce(as, whole)
  await runCeremony(as, whole)
  t.strictSame(failed(await verifyNow(as, whole)), [], 'keyed')
  await organiser.submit('cancel', [whole.id, 'a name is missing'])
  t.match(await verifyNow(as, whole), { ok: true, status: 'cancelled', result: null }, 'cancelled after the ceremony')
})

t.test('an election passes from its opening to its count', async (t) => {
  const { as, close } = await temporaryLedger()
  t.teardown(close)
  const election = sampleElection()
  const organiser = await as('MemberA', 'organiser')
  const passes = async (step: string, status: string): Promise<void> => {
    const report = await verifyNow(as, election)
    t.strictSame(failed(report), [], step)
    t.match(report, { ok: true, status, result: null })
  }
  await announce(as, election)
  await runCeremony(as, election)
  await postTrial(as, election, 1)
  await passes('one trustee has tried', 'keyed')
  await postTrial(as, election, 0)
  await postTrial(as, election, 2)
  for (const i of election.registrars.keys()) await prepareRegistrar(as, election, i)
  const { bytes, blinded } = await castableBallot(election, ['blank'])
  await recordIssuances(as, election, 4, blinded)
  await passes('issued before the opening', 'keyed')
  await organiser.submit('open', [election.id])
  await passes('open', 'open')
  await cast(as, election, [bytes])
  await voteAll(as, election, [['blank'], ['blank']])
  await passes('three ballots', 'open')
  await organiser.submit('close', [election.id])
  await passes('closed', 'closed')
  await (await as('MemberB', 'gateway')).submit('countPage', [election.id, '2'])
  await passes('counted in part', 'closed')
  await countAll(as, election, 2)
  await passes('counted', 'tallied')
  await signRoot(as, election, 1)
  await passes('signed by one', 'tallied')
  await signRoot(as, election, 0)
  await postDecryption(as, election, 1)
  await passes('decrypted by one', 'tallied')
  for (const mspId of ['MemberB', 'MemberC']) await (await as(mspId, 'organiser')).submit('voteVoid', [election.id, 'a registrar was robbed'])
  await passes('two of four members want it void', 'tallied')
  await (await as('MemberD', 'organiser')).submit('voteVoid', [election.id, 'a registrar was robbed'])
  await passes('void', 'void')
})

t.test('an election without ballots and one with too few pass, and nothing was decrypted', async (t) => {
  const { as, close } = await temporaryLedger()
  t.teardown(close)
  const election = sampleElection({ changes: { minBallots: 2 } })
  await announce(as, election)
  await runCeremony(as, election)
  await prepareToOpen(as, election)
  const organiser = await as('MemberA', 'organiser')
  await organiser.submit('open', [election.id])
  await organiser.submit('close', [election.id])
  await countAll(as, election, 2)
  t.match(await verifyNow(as, election), { ok: true, status: 'tallied' })
  await organiser.submit('publish', [election.id])
  t.match(await verifyNow(as, election), { ok: true, status: 'published', result: { withheld: true, ballots: 0 } })
})

t.test('an election passes whose ceremony disqualified a dealer, and one that had to be cancelled for it', async (t) => {
  const { as, close } = await temporaryLedger()
  t.teardown(close)
  const election = dealingBadly(sampleElection(), 0, 1)
  await announce(as, election)
  for (const round of [election.commits, election.deals]) {
    for (const [i, message] of round.entries()) await postCeremony(as, election, i, message)
  }
  await postConfirm(as, election, 2, [0, 1, 2])
  t.match(await verifyNow(as, election), { ok: true, status: 'announced' }, 'confirmed')
  await postCeremony(as, election, 1, complaintAbout(election, 1, 0))
  t.match(await verifyNow(as, election), { ok: true, status: 'announced' }, 'complained')
  for (const i of election.qualified) await postConfirm(as, election, i)
  t.match(await verifyNow(as, election), { ok: true, status: 'keyed' })

  const both = dealingBadly(dealingBadly(sampleElection(), 0, 2), 1, 2)
  await announce(as, both)
  for (const round of [both.commits, both.deals]) {
    for (const [i, message] of round.entries()) await postCeremony(as, both, i, message)
  }
  await postCeremony(as, both, 2, complaintAbout(both, 2, 0, 1))
  t.match(await verifyNow(as, both), { ok: true, status: 'cancelled', result: null })
})
