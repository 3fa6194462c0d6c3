/** An identity with the role `auditor` is given to people outside the consortium: it must open nothing to them. */
import t from 'tap'
import { pointToHex } from '../../protocol/src/group.ts'
import { generateKeyPair } from '../../protocol/src/schnorr.ts'
import { signMessage } from '../../protocol/src/signed-message.ts'
import { tags } from '../../protocol/src/tagged-hash.ts'
import { ScrutinContract } from '../src/scrutin-contract.ts'
import { codeOf, temporaryLedger } from './support/staged-election.ts'

const { as, close } = await temporaryLedger()
t.teardown(close)

t.test('auditors are refused every transaction that writes', async (t) => {
  const auditor = await as('MemberA', 'auditor')
  const names = Object.getOwnPropertyNames(ScrutinContract.prototype).filter((name) => name !== 'constructor' && !/^(read|find)/.test(name))
  t.ok(names.length >= 14, `${names.length} transactions`)
  for (const name of names.filter((name) => name !== 'putDirectoryEntry')) {
    const codes = await Promise.all([['{}'], ['{}', '{}'], ['{}', '{}', '{}']].map(async (args) => await codeOf(auditor.submit(name, args))))
    // all but one are not the number of arguments that it takes
    t.strictSame(codes.sort(), ['access.role', 'input.malformed', 'input.malformed'], name)
  }
  const keys = generateKeyPair()
  for (const kind of ['gateway', 'registrar', 'trustee']) {
    const entry = { kind, key: pointToHex(keys.publicKey), mspId: 'MemberA', sequence: 1, url: kind === 'trustee' ? '' : 'http://127.0.0.1:1234' }
    t.equal(await codeOf(auditor.submit('putDirectoryEntry', [JSON.stringify(signMessage(tags.directoryEntry, new Uint8Array(0), keys, entry))])), 'access.role')
  }
})

t.test('auditors may read', async (t) => {
  const auditor = await as('MemberA', 'auditor')
  t.strictSame(JSON.parse(new TextDecoder().decode(await auditor.evaluate('readElections', ['', '10']))), { elections: [], cursor: null })
})
