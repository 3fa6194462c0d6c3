/** Which words of voters an audit takes: those of the keys that cast the ballots. */
import t from 'tap'
import { canonicalBytes } from '../../protocol/src/canonical-json.ts'
import { pointToHex } from '../../protocol/src/group.ts'
import { encodeRecord, recordKeys } from '../../protocol/src/records.ts'
import { generateKeyPair } from '../../protocol/src/schnorr.ts'
import { signVoterCheck } from '../../protocol/src/voter-check.ts'
import { sampleElection } from '../../protocol/test/support/sample-election.ts'
import { memoryStore } from '../src/chain-store.ts'
import { contractName } from '../src/contract-definition.ts'
import { ElectionHistory } from '../src/election-history.ts'
import { ElectionWrite } from '../src/explain/election-write.ts'
import { explainVoterCheck } from '../src/explain/voter-checks.ts'
import { parsePath } from '../src/ledger-paths.ts'

t.test('a voter\'s word is taken from the key that cast the ballot only', async (t) => {
  const { id, definition } = sampleElection()
  const store = memoryStore()
  const credential = generateKeyPair()
  const tracker = 'ab'.repeat(32)
  store.put(contractName, recordKeys.tracker(id, tracker), { block: 1, transaction: 0 }, encodeRecord({ credentialKey: pointToHex(credential.publicKey) }))
  const election = new ElectionHistory(id, definition)
  election.status = 'published'
  const explain = (value: unknown, { role = 'gateway', named = tracker } = {}): void => {
    const path = { kind: 'voter-check', electionId: id, name: named } as const
    explainVoterCheck(store, new ElectionWrite({ path, key: recordKeys.voterCheck(id, named), value: canonicalBytes(value) }, { mspId: 'MemberA', role, timeMs: 0, writes: new Map() }, election, false), named)
  }
  t.same(parsePath(recordKeys.voterCheck(id, tracker)), { kind: 'voter-check', electionId: id, name: tracker })
  const { signature } = signVoterCheck(id, tracker, credential)
  explain({ signature })
  t.throws(() => { explain({ signature: signVoterCheck(id, tracker, generateKeyPair()).signature }) }, { code: 'access.signature' })
  t.throws(() => { explain({ signature: signVoterCheck('cd'.repeat(32), tracker, credential).signature }) }, { code: 'access.signature' })
  t.throws(() => { explain({ signature }, { named: 'cd'.repeat(32) }) }, /without its ballot/)
  t.throws(() => { explain({ signature }, { role: 'organiser' }) }, /written by a organiser/)
  for (const value of [{ signature, choice: 'option-1' }, { signature, tracker: 'cd'.repeat(32) }, [signature], null]) t.throws(() => { explain(value) })
  election.status = 'void'
  t.throws(() => { explain({ signature }) }, /while the election is void/)
})
