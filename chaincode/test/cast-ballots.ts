import t from 'tap'
import { fillBallot, sealBallot } from '../../protocol/test/support/raw-ballot.ts'
import { joinFrames } from '../../protocol/src/bytes.ts'
import { castableBallot, obtainCredential, sampleElection } from '../../protocol/test/support/sample-election.ts'
import { mostBallotBytesAtOnce } from '../../protocol/src/transaction-size.ts'
import type { CastVerdict } from '../src/cast-ballots.ts'
import { cast, codeOf, stageOpenElection, temporaryLedger } from './support/staged-election.ts'

const { as, close } = await temporaryLedger()
t.teardown(close)
const election = sampleElection()
await stageOpenElection(as, election)
const ballot = async (option = 'option-1'): ReturnType<typeof castableBallot> => await castableBallot(election, [{ choose: [option] }])
const verdictsOf = async (ballots: readonly Uint8Array[]): Promise<readonly CastVerdict[]> =>
  (JSON.parse(new TextDecoder().decode((await cast(as, election, ballots)).result)) as { verdicts: CastVerdict[] }).verdicts
const exists = async (credentialKey: string): Promise<boolean> =>
  await codeOf((await as('MemberA', 'auditor')).evaluate('readBallotByCredential', [election.id, credentialKey])) === 'it succeeded'

/** Two different valid ballots of one credential. */
async function twoOfOneCredential (): Promise<{ first: Uint8Array, second: Uint8Array, key: string }> {
  const { keys, signatures } = await obtainCredential(election)
  const seal = (option: string): Uint8Array =>
    sealBallot(fillBallot(election.context, election.definition.questions, [{ choose: [option] }], keys.publicKey).body, keys, signatures)
  return { first: seal('option-1'), second: seal('option-2'), key: Buffer.from(keys.publicKey.toBytes()).toString('hex') }
}

t.test('each ballot of a batch gets its own verdict, and only accepted ones are written', async (t) => {
  const good = await ballot()
  const bad = await ballot()
  bad.bytes[200]! ^= 1
  const alsoGood = await ballot('option-2')
  t.match(await verdictsOf([good.bytes, bad.bytes, alsoGood.bytes]), [{ accepted: true, recorded: false }, { accepted: false }, { accepted: true, recorded: false }])
  t.ok(await exists(good.credentialKey))
  t.notOk(await exists(bad.credentialKey))
  t.ok(await exists(alsoGood.credentialKey))
})

t.test('refuses a second ballot for the same credential, within a batch and across batches', async (t) => {
  const { first, second } = await twoOfOneCredential()
  t.match(await verdictsOf([first, second]), [{ accepted: true }, { accepted: false, code: 'ballot.credential-used' }])
  t.equal(await codeOf(cast(as, election, [second])), 'ballot.credential-used')
})

t.test('the same ballot again is recorded already, and writes nothing', async (t) => {
  const { bytes } = await ballot()
  t.match(await verdictsOf([bytes, bytes]), [{ accepted: true, recorded: false }, { accepted: true, recorded: true }])
  t.equal(await codeOf(cast(as, election, [bytes])), 'ballot.recorded')
})

t.test('two casts of one credential at the same moment: one commits, the other conflicts', async (t) => {
  const { first, second } = await twoOfOneCredential()
  const outcomes = await Promise.all([codeOf(cast(as, election, [first], 'MemberA')), codeOf(cast(as, election, [second], 'MemberB'))])
  t.equal(outcomes.filter((outcome) => outcome === 'it succeeded').length, 1)
  t.ok(outcomes.some((outcome) => outcome === 'ledger.conflict' || outcome === 'ballot.credential-used'))
})

t.test('junk that names a credential does not burn it', async (t) => {
  const { first, second } = await twoOfOneCredential()
  const junk = Uint8Array.from(first)
  junk[300]! ^= 1
  t.equal((await codeOf(cast(as, election, [junk]))).startsWith('ballot.'), true)
  t.match(await verdictsOf([junk, second]), [{ accepted: false }, { accepted: true, recorded: false }])
})

t.test('refuses the ballot of another election', async (t) => {
  const other = sampleElection()
  const { bytes } = await castableBallot(other, ['blank'])
  t.equal(await codeOf(cast(as, election, [bytes])), 'ballot.election')
})

