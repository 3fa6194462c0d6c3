import t, { type Test } from 'tap'
import { announce, codeOf, readElectionView } from '../../chaincode/test/support/staged-election.ts'
import type { Ledger } from '../../ledger/src/port.ts'
import { fromBase64url, toBase64url } from '../../protocol/src/bytes.ts'
import { canonicalBytes } from '../../protocol/src/canonical-json.ts'
import { slotRules } from '../../protocol/src/definition.ts'
import { type CountRecord, type ExportedRecord, recordKeys } from '../../protocol/src/records.ts'
import type { RootStatement } from '../../protocol/src/root-statement.ts'
import { signMessage } from '../../protocol/src/signed-message.ts'
import { addToTally, emptyTally, tallyToJson } from '../../protocol/src/tally.ts'
import { tags } from '../../protocol/src/tagged-hash.ts'
import type { SampleElection } from '../../protocol/test/support/sample-election.ts'
import { decryptElection } from '../src/decrypt-election.ts'
import { recordsSource } from '../src/election-sources.ts'
import type { Trustee } from '../src/trustee.ts'
import { behind, runCeremonyInTurns, type StagedTrustees, stageTrustees, voteAndCount } from './support/trustees.ts'

t.test('a trustee signs the root, waits for the others, and decrypts when t have signed the same', async (t) => {
  const staged = await tallied(t)
  const { as, election, trustees: [first, second] } = staged
  const alone = await decryptElection(first, election.id)
  t.match(alone, { withheld: false, signedBy: [0], decrypted: false, published: false })
  t.equal(alone.boxRoot, first.store.election(election.id).root?.message.boxRoot)
  t.equal(first.store.election(election.id).decryption, undefined, 'what was not to be posted is not made')
  t.strictSame(await decryptElection(first, election.id), alone, 'once more changes nothing')
  t.match(await decryptElection(second, election.id), { boxRoot: alone.boxRoot, signedBy: [0, 1], decrypted: true, published: false })
  t.match(await decryptElection(await staged.restarted(0), election.id), { decrypted: true, published: true })
  t.match((await readElectionView(as, election)).result, { ballots: 3, trustees: [0, 1] })
  t.equal(await codeOf(decryptElection(first, election.id)), 'election.state')
})

t.test('trustees at work at the same time wait for each other', async (t) => {
  const { as, election, trustees: [first, second] } = await tallied(t)
  const outcomes = await Promise.all([first, second].map(async (trustee) => await decryptElection(trustee, election.id, { waitMs: 60_000, pollMs: 50 })))
  t.ok(outcomes.every(({ decrypted }) => decrypted))
  t.match((await readElectionView(as, election)).state, { status: 'published' })
})

t.test('a peer that lies about the sum gets nothing decrypted', async (t) => {
  const staged = await tallied(t)
  const { as, election, trustees: [first, second, third] } = staged
  const honest = recordsSource(await as('MemberD', 'auditor'), 'MemberD (its peer)')
  const nothingIsDecrypted = async (): Promise<void> => {
    t.match(await decryptElection(second, election.id), { signedBy: [1], decrypted: false }, 't - 1 honest trustees have signed')
    t.strictSame((await readElectionView(as, election)).decryptions, [])
    t.strictSame((await readElectionView(as, election)).rootStatements, [1])
  }

  await t.test('a lie that does not fit together', async (t) => {
    const lies: Record<string, [Lie, RegExp]> = {
      'a ballot is hidden': [{ ballots: withoutFirst() }, /trackers .*box-root/],
      'a sum is not that of the ballots': [{ count: (count) => ({ ...count, sums: [[[{ ...count.sums[0]![0]![0]!, alpha: count.sums[0]![0]![0]!.betas[0]! }]]] }) }, /sums/],
    }
    for (const [what, [lie, detail]] of Object.entries(lies)) {
      const liar = lyingPeer(first.ledger, lie)
      await t.rejects(decryptElection(behind(first, liar, honest), election.id), { code: 'decryption.root', message: detail }, what)
      await t.rejects(decryptElection(behind(first, first.ledger, recordsSource(liar, 'MemberB (its peer)')), election.id), { code: 'decryption.root', message: /what MemberB \(its peer\) shows does not hold/ })
    }
    t.equal(first.store.election(election.id).root, undefined, 'nothing was signed')
    await nothingIsDecrypted()
  })

  await t.test('a lie that fits together, told by one of two peers', async (t) => {
    const says = /MemberA \(records\) shows 2 ballots .*MemberD \(its peer\) shows 3 ballots/
    await t.rejects(decryptElection(behind(first, consistentLiar(first.ledger, election), honest), election.id), { code: 'root.sources-differ', message: says })
    await t.rejects(decryptElection(behind(first, first.ledger, recordsSource(consistentLiar(first.ledger, election), 'MemberB (its peer)')), election.id),
      { code: 'root.sources-differ', message: /MemberA \(records\) shows 3 ballots .*MemberB \(its peer\) shows 2 ballots/ })
    t.equal(first.store.election(election.id).root, undefined, 'nothing was signed')
    await nothingIsDecrypted()
  })

  await t.test('a lie that fits together, told by all the peers that one trustee asks', async (t) => {
    const liars = behind(first, consistentLiar(first.ledger, election), recordsSource(consistentLiar(first.ledger, election), 'MemberB (its peer)'))
    t.equal(await codeOf(decryptElection(liars, election.id)), 'decryption.root', 'the contract takes no statement of another root')
    await nothingIsDecrypted()
    t.ok(first.store.election(election.id).root, 'but it was signed')
    t.equal(first.store.election(election.id).decryption, undefined)
    await t.rejects(decryptElection(first, election.id), { code: 'decryption.root', message: /signs no other/ }, 'so this trustee signs no other, even if it is the right one')
    await t.rejects(decryptElection(await staged.restarted(0), election.id), { code: 'decryption.root', message: /signs no other/ })
    t.match(await decryptElection(third, election.id), { signedBy: [1, 2], decrypted: true }, 'two honest ones are enough')
    t.match(await decryptElection(second, election.id), { published: true })
    t.match((await readElectionView(as, election)).result, { ballots: 3, trustees: [1, 2] })
  })
})

