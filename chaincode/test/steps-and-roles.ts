/** Every step of an election: who may take it, in which state, and what is refused. */
import t from 'tap'
import type { Ledger } from '../../ledger/src/port.ts'
import { readDirectory } from '../../ledger/src/read-directory.ts'
import { canonicalText } from '../../protocol/src/canonical-json.ts'
import { blindedMessageHash } from '../../protocol/src/credential.ts'
import { cutOffMs } from '../../protocol/src/definition.ts'
import { commitMessage, confirmMessage, drawSecrets } from '../../protocol/src/hold-shares.ts'
import { signIssuance } from '../../protocol/src/issuances.ts'
import { keysRecord } from '../../protocol/src/opening.ts'
import type { DirectoryKind, IssuanceRecord } from '../../protocol/src/records.ts'
import { generateKeyPair, type KeyPair } from '../../protocol/src/schnorr.ts'
import { pointToHex } from '../../protocol/src/group.ts'
import { signMessage } from '../../protocol/src/signed-message.ts'
import { tags } from '../../protocol/src/tagged-hash.ts'
import { castableBallot, complaintAbout, dealingBadly, type SampleElection, sampleElection, sampleRegistrarMessage } from '../../protocol/test/support/sample-election.ts'
import { setClock } from './support/set-clock.ts'
import {
  announce, cast, codeOf, countAll, finishElection, postCeremony, postConfirm, postDecryption, postTrial, prepareRegistrar, prepareToOpen, readElectionView, recordIssuances, runCeremony, signRoot, stageOpenElection,
  temporaryLedger, voteAll,
} from './support/staged-election.ts'

const { as, close } = await temporaryLedger()
t.teardown(close)
const minutes = (count: number): string => new Date(Date.now() + count * 60_000).toISOString().replace(/\.\d+Z$/, 'Z')

t.test('announcing', async (t) => {
  const election = sampleElection()
  const text = canonicalText(election.definition)
  t.equal(await codeOf((await as('MemberA', 'gateway')).submit('announce', [text])), 'access.role')
  t.equal(await codeOf((await as('MemberB', 'organiser')).submit('announce', [text])), 'access.msp')
  const organiser = await as('MemberA', 'organiser')
  t.equal(await codeOf(organiser.submit('announce', [text.replace('"minBallots":1', '"minBallots": 1')])), 'input.not-canonical')
  t.equal(await codeOf(organiser.submit('announce', ['{'])), 'input.malformed')
  t.equal(await codeOf(organiser.submit('announce', [canonicalText({ ...election.definition, retentionDays: 5 })])), 'election.not-honoured')
  t.equal(await codeOf(organiser.submit('announce', [canonicalText({ ...election.definition, ceremony: { commitBy: minutes(-3), dealBy: minutes(1), confirmBy: minutes(2) } })])), 'election.too-late')
  await announce(as, election)
  t.equal(await codeOf(announce(as, election)), 'election.exists')
})

