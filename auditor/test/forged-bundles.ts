/**
 * What a forger can do who holds the whole bundle and recomputes every hash,
 * root and sum he can, but has no key of trustees, registrars or voters. Each
 * test names the checks that catch him.
 */
import { generateKeyPairSync } from 'node:crypto'
import t, { type Test } from 'tap'
import { ceremonyTags, type CommitMessage, type ComplaintMessage, type DealMessage } from '../../protocol/src/ceremony.ts'
import { decryptionContext, type DecryptionMessage, decryptTally } from '../../protocol/src/decryption.ts'
import { type Definition, electionId } from '../../protocol/src/definition.ts'
import { pointToHex, randomScalar } from '../../protocol/src/group.ts'
import { commitMessage, dealMessage, drawSecrets } from '../../protocol/src/hold-shares.ts'
import { signIssuance } from '../../protocol/src/issuances.ts'
import {
  type CountRecord, type KeysRecord, type OpeningRecord, recordKeys, recordSections, type ResultRecord, type SignedDecryption, type SignedRootStatement, type SignedTrial, type SignedIssuance, type SignedRegistrarMessage, type StateRecord,
} from '../../protocol/src/records.ts'
import { type KeyPair, generateKeyPair } from '../../protocol/src/schnorr.ts'
import type { RootStatement } from '../../protocol/src/root-statement.ts'
import { signMessage } from '../../protocol/src/signed-message.ts'
import { tallyFromJson } from '../../protocol/src/tally.ts'
import { tags } from '../../protocol/src/tagged-hash.ts'
import { decryptTrial } from '../../protocol/src/trial.ts'
import { castableBallot, complaintAbout, sampleRegistrarMessage, type SampleRegistrar } from '../../protocol/test/support/sample-election.ts'
import { failed, Forgery } from './support/forger.ts'
import { publishedBundle } from './support/published-bundle.ts'

t.setTimeout(300_000)

const published = await publishedBundle()
const { election } = published
const { id } = election

async function refused (t: Test, what: string, forgery: Forgery, checks: readonly string[]): Promise<void> {
  const report = await forgery.verify()
  t.strictSame(failed(report), checks, what)
  t.notOk(report.ok)
  t.equal(report.result, null)
}

t.test('the bundle that nobody touched passes, with the count of every check', async (t) => {
  const report = await published.verify()
  t.strictSame(failed(report), [])
  t.ok(report.ok)
  t.equal(report.anchored, false)
  t.equal(report.electionId, id)
  t.equal(report.status, 'published')
  t.strictSame(Object.fromEntries(report.checks.map(({ name, count }) => [name, count])), {
    'bundle.format': 40,
    definition: 1,
    state: 1,
    ceremony: 9,
    keys: 1,
    trials: 3,
    registrars: 2,
    opening: 1,
    issuances: 8,
    ballots: 4,
    trackers: 4,
    'issuances-cover-ballots': 4,
    'box-root': 4,
    sums: 7,
    'root-statements': 2,
    decryptions: 2,
    result: 1,
    'void-votes': 0,
  })
  t.match(report.result, {
    ballots: 4,
    questions: [{ id: 'mayor', counts: { 'option-1': 2, 'option-2': 1 }, blank: 1 }, { id: 'works', counts: { 'option-1': 1, 'option-2': 3 }, blank: null }],
  })
})

