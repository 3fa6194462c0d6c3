/** Every transaction of the contract with arguments nobody honest would send, by every role: a coded refusal, and nothing is written. */
import fc from 'fast-check'
import t from 'tap'
import { ScrutinContract } from '../../../chaincode/index.ts'
import { cast, type LedgerAs, recordIssuances, stageOpenElection, temporaryLedger } from '../../../chaincode/test/support/staged-election.ts'
import { joinFrames } from '../../../protocol/src/bytes.ts'
import { ScrutinError } from '../../../protocol/src/errors.ts'
import { signIssuance } from '../../../protocol/src/issuances.ts'
import { castableBallot, sampleElection } from '../../../protocol/test/support/sample-election.ts'
import { mutatedBytes, mutatedJson } from '../mutate.ts'

const runsPerTransaction = 25
const election = sampleElection({ members: ['MemberA', 'MemberB', 'MemberC', 'MemberD'] })
const ballot = await castableBallot(election, [{ choose: ['option-1'] }])

/** As Fabric finds them: by their names. */
const transactions = Object.getOwnPropertyNames(ScrutinContract.prototype).filter((name) => name !== 'constructor')
/** They only read: their transactions are never submitted. */
const isQuery = (name: string): boolean => /^(read|find)/.test(name)

const honestMessages: readonly unknown[] = [
  election.definition,
  { message: election.commits[0], signature: '0'.repeat(128) },
  { message: election.deals[0], signature: '0'.repeat(128) },
  [signIssuance(election.idBytes, election.registrars[0]!.keys, { registrar: 0, place: election.places[1]!, blinded: 'ab'.repeat(32) })],
  { message: { kind: 'gateway', key: election.definition.trustees[0]!.key, mspId: 'MemberA', url: 'https://a.example', sequence: 1 }, signature: '0'.repeat(128) },
  [ballot.credentialKey],
]
// only what is not JSON, or was changed: an untouched issuance signed by its registrar would rightly be recorded
const hostileText = fc.oneof(
  fc.constantFrom(election.id, 'f'.repeat(64), election.id.toUpperCase(), '', '\0', '/', '!', '..', `${election.id}/state`, '__proto__', 'null', '[]', '{}', '0', '1', '-1', '1001', '1e3', ballot.tracker, 'ballot', 'definition',
    '['.repeat(5000), `{"a":${'['.repeat(20_000)}${']'.repeat(20_000)}}`, '\ud800', '\u{10ffff}', 'x'.repeat(100_000)),
  fc.constantFrom(...honestMessages).chain((message) => mutatedJson(message).filter((changed) => JSON.stringify(changed) !== JSON.stringify(message))).map((value) => JSON.stringify(value) ?? ''),
  fc.string({ unit: 'binary', maxLength: 200 })
)
const hostileArguments = fc.oneof(
  { weight: 4, arbitrary: fc.array(hostileText, { maxLength: 4 }).map((rest) => [election.id, ...rest]) },
  { weight: 2, arbitrary: fc.array(hostileText, { maxLength: 5 }) }
)
const hostileBallots = fc.oneof(
  mutatedBytes(ballot.bytes).map((bytes) => joinFrames([bytes])), mutatedBytes(joinFrames([ballot.bytes])), fc.array(mutatedBytes(ballot.bytes), { maxLength: 4 }).map(joinFrames), fc.constant(joinFrames([ballot.bytes]))
)
/** An organiser of a member has rights: it may vote to void. One of another member has none. */
const callers = [['MemberA', 'gateway'], ['MemberA', 'registrar'], ['MemberB', 'registrar'], ['MemberA', 'trustee'], ['MemberD', 'auditor'], ['StrangerMSP', 'organiser'], ['StrangerMSP', 'gateway'], ['MemberA', 'no such role']] as const

t.test('every transaction refuses hostile arguments with a code and writes nothing', async (t) => {
  const { as, close } = await temporaryLedger()
  t.teardown(close)
  await stageOpenElection(as, election)
  await recordIssuances(as, election, 0, ballot.blinded)
  await cast(as, election, [ballot.bytes])
  const before = await (await as('MemberA', 'auditor')).status()
  for (const transaction of transactions) {
    const outcome = await fc.check(fc.asyncProperty(fc.constantFrom(...callers), hostileArguments, hostileBallots, async ([mspId, role], args, ballots) => {
      await refusedOrRead(as, mspId, role, transaction, args, ballots)
    }), { numRuns: runsPerTransaction, endOnFailure: true })
    t.notOk(outcome.failed, `${transaction}: ${outcome.numRuns} calls, seed ${outcome.seed}`, { counterexample: JSON.stringify(outcome.counterexample)?.slice(0, 2000), error: String(outcome.errorInstance) })
    t.same(await (await as('MemberA', 'auditor')).status(), before, `${transaction} wrote nothing`)
  }
})

async function refusedOrRead (as: LedgerAs, mspId: string, role: string, transaction: string, args: string[], ballots: Uint8Array): Promise<void> {
  const ledger = await as(mspId, role)
  try {
    if (isQuery(transaction)) await ledger.evaluate(transaction, args)
    else {
      await ledger.submit(transaction, args, { ballots })
      throw new Error('it was granted')
    }
  } catch (error) {
    // `ledger.*` would be an exception that the contract did not mean to throw
    if (!(error instanceof ScrutinError) || error.code.startsWith('ledger.') || error.code.startsWith('service.')) throw error
  }
}