t.test('the key ceremony', async (t) => {
  const election = sampleElection()
  await announce(as, election)
  const trustee = await as('MemberA', 'trustee')
  const post = (i: number, message: Parameters<typeof postCeremony>[3]): Promise<string> => codeOf(postCeremony(as, election, i, message))
  t.equal(await post(0, election.deals[0]!), 'ceremony.order', 'a deal before all commits')
  const byOther = signMessage(tags.commitMessage, election.idBytes, generateKeyPair(), election.commits[0])
  t.equal(await codeOf(trustee.submit('postCeremonyMessage', [election.id, JSON.stringify(byOther)])), 'access.signature')
  const asOther = signMessage(tags.commitMessage, election.idBytes, election.trustees[1]!.keys, election.commits[1])
  t.equal(await codeOf(trustee.submit('postCeremonyMessage', [election.id, JSON.stringify(asOther)])), 'access.msp')
  t.equal(await codeOf((await as('MemberA', 'gateway')).submit('postCeremonyMessage', [election.id, JSON.stringify(asOther)])), 'access.role')
  t.equal(await post(0, { ...election.commits[0]!, encryptionProof: election.commits[1]!.encryptionProof }), 'ceremony.proof')
  for (const [i, commit] of election.commits.entries()) t.equal(await post(i, commit), 'it succeeded')
  t.equal(await post(0, election.commits[0]!), 'ceremony.exists')
  t.equal(await post(0, { ...election.deals[0]!, nonce: '00'.repeat(32) }), 'ceremony.commitment')
  t.equal(await post(0, { ...election.deals[0]!, shares: election.deals[0]!.shares.slice(1) }), 'input.malformed')
  t.equal(await post(0, { ...election.deals[0]!, proofs: [...election.deals[0]!.proofs].reverse() }), 'ceremony.proof')
  for (const [i, deal] of election.deals.entries()) t.equal(await post(i, deal), 'it succeeded')
  t.equal(await post(0, { round: 'confirm', trustee: 0, transcript: '00'.repeat(32) }), 'ceremony.commitment')
  const confirms = election.trustees.map((_, i) => confirmMessage(election.ceremony, i, election.commits, election.deals, election.qualified))
  t.equal(await post(0, confirms[0]!), 'it succeeded')
  const [one, two] = await Promise.all([post(1, confirms[1]!), post(2, confirms[2]!)])
  t.ok([one, two].every((outcome) => outcome === 'it succeeded' || outcome === 'ledger.conflict'))
  for (const [i, outcome] of [[1, one], [2, two]] as const) if (outcome === 'ledger.conflict') t.equal(await post(i, confirms[i]!), 'it succeeded')
  const view = await readElectionView(as, election)
  t.equal(view.state.status, 'keyed')
  t.strictSame(view.keys?.electionKeys, election.keys.map(pointToHex))
})

t.test('a dealer of a bad share is disqualified, and the election goes on with the others', async (t) => {
  const election = dealingBadly(sampleElection(), 0, 1)
  await announce(as, election)
  const post = (i: number, message: Parameters<typeof postCeremony>[3]): Promise<string> => codeOf(postCeremony(as, election, i, message))
  for (const [i, message] of election.commits.entries()) await postCeremony(as, election, i, message)
  const complaint = complaintAbout(election, 1, 0)
  t.equal(await post(1, complaint), 'ceremony.order', 'before all have dealt')
  for (const [i, message] of election.deals.entries()) await postCeremony(as, election, i, message)
  t.equal(await post(1, complaintAbout(election, 1, 2)), 'ceremony.complaint', 'about a dealer whose share fits')
  t.equal(await post(2, complaintAbout(election, 2, 0)), 'ceremony.complaint', 'by a trustee whose share fits')
  t.equal(await post(2, { ...complaint, trustee: 2 }), 'ceremony.proof', 'the complaint of another, taken over')
  for (const dealer of [1, 3]) t.equal(await post(1, { ...complaint, accusations: [{ ...complaint.accusations[0]!, dealer }] }), 'trustee.unknown', 'itself, or nobody')
  const asOther = signMessage(tags.complaintMessage, election.idBytes, election.trustees[2]!.keys, complaint)
  t.equal(await codeOf((await as('MemberB', 'trustee')).submit('postCeremonyMessage', [election.id, JSON.stringify(asOther)])), 'access.signature')
  t.strictSame((await readElectionView(as, election)).ceremony.complaint, [], 'what is refused leaves nothing behind')

  await postConfirm(as, election, 2, [0, 1, 2])
  await postCeremony(as, election, 1, complaint)
  t.equal(await post(1, complaint), 'ceremony.exists')
  t.match((await readElectionView(as, election)).state, { status: 'announced' })
  t.equal(await codeOf(postConfirm(as, election, 0)), 'trustee.disqualified')
  t.equal(await codeOf(postConfirm(as, election, 1, [0, 1, 2])), 'ceremony.commitment', 'of what was before the complaint')
  await postConfirm(as, election, 1)
  t.equal(await codeOf(postConfirm(as, election, 1)), 'ceremony.exists')
  t.match((await readElectionView(as, election)).state, { status: 'announced' }, 'a confirmation from before the complaint does not count')
  await postConfirm(as, election, 2)
  const { state, keys } = await readElectionView(as, election)
  t.equal(state.status, 'keyed')
  t.strictSame(keys, keysRecord(election.ceremony, election.commits, election.deals, [1, 2]))
  t.strictSame(keys?.electionKeys, election.keys.map(pointToHex))

  for (const i of election.registrars.keys()) await prepareRegistrar(as, election, i)
  const organiser = await as('MemberA', 'organiser')
  const held = election.trustees[1]!.shares
  const pretending = { ...election, trustees: election.trustees.map((trustee) => ({ ...trustee, shares: held })) }
  t.equal(await codeOf(organiser.submit('open', [election.id])), 'election.not-ready', 'nobody has decrypted on trial')
  await postTrial(as, election, 1)
  t.equal(await codeOf(postTrial(as, election, 1)), 'trial.exists')
  t.equal(await codeOf(organiser.submit('open', [election.id])), 'election.not-ready', 'one has not')
  t.equal(await codeOf(postTrial(as, pretending, 2)), 'trial.proof', 'with the shares of another')
  t.equal(await codeOf(postTrial(as, pretending, 0)), 'trustee.disqualified')
  await postTrial(as, election, 2)
  await organiser.submit('open', [election.id])
  t.equal(await codeOf(postTrial(as, election, 2)), 'election.state')
  await voteAll(as, election, [[{ choose: ['option-2'] }], ['blank']])
  await (await as('MemberA', 'organiser')).submit('close', [election.id])
  await countAll(as, election, 10)
  t.equal(await codeOf(postDecryption(as, { ...election, trustees: election.trustees.map((trustee) => ({ ...trustee, shares: election.trustees[1]!.shares })) }, 0)), 'trustee.disqualified')
  t.equal(await codeOf(signRoot(as, election, 0)), 'trustee.disqualified')
  for (const trustee of election.qualified) await signRoot(as, election, trustee)
  for (const trustee of election.qualified) await postDecryption(as, election, trustee)
  await (await as('MemberB', 'gateway')).submit('publish', [election.id])
  t.match((await readElectionView(as, election)).result, { trustees: [1, 2], questions: [{ counts: { 'option-2': 1 }, blank: 1 }] })
})

