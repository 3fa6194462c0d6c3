/** What every transaction asks first, whatever it does: who calls, and that it is now. */
import type { Context } from 'fabric-contract-api'
import { ClientIdentity } from 'fabric-shim'
import t from 'tap'
import { testMember } from '../../chain/test/support/test-identities.ts'
import { ScrutinContract } from '../src/scrutin-contract.ts'
import { Transaction } from '../src/transaction.ts'

const member = await testMember('MemberA')
const impostor = await testMember('MemberA') // whoever makes certificates of their own under the member's name

/** A context as Fabric's library makes it: the identity by its own parser. */
function contextOf (pem: string, timeMs = Date.now()): Context {
  const stub = {
    getCreator: () => ({ mspid: 'MemberA', idBytes: Buffer.from(pem) }),
    getTxTimestamp: () => ({ seconds: Math.floor(timeMs / 1000), nanos: timeMs % 1000 * 1_000_000 }),
    getChannelID: () => 'scrutin',
    getTxID: () => '00',
  }
  return { stub, clientIdentity: new ClientIdentity(stub as never) } as unknown as Context
}

t.test('a role comes from the certificate that the peer has checked, and from no other beside it', async (t) => {
  const nobody = await member.certify('nobody', { kind: 'client' })
  const madeUp = await impostor.certify('made-up', { kind: 'client', role: 'organiser' })
  // Go passes over markers that do not begin a line; the library for contracts does not
  const twoInOne = madeUp.pem.replaceAll('-----BEGIN', ' -----BEGIN').replaceAll('-----END', ' -----END') + nobody.pem
  t.equal(contextOf(twoInOne).clientIdentity.getAttributeValue('scrutin.role'), 'organiser', 'the library reads the made-up one')
  t.throws(() => new Transaction(contextOf(twoInOne)), { code: 'access.role' })
  t.notOk(new Transaction(contextOf(nobody.pem)).hasRole('organiser'))
})

t.test('takes a certificate in one spelling', async (t) => {
  const { pem } = member.clients['gateway']!
  for (const plain of [pem, pem.trimEnd()]) t.ok(new Transaction(contextOf(plain)).hasRole('gateway'))
  for (const other of [`${pem}\n`, `x\n${pem}`, `${pem}${pem}`, pem.replaceAll('\n', '\r\n'), pem.replace('\n', '\nNote: x\n\n'), pem.replaceAll('CERTIFICATE', 'X509 CERTIFICATE')]) {
    t.throws(() => new Transaction(contextOf(other)), { code: 'access.role' })
  }
})

t.test('every transaction is of now, also one that only reads', async (t) => {
  const { pem } = member.clients['gateway']!
  const contract = new ScrutinContract() as unknown as Record<string, (context: Context, ...args: string[]) => Promise<string>>
  for (const [when, timeMs] of [['1970', 0], ['9999', Date.parse('9999-01-01T00:00:00Z')], ['two minutes ago', Date.now() - 120_000], ['no time', NaN]] as const) {
    for (const [name, ...args] of [['readElections', '', '10'], ['readResult', 'x'], ['readHistory', 'x'], ['close', 'x']] as const) {
      await t.rejects(contract[name]!(contextOf(pem, timeMs), ...args), /clock\.skew/, `${name}, ${when}`)
    }
    t.throws(() => new Transaction(contextOf(pem, timeMs)), { code: 'clock.skew' }, when)
  }
})