t.test('a trustee whose store was lost signs no second root, as the ledger holds the first', async (t) => {
  const { election, trustees: [first] } = await tallied(t)
  await decryptElection(first, election.id)
  await first.store.update(election.id, ({ root: _, ...rest }) => rest)
  await t.rejects(decryptElection(behind(first, consistentLiar(first.ledger, election)), election.id), { code: 'decryption.root', message: /signs no other/ })
  t.match(await decryptElection(first, election.id), { signedBy: [0] }, 'the one it signed it may keep again')
})

t.test('a statement of the same root with another number of ballots stops the decryption', async (t) => {
  const { as, election, trustees: [first, second] } = await tallied(t)
  await decryptElection(second, election.id)
  const shows = (index: number, trustee: Trustee, changes: Partial<RootStatement>): Ledger => {
    const statement: RootStatement = { ...second.store.election(election.id).root!.message, trustee: index, ...changes }
    const signed = signMessage(tags.rootStatement, election.idBytes, trustee.store.keys, statement)
    return lyingPeer(first.ledger, { roots: (records) => [...records.filter(({ key }) => key !== recordKeys.boxRoot(election.id, index)), { key: recordKeys.boxRoot(election.id, index), value: toBase64url(canonicalBytes(signed)) }] })
  }
  const dishonest = behind(first, shows(1, second, { ballots: 2 }))
  await t.rejects(decryptElection(dishonest, election.id), { code: 'decryption.root', message: /of 2 ballots/ })
  t.equal(first.store.election(election.id).decryption, undefined)
  t.strictSame((await readElectionView(as, election)).decryptions, [])
})

t.test('a void election is never decrypted, even when t have signed its root', async (t) => {
  const { as, election, trustees: [first, second] } = await tallied(t)
  await decryptElection(first, election.id)
  const waiting = decryptElection(first, election.id, { waitMs: 60_000, pollMs: 20 })
  for (const mspId of ['MemberA', 'MemberB', 'MemberC']) await (await as(mspId, 'organiser')).submit('voteVoid', [election.id, 'a registrar was robbed'])
  t.equal(await codeOf(decryptElection(second, election.id)), 'election.state')
  t.equal(await codeOf(waiting), 'election.state', 'whoever waits stops')
  t.match(await readElectionView(as, election), { state: { status: 'void' }, decryptions: [], result: null })
  t.equal(first.store.election(election.id).decryption, undefined)
})