t.test('two complaints at once both count; with fewer than t trustees left the election is cancelled', async (t) => {
  const election = dealingBadly(dealingBadly(sampleElection({ trustees: 3 }), 0, 2), 1, 2)
  const alone = { ...election, qualified: [0, 1, 2] }
  await announce(as, alone)
  for (const round of [election.commits, election.deals]) {
    for (const [i, message] of round.entries()) await postCeremony(as, election, i, message)
  }
  // trustee 2 sees both; here it complains about one, and trustee 1, dealt badly by nobody, can't complain
  const first = postCeremony(as, election, 2, complaintAbout(election, 2, 0, 1))
  const second = postConfirm(as, election, 1, [0, 1, 2])
  const outcomes = await Promise.all([codeOf(first), codeOf(second)])
  t.ok(['it succeeded', 'ledger.conflict'].includes(outcomes[0]), outcomes[0])
  if (outcomes[0] === 'ledger.conflict') await postCeremony(as, election, 2, complaintAbout(election, 2, 0, 1))
  t.match((await readElectionView(as, election)).state, { status: 'cancelled', reason: /left 1 qualified trustees of the 2 needed/ })

  const five = dealingBadly(dealingBadly(sampleElection({ trustees: 4, changes: { threshold: 3 } }), 0, 2), 1, 3)
  await announce(as, five)
  for (const round of [five.commits, five.deals]) {
    for (const [i, message] of round.entries()) await postCeremony(as, five, i, message)
  }
  const complaints = [[2, complaintAbout(five, 2, 0)], [3, complaintAbout(five, 3, 1)]] as const
  const codes = await Promise.all(complaints.map(([i, message]) => codeOf(postCeremony(as, five, i, message))))
  t.ok(codes.includes('it succeeded'))
  for (const [n, [i, message]] of complaints.entries()) if (codes[n] === 'ledger.conflict') await postCeremony(as, five, i, message)
  t.match((await readElectionView(as, five)).state, { status: 'cancelled' }, 'neither overlooks the other: two of four are left, three are needed')
})

