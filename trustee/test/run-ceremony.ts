import t, { type Test } from 'tap'
import { announce, codeOf, postCeremony, readElectionView } from '../../chaincode/test/support/staged-election.ts'
import { setClock } from '../../chaincode/test/support/set-clock.ts'
import type { Ledger } from '../../ledger/src/port.ts'
import { toBase64url } from '../../protocol/src/bytes.ts'
import { canonicalBytes } from '../../protocol/src/canonical-json.ts'
import type { CommitMessage, ConfirmMessage } from '../../protocol/src/ceremony.ts'
import { cutOffMs } from '../../protocol/src/definition.ts'
import { ScrutinError } from '../../protocol/src/errors.ts'
import { basePoint, multiply, pointToHex, scalarFromHex } from '../../protocol/src/group.ts'
import { commitMessage, dealMessage, drawSecrets } from '../../protocol/src/hold-shares.ts'
import { recordKeys } from '../../protocol/src/records.ts'
import { signMessage } from '../../protocol/src/signed-message.ts'
import { tags } from '../../protocol/src/tagged-hash.ts'
import { generateKeyPair } from '../../protocol/src/schnorr.ts'
import { sampleElection, spoilShare } from '../../protocol/test/support/sample-election.ts'
import { decryptElection } from '../src/decrypt-election.ts'
import { eraseElection } from '../src/erase-election.ts'
import { advanceCeremonies, followCeremony } from '../src/follow-ceremony.ts'
import { readCeremony, readElection } from '../src/read-ledger.ts'
import { advanceCeremony } from '../src/run-ceremony.ts'
import type { Trustee } from '../src/trustee.ts'
import { runCeremonyInTurns, type StagedTrustees, stageTrustees, voteAndCount } from './support/trustees.ts'

t.test('a trustee that stops before each posting posts the same messages after its restart', async (t) => {
  const staged = await stageTrustees()
  t.teardown(staged.close)
  const { as, election, trustees } = staged
  await announce(as, election)
  const [first, second, third] = trustees as [Trustee, Trustee, Trustee]
  for (const round of ['commit', 'deal', 'confirm'] as const) {
    await t.rejects(advanceCeremony({ ...first, ledger: failing(first.ledger) }, election.id), { code: 'ledger.unavailable' })
    const kept = first.store.election(election.id)[round]
    t.ok(kept, `${round} was kept before it was to be posted`)
    const again = await staged.restarted(0)
    await advanceCeremony(again, election.id)
    t.strictSame(again.store.election(election.id)[round], kept)
    await advanceCeremony(second, election.id)
    await advanceCeremony(third, election.id)
  }
  t.equal((await readElectionView(as, election)).state.status, 'keyed')
  t.equal(await advanceCeremony(first, election.id), 'over')
  t.equal(first.store.election(election.id).secrets, undefined)
  t.strictSame(Object.values(first.store.election(election.id).shares ?? {}).map(({ length }) => length), [election.ceremony.keyCount])
})

t.test('a trustee whose store was lost refuses to begin again', async (t) => {
  const staged = await stageTrustees()
  t.teardown(staged.close)
  const { as, election, trustees } = staged
  await announce(as, election)
  await advanceCeremony(trustees[0]!, election.id)
  await trustees[0]!.store.update(election.id, () => ({}))
  await t.rejects(advanceCeremony(trustees[0]!, election.id), { code: 'ceremony.exists' })
  t.match(await advanceCeremonies(trustees[0]!), { waiting: 0, failing: 1 })
})

/** Some of three trustees deal badly: `bad[dealer]` are the recipients of their bad shares. The others have committed and run as they are. */
async function stageCheats (t: Test, bad: Readonly<Record<number, readonly number[]>>): Promise<StagedThree> {
  const staged = await stageTrustees({ trustees: 3 })
  t.teardown(staged.close)
  const { as, election, trustees } = staged
  await announce(as, election)
  const asCheats = { ...election, trustees: election.trustees.map((trustee, i) => ({ ...trustee, keys: trustees[i]!.store.keys })) }
  const cheats = Object.entries(bad).map(([dealer, recipients]) => ({ dealer: Number(dealer), recipients, secrets: drawSecrets(election.ceremony) }))
  for (const { dealer, secrets } of cheats) await postCeremony(as, asCheats, dealer, commitMessage(election.ceremony, dealer, secrets))
  for (const [i, trustee] of trustees.entries()) if (bad[i] === undefined) await advanceCeremony(trustee, election.id)
  const { commits } = await readCeremony(trustees[0]!.ledger, await readElection(trustees[0]!.ledger, election.id, trustees[0]!.store.publicKey))
  for (const { dealer, recipients, secrets } of cheats) {
    await postCeremony(as, asCheats, dealer, recipients.reduce(spoilShare, dealMessage(election.ceremony, dealer, secrets, commits as readonly CommitMessage[])))
  }
  return staged as StagedThree
}
type StagedThree = StagedTrustees & { readonly trustees: readonly [Trustee, Trustee, Trustee] }