t.test('ballots', async (t) => {
  const [first, second] = published.keys('ballot') as [string, string]

  await refused(t, 'one dropped', published.copy().remove(first), ['trackers', 'box-root', 'sums', 'root-statements', 'decryptions', 'result'])
  await refused(t, 'one dropped, all recounted', published.copy().remove(first).recount(), ['root-statements', 'decryptions', 'result'])

  const swapped = published.copy().put(first, published.bytes(second)).put(second, published.bytes(first))
  await refused(t, 'two swapped', swapped, ['ballots', 'trackers', 'box-root', 'sums', 'root-statements', 'decryptions', 'result'])
  await refused(t, 'two swapped, all recounted', swapped.copy().recount(), ['ballots', 'trackers', 'box-root', 'sums', 'root-statements', 'decryptions', 'result'])

  const anotherKey = recordKeys.ballot(id, 'f'.repeat(64))
  await refused(t, 'a copy under another key', published.copy().put(anotherKey, published.bytes(first)).recount(),
    ['ballots', 'trackers', 'box-root', 'sums', 'result'])

  const bent = published.bytes(first).slice()
  bent[bent.length - 1]! ^= 1
  await refused(t, 'a signature bent', published.copy().put(first, bent), ['ballots', 'trackers', 'box-root', 'sums', 'root-statements', 'decryptions', 'result'])
})

t.test('a ballot of the forger\'s own credential', async (t) => {
  const forgers = election.registrars.map(() => forgedRegistrar())
  const withBallotSignedBy = async (registrars: readonly SampleRegistrar[]): Promise<Forgery> => {
    const { bytes, credentialKey } = await castableBallot({ ...election, registrars }, ['blank', { choose: ['option-1'] }])
    return published.copy().put(recordKeys.ballot(id, credentialKey), bytes).recount()
  }
  await refused(t, 'signed by keys of his own', await withBallotSignedBy(forgers), ['ballots', 'trackers', 'box-root', 'sums', 'result'])
  await refused(t, 'signed by one registrar of two', await withBallotSignedBy([election.registrars[0]!, forgers[1]!]),
    ['ballots', 'trackers', 'box-root', 'sums', 'result'])
  await refused(t, 'signed by all registrars, but issued to nobody', await withBallotSignedBy(election.registrars),
    ['issuances-cover-ballots', 'root-statements', 'decryptions', 'result'])
})

t.test('trackers', async (t) => {
  const [first, second] = published.keys('tracker') as [string, string]
  await refused(t, 'one dropped', published.copy().remove(first), ['trackers'])
  await refused(t, 'one added', published.copy().put(recordKeys.tracker(id, '00'.repeat(32)), published.json(first)), ['trackers'])
  await refused(t, 'one that names another ballot', published.copy().put(first, published.json(second)), ['trackers'])
})

t.test('issuances', async (t) => {
  const [first] = published.keys('issuance') as [string]
  await refused(t, 'one dropped', published.copy().remove(first), ['issuances-cover-ballots'])
  const issuance = published.json<SignedIssuance>(first)
  const { message } = issuance
  const [keys, otherKeys] = election.registrars.map((registrar) => registrar.keys) as [KeyPair, KeyPair]
  const stranger = signIssuance(election.idBytes, keys, { ...message, place: { ...message.place, commitment: 'ab'.repeat(32) } })
  const strangersKey = recordKeys.issuance(id, 0, stranger.message.place.commitment)
  await refused(t, 'one for a stranger', published.copy().put(strangersKey, stranger), ['issuances'])
  await refused(t, 'one replaced by a stranger\'s', published.copy().remove(first).put(strangersKey, stranger),
    ['issuances', 'issuances-cover-ballots'])
  await refused(t, 'one twice under different keys', published.copy().put(recordKeys.issuance(id, 1, 'ab'.repeat(32)), issuance), ['issuances'])
  const place = election.places.find(({ commitment }) => !published.keys('issuance').includes(recordKeys.issuance(id, 0, commitment)))!
  const added = (signed: SignedIssuance): Forgery => published.copy().put(recordKeys.issuance(id, 0, place.commitment), signed)
  const another = { ...message, place }
  t.ok((await added(signIssuance(election.idBytes, keys, another)).verify()).ok, 'one more by the registrar itself is what a registrar may do')
  await refused(t, 'one more, by the role without the key', added(signIssuance(election.idBytes, generateKeyPair(), another)), ['issuances'])
  await refused(t, 'one more, by another registrar', added(signIssuance(election.idBytes, otherKeys, another)), ['issuances'])
  await refused(t, 'one more, signed for another election', added(signIssuance(new Uint8Array(32), keys, another)), ['issuances'])
  await refused(t, 'one more, with the signature of another place', added({ message: another, signature: issuance.signature }), ['issuances'])
  await refused(t, 'one whose signature is none', published.copy().put(first, { ...issuance, signature: 'ff'.repeat(64) }), ['issuances', 'issuances-cover-ballots'])
  await refused(t, 'another blinded message', published.copy().put(first, { ...issuance, message: { ...message, blinded: 'ab'.repeat(32) } }), ['issuances', 'issuances-cover-ballots'])
})