t.test('a missed deadline cancels the election', async (t) => {
  const slow = sampleElection()
  await announce(as, slow)
  const anyone = await as('MemberC', 'gateway')
  const deadline = Date.parse(slow.definition.ceremony.commitBy)
  t.teardown(setClock(deadline - 10_000))
  await postCeremony(as, slow, 0, slow.commits[0]!)
  setClock(deadline + 1)
  t.equal(await codeOf(postCeremony(as, slow, 1, slow.commits[1]!)), 'election.too-late')
  setClock(deadline + 40_000)
  t.equal(await codeOf(anyone.submit('expireCeremony', [slow.id])), 'election.too-early', 'a fast clock cancels nothing that others have time for')
  setClock(deadline + 60_001)
  t.equal(await codeOf(anyone.submit('expireCeremony', [slow.id])), 'it succeeded')
  t.equal((await readElectionView(as, slow)).state.status, 'cancelled')
})

t.test('registrars', async (t) => {
  const election = sampleElection({ freshRsaKeys: true })
  await announce(as, election)
  t.equal(await codeOf(prepareRegistrar(as, election, 0, { rollRoot: '00'.repeat(32) })), 'roll.root')
  t.equal(await codeOf(prepareRegistrar(as, election, 0, { moduli: [] })), 'input.malformed')
  t.equal(await codeOf(prepareRegistrar(as, election, 0, { moduli: ['A'.repeat(342)] })), 'registrar.key')
  t.equal(await codeOf(prepareRegistrar(as, election, 0, { registrar: 1 })), 'access.msp')
  t.equal(await codeOf(prepareRegistrar(as, election, 0, { proofs: sampleRegistrarMessage(election, 1).proofs })), 'registrar.proof')
  await prepareRegistrar(as, election, 0)
  t.equal(await codeOf(prepareRegistrar(as, election, 0)), 'registrar.exists')
  const shared = sampleRegistrarMessage({ ...election, registrars: [election.registrars[0]!, election.registrars[0]!] }, 1)
  t.equal(await codeOf(prepareRegistrar(as, election, 1, shared)), 'registrar.key-reused', 'though whoever holds the key has proven it')
  const blinded = [new Uint8Array(256), new Uint8Array(256)]
  await runCeremony(as, election)
  t.equal(await codeOf(recordIssuances(as, election, 0, blinded)), 'election.not-ready', 'issuing before every registrar is prepared')
  t.equal(await codeOf((await as('MemberA', 'organiser')).submit('open', [election.id])), 'election.not-ready')
  await prepareRegistrar(as, election, 1)
  await recordIssuances(as, election, 0, blinded)
  t.equal(await codeOf(recordIssuances(as, election, 0, blinded)), 'issuance.exists')
  const registrar = await as('MemberA', 'registrar')
  const issuance: IssuanceRecord = { registrar: 0, place: election.places[1]!, blinded: blindedMessageHash(blinded[0]!) }
  const submit = (signed: readonly object[]): Promise<string> => codeOf(registrar.submit('recordIssuances', [election.id, JSON.stringify(signed)]))
  const [keys, otherKeys] = election.registrars.map((registrar) => registrar.keys) as [KeyPair, KeyPair]
  const record = (changes: object): Promise<string> => submit([signIssuance(election.idBytes, keys, { ...issuance, ...changes })])
  const right = signIssuance(election.idBytes, keys, issuance)
  t.equal(await submit([issuance]), 'input.malformed', 'unsigned')
  for (const [who, forged] of Object.entries({
    'the role without the key': signIssuance(election.idBytes, generateKeyPair(), issuance),
    'another registrar': signIssuance(election.idBytes, otherKeys, issuance),
    'the registrar for another election': signIssuance(new Uint8Array(32), keys, issuance),
    'the registrar as another message': signMessage(tags.registrarMessage, election.idBytes, keys, issuance),
    'nobody: no signature at all': { ...right, signature: 'ff'.repeat(64) },
  })) {
    t.equal(await submit([forged]), 'access.signature', `signed by ${who}`)
    t.equal(await submit([signIssuance(election.idBytes, keys, { ...issuance, place: election.places[2]! }), forged]), 'access.signature', 'none of a batch is written')
  }
  t.equal(await record({ place: { ...election.places[1]!, index: 2 } }), 'issuance.leaf')
  t.equal(await record({ place: { ...election.places[1]!, commitment: '00'.repeat(32) } }), 'issuance.leaf')
  t.equal(await record({ registrar: 1 }), 'access.msp', 'for another registrar')
  t.equal(await record({ registrar: 5 }), 'registrar.unknown')
  t.equal(await record({ extra: 1 }), 'input.malformed')
  t.equal(await submit([]), 'input.malformed')
  t.equal(await submit([2, 3, 4].map((place) => signIssuance(election.idBytes, keys, { ...issuance, place: election.places[place]! }))), 'it succeeded', 'a batch')
})