t.test('a dealer who sends one trustee of three a bad share is disqualified, and the election goes on with the others', async (t) => {
  const staged = await stageCheats(t, { 2: [1] })
  const { as, election, trustees: [first, second, third] } = staged
  for (const trustee of [second, first, second, first]) await advanceCeremony(trustee, election.id)
  const { state, keys, ceremony } = await readElectionView(as, election)
  t.equal(state.status, 'keyed')
  t.strictSame(keys?.qualified, [0, 1])
  t.strictSame(ceremony.complaint, [1])
  t.match(staged.logged(), /complaining/)
  for (const [i, trustee] of [first, second].entries()) {
    t.equal(await advanceCeremony(trustee, election.id), 'over')
    const { shares, secrets } = trustee.store.election(election.id)
    t.strictSame(shares?.[keys!.transcript]?.map((share) => pointToHex(multiply(basePoint, scalarFromHex(share)))), keys?.verificationKeys[i], 'the share is that of the qualified dealers')
    t.equal(secrets, undefined)
  }
  await voteAndCount(staged, [[{ choose: ['option-1'] }], ['blank']])
  t.match(await decryptElection(first, election.id), { decrypted: false })
  // a peer that counts the disqualified one among those who signed
  const statement = { ...first.store.election(election.id).root!.message, trustee: 2 }
  const signed = signMessage(tags.rootStatement, election.idBytes, third.store.keys, statement)
  const record = { key: recordKeys.boxRoot(election.id, 2), value: toBase64url(canonicalBytes(signed)) }
  const padding = answering(first.ledger, 'readRecords', (page: { records: { key: string }[] }) => page.records.some(({ key }) => key.includes('/box-root/')) ? { ...page, records: [...page.records, record] } : page)
  t.match(await decryptElection({ ...first, ledger: padding }, election.id), { signedBy: [0], decrypted: false })
  t.equal(await codeOf(decryptElection(third, election.id)), 'trustee.disqualified')
  t.match(await decryptElection(second, election.id), { decrypted: true })
  t.match(await decryptElection(first, election.id), { published: true })
  t.match((await readElectionView(as, election)).result, { ballots: 2, trustees: [0, 1], questions: [{ counts: { 'option-1': 1 }, blank: 1 }] })
})

t.test('whoever confirmed before the complaint confirms again', async (t) => {
  const { as, election, trustees: [first, second] } = await stageCheats(t, { 2: [1] })
  await advanceCeremony(first, election.id)
  t.ok(first.store.election(election.id).deal)
  // the second deals and stops before it complains
  const dealt = second.store
  await t.rejects(advanceCeremony({ ...second, ledger: failing(second.ledger, '"complaint"') }, election.id), { code: 'ledger.unavailable' })
  t.ok(dealt.election(election.id).complaint, 'kept before it was to be posted')
  await advanceCeremony(first, election.id)
  const before = first.store.election(election.id)
  t.ok(before.confirm)
  await advanceCeremony(second, election.id)
  await advanceCeremony(first, election.id)
  t.notSame(first.store.election(election.id).confirm, before.confirm)
  t.equal((await readElectionView(as, election)).state.status, 'keyed')
})

t.test('with fewer than t trustees left the election is cancelled; what is held of it goes by `erase` only', async (t) => {
  const { as, election, trustees: [first] } = await stageCheats(t, { 1: [0], 2: [0, 1] })
  await advanceCeremony(first, election.id)
  const { state } = await readElectionView(as, election)
  t.match(state, { status: 'cancelled', reason: /left 1 qualified trustees of the 2 needed/ })
  t.equal(await advanceCeremony(first, election.id), 'over')
  t.ok(first.store.election(election.id).secrets, 'a peer that says cancelled can be lying')
  await eraseElection(first, election.id, cutOffMs(election.definition))
  const kept = first.store.election(election.id)
  t.equal(kept.secrets ?? kept.shares, undefined)
})

t.test('a missed deadline cancels the election', async (t) => {
  const staged = await stageTrustees()
  t.teardown(staged.close)
  const { as, election, trustees } = staged
  await announce(as, election)
  t.equal(await advanceCeremony(trustees[0]!, election.id), 'waiting')
  t.teardown(setClock(Date.parse(election.definition.ceremony.commitBy) + 59_000))
  const stop = new AbortController()
  const following = followCeremony(trustees[0]!, { signal: stop.signal, pollMs: 200 })
  while ((await readElectionView(as, election)).state.status === 'announced') await new Promise((resolve) => setTimeout(resolve, 100))
  stop.abort()
  await following
  t.match((await readElectionView(as, election)).state, { status: 'cancelled', reason: /missed the deadline of its commit round/ })
})

t.test('elections that name other trustees are left alone', async (t) => {
  const staged = await stageTrustees()
  t.teardown(staged.close)
  const { as, trustees } = staged
  const foreign = sampleElection()
  await announce(as, foreign)
  t.equal(await advanceCeremony(trustees[0]!, foreign.id), 'foreign')
  t.match(await advanceCeremonies(trustees[0]!), { waiting: 0, failing: 0 })
})