t.test('the count', async (t) => {
  const countKey = recordKeys.count(id)
  const other = published.json<CountRecord>(countKey).sums[0]![1]![0]!.alpha
  const edit = (change: (count: CountRecord) => unknown): Forgery => published.copy().change(countKey, change)
  await refused(t, 'a sum edited', edit((count) => ({ ...count, sums: [[[{ ...count.sums[0]![0]![0]!, alpha: other }], count.sums[0]![1]!]] })), ['sums'])
  await refused(t, 'the number of ballots of a sum edited', edit((count) => ({ ...count, sums: [[[{ ...count.sums[0]![0]![0]!, ballots: 5 }], count.sums[0]![1]!]] })), ['sums'])
  await refused(t, 'the number of ballots edited', edit((count) => ({ ...count, ballotsPerClass: [5] })), ['box-root'])
  await refused(t, 'the root edited', edit((count) => ({ ...count, frontier: { ...count.frontier, roots: ['ab'.repeat(32)] } })), ['box-root'])
  await refused(t, 'said to be incomplete', edit((count) => ({ ...count, complete: false })), ['box-root'])
  await refused(t, 'with a word too many', edit((count) => ({ ...count, note: 'trust me' })), ['box-root'])
  await refused(t, 'dropped', published.copy().remove(countKey), ['box-root'])
})

const root = published.json<ResultRecord>(recordKeys.result(id)).boxRoot
const statement = (trustee: number, keys: KeyPair, changes: Partial<RootStatement> = {}): SignedRootStatement =>
  signMessage(tags.rootStatement, election.idBytes, keys, { trustee, boxRoot: root, ballots: 4, ...changes })

t.test('statements of the box\'s root', async (t) => {
  const [first, second] = published.keys('box-root') as [string, string]
  const own = election.trustees[0]!.keys
  const put = (signed: SignedRootStatement): Forgery => published.copy().put(first, signed)
  const all = ['root-statements', 'decryptions', 'result']
  t.ok((await put(statement(0, own)).verify()).ok, 'signed again it is the same statement')
  await refused(t, 'one dropped', published.copy().remove(first), ['decryptions', 'result'])
  await refused(t, 'replaced by another trustee\'s', put(published.json(second)), all)
  await refused(t, 'signed by nobody of the definition', put(statement(0, generateKeyPair())), all)
  await refused(t, 'of another root, by the trustee itself', put(statement(0, own, { boxRoot: 'ab'.repeat(32) })), all)
  await refused(t, 'of another number of ballots, by the trustee itself', put(statement(0, own, { ballots: 5 })), all)
  await refused(t, 'signed for another election', put(signMessage(tags.rootStatement, new Uint8Array(32), own, statement(0, own).message)), all)
  await refused(t, 'signed as another message', put(signMessage(tags.decryptionMessage, election.idBytes, own, statement(0, own).message)), all)
})