/** A ballot with its issuances on the ledger, not cast yet. */
async function voterInTime (election: SampleElection): ReturnType<typeof castableBallot> {
  const ballot = await castableBallot(election, ['blank'])
  await recordIssuances(as, election, 0, ballot.blinded)
  return ballot
}

t.test('opening and closing keep to the times and to who may', async (t) => {
  const early = sampleElection({ freshRsaKeys: true, changes: { opensAt: minutes(50), earlyClose: false } })
  await announce(as, early)
  await runCeremony(as, early)
  await prepareToOpen(as, early)
  t.equal(await codeOf((await as('MemberA', 'organiser')).submit('open', [early.id])), 'election.too-early')
  t.equal(await codeOf(cast(as, early, [new Uint8Array(9)])), 'election.state')

  const election = sampleElection({ freshRsaKeys: true, changes: { earlyClose: false } })
  await stageOpenElection(as, election)
  t.equal(await codeOf((await as('MemberA', 'organiser')).submit('close', [election.id])), 'election.early-close')
  t.equal(await codeOf((await as('MemberA', 'gateway')).submit('close', [election.id])), 'election.too-early')
  t.equal(await codeOf((await as('MemberA', 'organiser')).submit('cancel', [election.id, 'too late to cancel'])), 'election.state')
  const { bytes } = await voterInTime(election)
  const cutOff = cutOffMs(election.definition)
  t.teardown(setClock(cutOff + 40_000))
  for (const role of ['gateway', 'trustee', 'organiser']) t.not(await codeOf((await as('MemberA', role)).submit('close', [election.id])), 'it succeeded', `a ${role} whose clock is fast closes nothing`)
  setClock(cutOff - 10_000)
  t.equal(await codeOf(cast(as, election, [bytes])), 'it succeeded', 'so a ballot in time is taken')
  const back = setClock(cutOff + 60_000)
  t.equal(await codeOf((await as('MemberA', 'gateway')).submit('close', [election.id])), 'it succeeded')
  back()

  const open = sampleElection({ freshRsaKeys: true })
  await stageOpenElection(as, open)
  t.equal(await codeOf((await as('MemberB', 'organiser')).submit('close', [open.id])), 'access.msp')
  t.equal(await codeOf((await as('MemberB', 'trustee')).submit('close', [open.id])), 'access.role')
})