t.test('a peer that shows another definition or a foreign commit is not believed', async (t) => {
  const staged = await stageTrustees()
  t.teardown(staged.close)
  const { as, election, trustees } = staged
  await announce(as, election)
  await runCeremonyInTurns({ ...staged, trustees: trustees.slice(0, 2) })
  const [first, , third] = trustees as [Trustee, Trustee, Trustee]
  const lying = (name: string, lie: (answer: never) => unknown): Trustee => ({ ...third, ledger: answering(third.ledger, name, lie) })
  await t.rejects(advanceCeremony(lying('readElection', (view: { definition: object }) => ({ ...view, definition: { ...view.definition, threshold: 3 } })), election.id),
    { code: 'ledger.record' })
  const intruder = generateKeyPair()
  await t.rejects(advanceCeremony(lying('readCeremony', (posted: { commits: [{ message: { encryptionKey: string } }, unknown] }) => {
    posted.commits[0].message.encryptionKey = pointToHex(intruder.publicKey)
    return posted
  }), election.id), { code: 'access.signature' })
  t.equal(third.store.election(election.id).commit, undefined)
  t.ok(first.store.election(election.id).commit)
})

t.test('a complaint that the ledger never took costs a trustee neither its shares nor its secrets', async (t) => {
  const staged = await stageCheats(t, { 2: [1] })
  const { as, election, trustees: [first, second, third] } = staged
  const asTrustees = { ...election, trustees: election.trustees.map((trustee, i) => ({ ...trustee, keys: staged.trustees[i]!.store.keys })) }
  await advanceCeremony(first, election.id)
  // the second, who works with the peer, complains to nobody but the peer, and confirms the keys as if its share fitted
  await t.rejects(advanceCeremony({ ...second, ledger: failing(second.ledger, '"complaint"') }, election.id), { code: 'ledger.unavailable' })
  const complaint = second.store.election(election.id).complaint!
  await advanceCeremony(first, election.id)
  const { message: confirmed } = first.store.election(election.id).confirm as { message: ConfirmMessage }
  const showsIt = answering(first.ledger, 'readCeremony', (posted: { complaints: unknown[] }) => ({ ...posted, complaints: posted.complaints.map((entry, i) => i === 1 ? complaint : entry) }))
  await advanceCeremony({ ...first, ledger: showsIt }, election.id).catch(() => {})
  t.not((first.store.election(election.id).confirm as { message: ConfirmMessage }).message.transcript, confirmed.transcript, 'it confirmed what the peer showed')
  for (const trustee of [1, 2]) await postCeremony(as, asTrustees, trustee, { ...confirmed, trustee })
  t.equal((await readElectionView(as, election)).state.status, 'keyed')
  t.equal(await advanceCeremony(first, election.id), 'over')
  const { keys, trials } = await readElectionView(as, election)
  t.strictSame(first.store.election(election.id).shares?.[keys!.transcript]?.map((share) => pointToHex(multiply(basePoint, scalarFromHex(share)))), keys?.verificationKeys[0])
  t.strictSame(trials, [0], 'it can still decrypt')
  t.ok(third)
})

t.test('a peer that says keyed before all have confirmed has no secrets erased', async (t) => {
  const staged = await stageTrustees()
  t.teardown(staged.close)
  const { as, election, trustees } = staged
  const [first, second, third] = trustees as [Trustee, Trustee, Trustee]
  await announce(as, election)
  for (const trustee of [first, second, third, first, second, first]) await advanceCeremony(trustee, election.id)
  const { message: confirmed } = first.store.election(election.id).confirm as { message: ConfirmMessage }
  for (const qualified of [[0, 1, 2], [0], [0, 1]]) {
    const keys = { electionKeys: [], verificationKeys: [], qualified, transcript: confirmed.transcript }
    const lying = answering(first.ledger, 'readElection', (view: { state: object }) => ({ ...view, state: { ...view.state, status: 'keyed' }, keys, trials: [0] }))
    await advanceCeremony({ ...first, ledger: lying }, election.id)
    t.ok(first.store.election(election.id).secrets)
  }
  for (const trustee of [third, first]) await advanceCeremony(trustee, election.id)
  t.equal(first.store.election(election.id).secrets, undefined)
})

/** Can't be reached for what mentions this. */
function failing (ledger: Ledger, about = ''): Ledger {
  return new Proxy(ledger, {
    get: (target, name) => name === 'submit'
      ? async (transaction: string, args: string[]) => {
        if (args.join().includes(about)) throw new ScrutinError('ledger.unavailable')
        return await target.submit(transaction, args)
      }
      : bound(target, name),
  })
}

function answering (ledger: Ledger, transaction: string, lie: (answer: never) => unknown): Ledger {
  return new Proxy(ledger, {
    get: (target, name) => name === 'evaluate'
      ? async (asked: string, args: string[]) => {
        const answer = await target.evaluate(asked, args)
        return asked === transaction ? new TextEncoder().encode(JSON.stringify(lie(JSON.parse(new TextDecoder().decode(answer)) as never))) : answer
      }
      : bound(target, name),
  })
}

function bound (target: Ledger, name: string | symbol): unknown {
  const value: unknown = Reflect.get(target, name)
  return typeof value === 'function' ? value.bind(target) as unknown : value
}