t.test('trial decryptions', async (t) => {
  const [first, second] = published.keys('trial') as [string, string]
  const keys = published.json<KeysRecord>(recordKeys.keys(id))
  const trial = (trustee: number, shares: readonly bigint[], electionId = election.idBytes): SignedTrial =>
    signMessage(tags.trialMessage, election.idBytes, election.trustees[trustee]!.keys, decryptTrial(electionId, keys, trustee, shares))
  const shares = election.trustees[0]!.shares
  const put = (signed: SignedTrial): Forgery => published.copy().put(first, signed)
  t.ok((await put(trial(0, shares)).verify()).ok, 'proven again it is as good')
  await refused(t, 'one dropped', published.copy().remove(first), ['trials'])
  await refused(t, 'replaced by another trustee\'s', put(published.json(second)), ['trials'])
  await refused(t, 'with other shares', put(trial(0, shares.map(() => randomScalar()))), ['trials'])
  await refused(t, 'with the shares of another trustee', put(trial(0, election.trustees[1]!.shares)), ['trials'])
  await refused(t, 'of another election', put(trial(0, shares, new Uint8Array(32))), ['trials'])
  await refused(t, 'slots exchanged', published.copy().change<SignedTrial>(first, ({ message }) =>
    signMessage(tags.trialMessage, election.idBytes, election.trustees[0]!.keys, { ...message, factors: message.factors.toReversed() })), ['trials'])
})

t.test('partial decryptions', async (t) => {
  const [first, second] = published.keys('decryption') as [string, string]
  const tally = tallyFromJson(published.json<CountRecord>(recordKeys.count(id)))
  const withShares = (trustee: number, shares: readonly bigint[], keys: KeyPair): SignedDecryption =>
    signMessage(tags.decryptionMessage, election.idBytes, keys, decryptTally(decryptionContext(election.definition, tally), trustee, shares))
  const wrongShares = election.trustees[0]!.shares.map(() => randomScalar())

  await refused(t, 'replaced by another trustee\'s', published.copy().put(first, published.json(second)), ['decryptions', 'result'])
  await refused(t, 'replaced, signed by nobody of the definition', published.copy().put(first, withShares(0, election.trustees[0]!.shares, generateKeyPair())), ['decryptions', 'result'])
  await refused(t, 'replaced by the trustee itself with another share', published.copy().put(first, withShares(0, wrongShares, election.trustees[0]!.keys)), ['decryptions', 'result'])
  await refused(t, 'one factor edited', published.copy().change<{ message: DecryptionMessage, signature: string }>(first, ({ message, signature }) =>
    ({ message: { ...message, pools: [{ classes: [0], factors: [message.pools[0]!.factors[0]!.toReversed(), message.pools[0]!.factors[1]] }] }, signature })), ['decryptions', 'result'])
  await refused(t, 'one dropped', published.copy().remove(first), ['result'])
  const third = withShares(2, election.trustees[2]!.shares, election.trustees[2]!.keys)
  await refused(t, 'one replaced by a third trustee\'s, which is right but was not combined',
    published.copy().remove(first).put(recordKeys.decryption(id, 2), third).put(recordKeys.boxRoot(id, 2), statement(2, election.trustees[2]!.keys)), ['result'])
  await refused(t, 'one by a trustee that has not signed the root', published.copy().put(recordKeys.decryption(id, 2), third), ['decryptions'])
})

t.test('the result', async (t) => {
  const key = recordKeys.result(id)
  const edit = (change: (result: ResultRecord) => unknown): Forgery => published.copy().change(key, change)
  await refused(t, 'a vote moved', edit((result) => ({ ...result, questions: [{ ...result.questions[0]!, counts: { 'option-1': 1, 'option-2': 2 } }, result.questions[1]] })), ['result'])
  await refused(t, 'a blank vote lost', edit((result) => ({ ...result, questions: [{ ...result.questions[0]!, blank: 0 }, result.questions[1]] })), ['result'])
  await refused(t, 'the number of ballots edited', edit((result) => ({ ...result, ballots: 5 })), ['result'])
  await refused(t, 'withheld', edit((result) => ({ ...result, withheld: true, trustees: [], questions: [] })), ['result'])
  await refused(t, 'with a word too many', edit((result) => ({ ...result, note: 'trust me' })), ['result'])
  await refused(t, 'dropped', published.copy().remove(key), ['result'])
})