t.test('cancelling and voiding', async (t) => {
  const cancelled = sampleElection()
  await announce(as, cancelled)
  t.equal(await codeOf((await as('MemberA', 'organiser')).submit('cancel', [cancelled.id, ' '])), 'input.malformed')
  t.equal(await codeOf((await as('MemberB', 'organiser')).submit('cancel', [cancelled.id, 'why'])), 'access.msp')
  await (await as('MemberA', 'organiser')).submit('cancel', [cancelled.id, 'A name was missing'])
  t.match((await readElectionView(as, cancelled)).state, { status: 'cancelled', reason: 'A name was missing' })
  t.equal(await codeOf(postCeremony(as, cancelled, 0, commitMessage(cancelled.ceremony, 0, drawSecrets(cancelled.ceremony)))), 'election.state')

  const voided = sampleElection({ freshRsaKeys: true })
  await stageOpenElection(as, voided)
  await voteAll(as, voided, [['blank']])
  for (const mspId of ['MemberB', 'MemberB', 'MemberC']) await (await as(mspId, 'organiser')).submit('voteVoid', [voided.id, 'Doubts'])
  t.equal((await readElectionView(as, voided)).state.status, 'open', 'two of four are no majority, and nobody votes twice')
  t.equal(await codeOf((await as('Stranger', 'organiser')).submit('voteVoid', [voided.id, 'Doubts'])), 'access.msp')
  await (await as('MemberA', 'organiser')).submit('close', [voided.id])
  await countAll(as, voided, 10)
  for (const trustee of [0, 1]) await signRoot(as, voided, trustee)
  await (await as('MemberD', 'organiser')).submit('voteVoid', [voided.id, 'Doubts'])
  t.match((await readElectionView(as, voided)).state, { status: 'void', reason: /MemberB: Doubts/ })
  t.equal(await codeOf(signRoot(as, voided, 2)), 'election.state')
  t.equal(await codeOf(postDecryption(as, voided, 0)), 'election.state', 'a void election is never decrypted')
  t.equal(await codeOf((await as('MemberB', 'gateway')).submit('publish', [voided.id])), 'election.state')
})

t.test('counting and decrypting', async (t) => {
  const election = sampleElection({ freshRsaKeys: true })
  await stageOpenElection(as, election)
  await voteAll(as, election, [['blank'], [{ choose: ['option-2'] }], [{ choose: ['option-2'] }]])
  const gateway = await as('MemberB', 'gateway')
  t.equal(await codeOf(gateway.submit('countPage', [election.id, '10'])), 'election.state')
  await (await as('MemberA', 'organiser')).submit('close', [election.id])
  t.equal(await codeOf(gateway.submit('countPage', [election.id, '0'])), 'input.malformed')
  t.equal(await codeOf(gateway.submit('publish', [election.id])), 'election.state')
  t.equal(await countAll(as, election, 1), 3, 'three pages of one')
  t.equal(await codeOf(gateway.submit('countPage', [election.id, '10'])), 'count.finished')
  t.equal(await codeOf(postDecryption(as, election, 0)), 'root.too-few', 'before anyone has signed the root')
  for (const changes of [{ boxRoot: '00'.repeat(32) }, { ballots: 4 }]) t.equal(await codeOf(signRoot(as, election, 0, changes)), 'decryption.root', 'another box')
  t.equal(await codeOf(signRoot(as, election, 0, { trustee: 1 })), 'access.msp')
  await signRoot(as, election, 0)
  t.equal(await codeOf(signRoot(as, election, 0)), 'root.exists')
  t.equal(await codeOf(postDecryption(as, election, 0)), 'root.too-few', 'one of two has')
  await signRoot(as, election, 1)
  t.equal(await codeOf(postDecryption(as, election, 2)), 'root.too-few', 'two others have, but not this one')
  await postDecryption(as, election, 0)
  t.equal(await codeOf(postDecryption(as, election, 0)), 'decryption.exists')
  await signRoot(as, election, 2)
  t.equal(await codeOf(gateway.submit('publish', [election.id])), 'election.not-ready')
  await postDecryption(as, election, 2)
  await gateway.submit('publish', [election.id])
  t.match((await readElectionView(as, election)).result, { trustees: [0, 2], questions: [{ counts: { 'option-2': 2 }, blank: 1 }] })
})

t.test('with fewer ballots than minBallots nothing is decrypted', async (t) => {
  const election = sampleElection({ freshRsaKeys: true, changes: { minBallots: 3 } })
  await stageOpenElection(as, election)
  await voteAll(as, election, [['blank'], ['blank']])
  await (await as('MemberA', 'organiser')).submit('close', [election.id])
  await countAll(as, election, 10)
  t.equal(await codeOf(signRoot(as, election, 0)), 'decryption.withheld')
  t.equal(await codeOf(postDecryption(as, election, 0)), 'decryption.withheld')
  await (await as('MemberB', 'gateway')).submit('publish', [election.id])
  t.match((await readElectionView(as, election)).result, { withheld: true, ballots: 2, questions: [] })
})

