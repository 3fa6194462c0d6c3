import t from 'tap'
import { announce, postCeremony, readElectionView } from '../../chaincode/test/support/staged-election.ts'
import type { Ledger } from '../../ledger/src/port.ts'
import type { DealMessage } from '../../protocol/src/ceremony.ts'
import { ScrutinError } from '../../protocol/src/errors.ts'
import { scalarToHex } from '../../protocol/src/group.ts'
import { generateKeyPair } from '../../protocol/src/schnorr.ts'
import { sampleElection } from '../../protocol/test/support/sample-election.ts'
import { pointToHex } from '../../protocol/src/group.ts'
import { commitMessage, dealMessage, drawSecrets } from '../../protocol/src/hold-shares.ts'
import { advanceCeremonies, followCeremony } from '../src/follow-ceremony.ts'
import { readCeremony, readElection } from '../src/read-ledger.ts'
import { advanceCeremony } from '../src/run-ceremony.ts'
import type { Trustee } from '../src/trustee.ts'
import { runCeremonyInTurns, stageTrustees } from './support/trustees.ts'

t.test('a trustee that stops before each posting posts the same messages after its restart', async (t) => {
  const staged = await stageTrustees()
  t.teardown(staged.close)
  const { as, election, trustees } = staged
  await announce(as, election)
  const [first, second, third] = trustees as [Trustee, Trustee, Trustee]
  for (const round of ['commit', 'deal', 'verdict'] as const) {
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
  t.equal(first.store.election(election.id).shares?.length, election.ceremony.keyCount)
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

t.test('a share that does not fit is complained about, and the election is cancelled', async (t) => {
  const staged = await stageTrustees({ trustees: 3 })
  t.teardown(staged.close)
  const { as, election, trustees } = staged
  await announce(as, election)
  const cheat = trustees[2]!
  const asCheat = { ...election, trustees: election.trustees.map((trustee, i) => i === 2 ? { ...trustee, keys: cheat.store.keys } : trustee) }
  const secrets = drawSecrets(election.ceremony)
  await postCeremony(as, asCheat, 2, commitMessage(election.ceremony, 2, secrets))
  for (const trustee of trustees.slice(0, 2)) await advanceCeremony(trustee, election.id)
  const { commits } = await readCeremony(trustees[0]!.ledger, await readElection(trustees[0]!.ledger, election.id, trustees[0]!.store.publicKey))
  const honest = dealMessage(election.ceremony, 2, secrets, commits as never)
  const deal: DealMessage = { ...honest, shares: honest.shares.map((share) => share.recipient === 1 ? { ...share, masked: share.masked.map(() => scalarToHex(7n)) } : share) }
  await postCeremony(as, asCheat, 2, deal)
  await advanceCeremony(trustees[0]!, election.id)
  await advanceCeremony(trustees[1]!, election.id)
  const { state } = await readElectionView(as, election)
  t.match(state, { status: 'cancelled', reason: /trustee 2 found a bad share from trustee 3/ })
  t.match(staged.logged(), /complaining/)
  t.equal(await advanceCeremony(trustees[0]!, election.id), 'over')
  const kept = trustees[0]!.store.election(election.id)
  t.equal(kept.secrets ?? kept.shares, undefined, 'of a cancelled election no secret is kept')
})

t.test('a missed deadline cancels the election', async (t) => {
  const at = (seconds: number): string => new Date(Date.now() + seconds * 1000).toISOString().replace(/\.\d+Z$/, 'Z')
  const staged = await stageTrustees({ changes: { ceremony: { commitBy: at(4), dealBy: at(60), confirmBy: at(120) } } })
  t.teardown(staged.close)
  const { as, election, trustees } = staged
  await announce(as, election)
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

function failing (ledger: Ledger): Ledger {
  return new Proxy(ledger, {
    get: (target, name) => name === 'submit'
      ? async () => { throw new ScrutinError('ledger.unavailable') }
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