t.test('the definition', async (t) => {
  const key = recordKeys.definition(id)
  const changed = { ...published.json<Definition>(key), minBallots: 2 }
  await refused(t, 'changed under its old id', published.copy().put(key, changed), ['definition', 'ceremony', 'keys', 'decryptions', 'result'])

  const otherElection = { ...election, definition: changed, id: electionId(changed) }
  const moved = new Forgery(otherElection, [...published.copy().put(key, changed).records].map(([name, value]) => [name.replace(id, otherElection.id), value] as const))
  const report = await moved.verify()
  t.strictSame(failed(report), ['ceremony', 'keys', 'trials', 'registrars', 'opening', 'issuances', 'ballots', 'trackers', 'box-root', 'sums', 'root-statements', 'decryptions', 'result'], 'changed with its id')
  await refused(t, 'dropped', published.copy().remove(key), [
    'definition', 'ceremony', 'keys', 'trials', 'registrars', 'opening', 'issuances', 'ballots', 'trackers', 'issuances-cover-ballots', 'box-root', 'sums', 'root-statements', 'decryptions', 'result', 'void-votes',
  ])
})

t.test('the state', async (t) => {
  const key = recordKeys.state(id)
  const edit = (status: string): Forgery => published.copy().change<StateRecord>(key, (state) => ({ ...state, status }))
  await refused(t, 'said to be tallied', edit('tallied'), ['result'])
  await refused(t, 'said to be closed', edit('closed'), ['root-statements', 'decryptions', 'result'])
  await refused(t, 'said to be open', edit('open'), ['box-root', 'root-statements', 'decryptions', 'result'])
  await refused(t, 'said to be void', edit('void'), ['result', 'void-votes'])
  await refused(t, 'said to be cancelled', edit('cancelled'), ['opening', 'box-root', 'root-statements', 'decryptions', 'result'])
  await refused(t, 'void, by one member of four', published.copy().remove(recordKeys.result(id)).change<StateRecord>(key, (state) => ({ ...state, status: 'void' }))
    .put(recordKeys.voidVote(id, 'MemberA'), { mspId: 'MemberA', reason: 'we lost' }), ['void-votes'])
  await refused(t, 'void by members that are none', published.copy().remove(recordKeys.result(id)).change<StateRecord>(key, (state) => ({ ...state, status: 'void' }))
    .put(recordKeys.voidVote(id, 'X'), { mspId: 'X', reason: 'x' }).put(recordKeys.voidVote(id, 'Y'), { mspId: 'Y', reason: 'y' })
    .put(recordKeys.voidVote(id, 'Z'), { mspId: 'Z', reason: 'z' }), ['void-votes'])
})

t.test('the key ceremony', async (t) => {
  const secrets = drawSecrets(election.ceremony)
  const commit = commitMessage(election.ceremony, 0, secrets)
  const deal = dealMessage(election.ceremony, 0, secrets, [commit, ...election.commits.slice(1)])
  const put = (forgery: Forgery, message: CommitMessage | DealMessage, keys: KeyPair): Forgery =>
    forgery.put(recordKeys.ceremony(id, message.round, message.trustee), signMessage(ceremonyTags[message.round], election.idBytes, keys, message))
  await refused(t, 'a deal replaced without the trustee\'s key', put(published.copy(), deal, generateKeyPair()), ['ceremony', 'keys'])
  await refused(t, 'a deal replaced by the trustee itself: it had committed', put(published.copy(), deal, election.trustees[0]!.keys), ['ceremony', 'keys'])
  await refused(t, 'commit and deal replaced by the trustee itself: the others had confirmed',
    put(put(published.copy(), commit, election.trustees[0]!.keys), deal, election.trustees[0]!.keys), ['ceremony', 'keys'])
  await refused(t, 'a confirmation dropped', published.copy().remove(recordKeys.ceremony(id, 'confirm', 1)), ['ceremony', 'keys'])
  const complaint = complaintAbout(election, 1, 0)
  const withComplaint = (message: ComplaintMessage): Forgery => published.copy().put(recordKeys.ceremony(id, 'complaint', 1),
    signMessage(ceremonyTags.complaint, election.idBytes, election.trustees[1]!.keys, message))
  await refused(t, 'a groundless complaint by the trustee itself', withComplaint(complaint), ['ceremony', 'keys'])
  for (const [accusation, detail] of [
    [{ ...complaint.accusations[0]!, dealer: 1 }, /names another trustee of the definition/],
    [{ ...complaint.accusations[0]!, dealer: 3 }, /names another trustee of the definition/],
    [{ ...complaint.accusations[0]!, dealer: 2 }, /proof/],
    [complaint.accusations[0]!, /groundless/],
  ] as const) {
    const report = await withComplaint({ ...complaint, accusations: [accusation] }).verify()
    t.match(report.checks.find(({ name }) => name === 'ceremony'), { ok: false, detail })
  }
  const ownKey = pointToHex(generateKeyPair().publicKey)
  const withKey = published.copy().change<KeysRecord>(recordKeys.keys(id), (keys) => ({ ...keys, electionKeys: [ownKey, ...keys.electionKeys.slice(1)] }))
  await refused(t, 'an election key replaced', withKey, ['keys', 'trials', 'opening'])
  await refused(t, 'an election key replaced, in the opening too', withKey.copy().change<OpeningRecord>(recordKeys.opening(id), (opening) =>
    ({ ...opening, electionKeys: [ownKey, ...opening.electionKeys.slice(1)] })), ['keys', 'trials', 'ballots', 'trackers', 'box-root', 'sums', 'root-statements', 'decryptions', 'result'])
})