t.test('the count does not depend on its pages', async (t) => {
  const election = sampleElection({ freshRsaKeys: true })
  await stageOpenElection(as, election)
  await voteAll(as, election, Array.from({ length: 5 }, () => [{ choose: ['option-1'] }]))
  await finishElection(as, election, 2)
  t.match((await readElectionView(as, election)).result, { ballots: 5, questions: [{ counts: { 'option-1': 5 } }] })
})

t.test('the directory takes entries signed by the key they name, from the member they name', async (t) => {
  const keys = generateKeyPair()
  const entry = { kind: 'gateway', key: pointToHex(keys.publicKey), mspId: 'MemberA', sequence: 2, url: 'http://127.0.0.1:1234' }
  const gateway = await as('MemberA', 'gateway')
  const put = (message: object, signer = keys): Promise<string> =>
    codeOf(gateway.submit('putDirectoryEntry', [JSON.stringify(signMessage(tags.directoryEntry, new Uint8Array(0), signer, message))]))
  t.equal(await put(entry), 'it succeeded')
  t.equal(await put(entry, generateKeyPair()), 'access.signature')
  t.equal(await put({ ...entry, mspId: 'MemberB' }), 'access.msp')
  t.equal(await put({ ...entry, kind: 'registrar' }), 'access.role')
  t.equal(await put({ ...entry, url: 'javascript:alert(1)' }), 'directory.entry')
  t.equal(await put({ ...entry, url: '' }), 'directory.entry')
  for (const sequence of [0, -1, 1.5, '3', undefined]) t.equal(await put({ ...entry, sequence }), 'directory.entry')
  for (const sequence of [2, 1]) t.equal(await put({ ...entry, sequence, url: 'http://127.0.0.1:1' }), 'directory.sequence', 'an old address does not come back')
  t.match(await readDirectory(gateway), [{ message: entry }])
  t.equal(await put({ ...entry, sequence: 9, url: 'http://127.0.0.1:9' }), 'it succeeded')
})

t.test('no member can fill the directory: eight entries of a kind, which it may go on changing', async (t) => {
  const gateway = await as('MemberB', 'gateway')
  const put = async (by: Ledger, kind: DirectoryKind, signer: KeyPair, sequence = 1): Promise<string> => {
    const message = { kind, key: pointToHex(signer.publicKey), mspId: by.mspId, sequence, url: `http://127.0.0.1/${'a'.repeat(280)}` }
    return await codeOf(by.submit('putDirectoryEntry', [JSON.stringify(signMessage(tags.directoryEntry, new Uint8Array(0), signer, message))]))
  }
  const keys = Array.from({ length: 9 }, generateKeyPair)
  for (const key of keys.slice(0, 8)) t.equal(await put(gateway, 'gateway', key), 'it succeeded')
  t.equal(await put(gateway, 'gateway', keys[8]!), 'directory.full')
  t.equal(await put(gateway, 'gateway', keys[0]!, 2), 'it succeeded', 'one that stands there')
  t.equal(await put(await as('MemberB', 'registrar'), 'registrar', keys[8]!), 'it succeeded', 'another kind')
  t.equal(await put(await as('MemberC', 'gateway'), 'gateway', keys[8]!), 'it succeeded', 'another member')

  const whole = await readDirectory(gateway)
  t.equal(whole.filter(({ message }) => message.mspId === 'MemberB' && message.kind === 'gateway').length, 8)
  for (const pageSize of [1, 3, whole.length, whole.length + 1]) t.strictSame(await readDirectory(gateway, pageSize), whole, `in pages of ${pageSize}`)
  t.equal(await codeOf(gateway.evaluate('readDirectory', ['', '1001'])), 'input.malformed')
  t.ok(Math.max(...whole.map((entry) => JSON.stringify(entry).length)) * 1000 < 2 ** 20, 'no page has more than 1 MiB')
})