t.test('refuses a ballot without the signature of every registrar', async (t) => {
  const { keys, signatures } = await obtainCredential(election)
  const { body } = fillBallot(election.context, election.definition.questions, ['blank'], keys.publicKey)
  for (const wrong of [[signatures[0]!, signatures[0]!], [signatures[1]!, signatures[0]!], [signatures[0]!, new Uint8Array(256)]]) {
    t.equal(await codeOf(cast(as, election, [sealBallot(body, keys, wrong)])), 'ballot.credential')
  }
  t.equal(await codeOf(cast(as, election, [sealBallot(body, keys, signatures.slice(0, 1))])), 'ballot.malformed')
})

t.test('says what stands in the box under many credentials at once', async (t) => {
  const [first, second] = [await ballot(), await ballot()]
  const { transactionId } = await cast(as, election, [first.bytes])
  const auditor = await as('MemberA', 'auditor')
  const find = async (text: string): Promise<unknown> => JSON.parse(new TextDecoder().decode(await auditor.evaluate('findBallots', [election.id, text])))
  t.strictSame(await find(JSON.stringify([second.credentialKey, first.credentialKey])), { found: [null, { tracker: first.tracker, transactionId }] })
  t.strictSame(await find('[]'), { found: [] })
  const byTracker = async (text: string): Promise<unknown> => JSON.parse(new TextDecoder().decode(await auditor.evaluate('findTrackers', [election.id, text])))
  t.strictSame(await byTracker(JSON.stringify([second.tracker, first.tracker])), { transactionIds: [null, transactionId] })
  for (const text of ['', '{}', '[1]', '["a"]', JSON.stringify([`${first.credentialKey}/`]), JSON.stringify(new Array(1001).fill(first.credentialKey))]) {
    t.equal(await codeOf(find(text)), 'input.malformed')
    t.equal(await codeOf(byTracker(text)), 'input.malformed')
  }
})

t.test('refuses malformed batches with a code', async (t) => {
  const gateway = await as('MemberA', 'gateway')
  t.equal(await codeOf(gateway.submit('castBallots', [election.id])), 'input.malformed')
  t.equal(await codeOf(gateway.submit('castBallots', [election.id], { ballots: new Uint8Array(0) })), 'input.malformed')
  t.equal(await codeOf(gateway.submit('castBallots', [election.id], { ballots: Uint8Array.of(0, 0, 0, 9, 1) })), 'input.not-canonical')
  t.equal(await codeOf(gateway.submit('castBallots', [election.id], { ballots: joinFrames(Array.from({ length: 201 }, () => new Uint8Array(1))) })), 'input.too-large')
  t.equal(await codeOf(cast(as, election, [new Uint8Array(0)])), 'ballot.malformed')
  t.equal(await codeOf(cast(as, election, [new Uint8Array(10), new Uint8Array(20)])), 'ballot.none-accepted')
  const long = Array.from({ length: 33 }, () => new Uint8Array(mostBallotBytesAtOnce / 32))
  t.equal(await codeOf(gateway.submit('castBallots', [election.id], { ballots: joinFrames(long) })), 'input.too-large', 'all together')
  t.equal(await codeOf(gateway.submit('castBallots', [election.id], { ballots: joinFrames(long.slice(1)) })), 'ballot.none-accepted', 'as many bytes as may be')
  t.equal(await codeOf((await as('MemberA', 'auditor')).submit('castBallots', [election.id], { ballots: new Uint8Array(0) })), 'access.role')
  t.equal(await codeOf(gateway.submit('castBallots', ['00'.repeat(32)], { ballots: new Uint8Array(0) })), 'election.unknown')
  t.equal(await codeOf(gateway.submit('castBallots', [])), 'input.malformed')
  t.equal(await codeOf(gateway.submit('castBallots', [election.id, 'more'])), 'input.malformed')
  t.equal(await codeOf(gateway.submit('castBallots', ['../../x'], { ballots: new Uint8Array(0) })), 'election.unknown')
})

t.test('a cast that is ordered after the close is not in the box', async (t) => {
  const late = await ballot()
  const casting = codeOf(cast(as, election, [late.bytes]))
  const closing = codeOf((await as('MemberA', 'organiser')).submit('close', [election.id]))
  const [castOutcome, closeOutcome] = await Promise.all([casting, closing])
  t.equal(closeOutcome, 'it succeeded')
  t.equal(await exists(late.credentialKey), castOutcome === 'it succeeded', 'recorded exactly when it was acknowledged')
  t.equal(await codeOf(cast(as, election, [(await ballot()).bytes])), 'election.state')
})