t.test('registrars', async (t) => {
  const forger = forgedRegistrar()
  const message = sampleRegistrarMessage({ ...election, registrars: [forger] }, 0)
  const replaced = published.copy().put(recordKeys.registrar(id, 0), signMessage(tags.registrarMessage, election.idBytes, forger.keys, message))
  await refused(t, 'a key replaced', replaced, ['registrars', 'opening', 'issuances'])
  const everywhere = replaced.copy().change<OpeningRecord>(recordKeys.opening(id), (opening) => ({ ...opening, moduli: [[forger.modulus], opening.moduli[1]] }))
  await refused(t, 'a key replaced, in the opening too', everywhere, ['registrars', 'opening', 'issuances', 'ballots', 'trackers', 'box-root', 'sums', 'root-statements', 'decryptions', 'result'])
  const signedBy = (registrar: number, proofs: SignedRegistrarMessage['message']['proofs']): Forgery => published.copy().put(recordKeys.registrar(id, registrar),
    signMessage(tags.registrarMessage, election.idBytes, election.registrars[registrar]!.keys, { ...sampleRegistrarMessage(election, registrar), proofs }))
  await refused(t, 'a key without the proof that it is a permutation', signedBy(0, sampleRegistrarMessage(election, 1).proofs), ['registrars', 'opening', 'issuances'])
  await refused(t, 'another roll signed', published.copy().change<SignedRegistrarMessage>(recordKeys.registrar(id, 0), ({ message, signature }) =>
    ({ message: { ...message, rollRoot: 'ab'.repeat(32) }, signature })), ['registrars', 'opening', 'issuances'])
  await refused(t, 'one dropped', published.copy().remove(recordKeys.registrar(id, 1)), ['registrars', 'opening', 'issuances'])
})

t.test('any byte changed in a record of any section is noticed', async (t) => {
  for (const section of recordSections) {
    // What nothing else depends on: when and by whom the last step was taken.
    if (section === 'state' || section === 'void-vote') continue
    const key = published.keys(section)[0]!
    const bent = published.bytes(key).slice()
    const place = crypto.getRandomValues(new Uint32Array(1))[0]! % bent.length
    bent[place]! ^= 1
    t.notOk((await published.copy().put(key, bent).verify()).ok, `${key}, byte ${place} of ${bent.length}`)
  }
})

function forgedRegistrar (): SampleRegistrar {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
  return { keys: generateKeyPair(), privateKey, modulus: publicKey.export({ format: 'jwk' }).n! }
}