t.test('with fewer ballots than the definition asks for, nothing is decrypted', async (t) => {
  const staged = await stageTrustees({ changes: { minBallots: 3 } })
  t.teardown(staged.close)
  const { as, election, trustees } = staged
  await announce(as, election)
  await runCeremonyInTurns(staged)
  await voteAndCount(staged, [['blank'], ['blank']])
  t.match(await decryptElection(trustees[0]!, election.id), { withheld: true, published: true })
  const view = await readElectionView(as, election)
  t.match(view, { state: { status: 'published' }, result: { withheld: true, ballots: 2, questions: [] }, decryptions: [] })
  t.equal(trustees[0]!.store.election(election.id).decryption, undefined)
})

t.test('who holds no share of the election decrypts nothing', async (t) => {
  const staged = await stageTrustees()
  t.teardown(staged.close)
  const { as, election, trustees } = staged
  await announce(as, election)
  await runCeremonyInTurns(staged)
  await voteAndCount(staged, [['blank']])
  await trustees[0]!.store.update(election.id, () => ({}))
  await t.rejects(decryptElection(trustees[0]!, election.id), { code: 'election.not-ready', message: /holds no share/ })
})

/** Three trustees, keyed, three ballots, counted. */
async function tallied (t: Test): Promise<StagedTrustees & { readonly trustees: readonly [Trustee, Trustee, Trustee] }> {
  const staged = await stageTrustees()
  t.teardown(staged.close)
  await announce(staged.as, staged.election)
  await runCeremonyInTurns(staged)
  await voteAndCount(staged, [[{ choose: ['option-1'] }], ['blank'], [{ choose: ['option-3'] }]])
  return staged as Awaited<ReturnType<typeof tallied>>
}

/** Hides a ballot, its tracker, and all trace of them in the count. */
function consistentLiar (ledger: Ledger, election: SampleElection): Ledger {
  return lyingPeer(ledger, recountWithoutFirst(election))
}

interface Lie {
  /** Whether the record is shown. */
  readonly ballots?: (record: ExportedRecord) => boolean
  readonly trackers?: (record: ExportedRecord) => boolean
  readonly count?: (count: CountRecord) => CountRecord
  readonly roots?: (records: ExportedRecord[]) => ExportedRecord[]
}

/** Hides the first ballot that is asked for. */
function withoutFirst (): (record: ExportedRecord) => boolean {
  let hidden: string | undefined
  return ({ key }) => key !== (hidden ??= key)
}

/** A box without its first ballot, with trackers and count to match. */
function recountWithoutFirst (election: SampleElection): Required<Omit<Lie, 'roots'>> {
  const hide = withoutFirst()
  const shown: { credentialKey: string, bytes: Uint8Array }[] = []
  const nameOf = (key: string): string => key.slice(key.lastIndexOf('/') + 1)
  return {
    ballots: (record) => {
      const isShown = hide(record)
      if (isShown) shown.push({ credentialKey: nameOf(record.key), bytes: fromBase64url(record.value) })
      return isShown
    },
    trackers: ({ value }) => {
      const { credentialKey } = JSON.parse(new TextDecoder().decode(fromBase64url(value))) as { credentialKey: string }
      return shown.some((ballot) => ballot.credentialKey === credentialKey)
    },
    count: (count) => {
      const rules = slotRules(election.definition)
      return { ...count, ...tallyToJson(addToTally(emptyTally(rules, 1), rules, shown)) }
    },
  }
}

function lyingPeer (ledger: Ledger, lie: Lie): Ledger {
  const evaluate = async (transaction: string, args: readonly string[]): Promise<Uint8Array> => {
    const answer = await ledger.evaluate(transaction, args)
    if (transaction !== 'readRecords') return answer
    const page = JSON.parse(new TextDecoder().decode(answer)) as { records: ExportedRecord[], cursor: string | null }
    const section = args[1]
    if (section === 'ballot' && lie.ballots !== undefined) page.records = page.records.filter(lie.ballots)
    if (section === 'tracker' && lie.trackers !== undefined) page.records = page.records.filter(lie.trackers)
    if (section === 'box-root' && lie.roots !== undefined) page.records = lie.roots(page.records)
    if (section === 'count' && lie.count !== undefined) {
      page.records = page.records.map(({ key, value }) =>
        ({ key, value: toBase64url(canonicalBytes(lie.count!(JSON.parse(new TextDecoder().decode(fromBase64url(value))) as CountRecord))) }))
    }
    return new TextEncoder().encode(JSON.stringify(page))
  }
  return new Proxy(ledger, { get: (target, name) => name === 'evaluate' ? evaluate : bound(target, name) })
}

function bound (target: Ledger, name: string | symbol): unknown {
  const value: unknown = Reflect.get(target, name)
  return typeof value === 'function' ? value.bind(target) as unknown : value
}
