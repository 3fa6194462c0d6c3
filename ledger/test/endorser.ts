/**
 * Which endorsements count: only those that Fabric and an audit take without a doubt. Each of the others is one that a
 * single lying member could answer with, to spoil a transaction that honest members endorsed.
 */
import { peer } from '@hyperledger/fabric-protos'
import t from 'tap'
import { MemberIdentities } from '../../chain/src/member-identities.ts'
import { nativeCrypto } from '../../chain/src/native-crypto.ts'
import { mspConfig, respelled, type TestIdentity, testMember, withOtherS } from '../../chain/test/support/test-identities.ts'
import { requireEndorsement } from '../src/fabric/endorser.ts'

const member = await testMember('MemberA')
const other = await testMember('MemberB')
const namesake = await testMember('MemberA') // the same names, another authority
const members = new MemberIdentities(nativeCrypto, [mspConfig(member)])
const honest = member.peer
const payload = Buffer.from('what would be written')
const now = Date.parse('2027-05-01T00:00:00Z')

function endorse (signer: TestIdentity, over: Uint8Array = payload, change: (signature: Uint8Array) => Uint8Array = (same) => same): peer.Endorsement {
  const endorsement = new peer.Endorsement()
  endorsement.setEndorser(signer.serialized)
  endorsement.setSignature(change(signer.sign(Buffer.concat([over, signer.serialized]))))
  return endorsement
}

const refusal = (endorsement: peer.Endorsement, of: MemberIdentities | undefined = members, at = now): string => {
  try {
    requireEndorsement(payload, endorsement, of, at)
    return 'taken'
  } catch (error) {
    return String(error)
  }
}

t.test('counts an endorsement by a peer of the member', async (t) => {
  t.equal(refusal(endorse(honest)), 'taken')
  t.equal(refusal(endorse(honest)), 'taken', 'again, with a certificate it knows')
})

t.test('counts no forged, swapped or foreign one', async (t) => {
  const swapped = endorse(honest)
  swapped.setEndorser((await member.certify('second', { kind: 'peer' })).serialized)
  t.match(refusal(endorse(honest, Buffer.from('something else'))), /does not hold/, 'of another payload')
  t.match(refusal(endorse(honest, payload, (signature) => signature.map((byte, index) => index === 40 ? byte ^ 1 : byte))), /does not hold/, 'a flipped bit')
  t.match(refusal(endorse(honest, payload, () => new Uint8Array())), /not spelled/, 'no signature')
  t.match(refusal(swapped), /does not hold/, 'by someone else')
  t.match(refusal(endorse(namesake.peer)), /not issued by MemberA/, 'by a certificate of another authority of the same name')
  t.match(refusal(endorse(other.peer)), /MemberB is no member/, 'taken for another member\'s')
  t.match(refusal(endorse(respelled({ ...other.peer, mspId: 'MemberA' }, (pem) => pem))), /not issued by MemberA/, 'under the name of another member')
  t.match(refusal(endorse(honest), new MemberIdentities(nativeCrypto, [])), /no member/)
  t.throws(() => { requireEndorsement(payload, endorse(honest), undefined, now) }, /nobody knows/)
})

t.test('counts none that Fabric would not', async (t) => {
  t.match(refusal(endorse(honest, payload, withOtherS)), /not spelled/, 'the higher S')
  for (const kind of ['client', 'admin', 'orderer'] as const) {
    t.match(refusal(endorse(await member.certify(`a-${kind}`, { kind }))), new RegExp(`an? ${kind} of MemberA endorses`))
  }
  t.match(refusal(endorse(await member.certify('authority', { kind: 'peer', isAuthority: true }))), /a certificate authority/)
})

t.test('counts none whose spelling or dates an audit could take otherwise', async (t) => {
  for (const [what, change] of [
    ['junk after the certificate', (pem: string) => `${pem}junk`],
    ['text before it', (pem: string) => `of my own\n${pem}`],
    ['a header', (pem: string) => pem.replace('\n', '\nNote: x\n\n')],
    ['carriage returns', (pem: string) => pem.replaceAll('\n', '\r\n')],
    ['no last line feed', (pem: string) => pem.trimEnd()],
    ['one long line', (pem: string) => pem.replaceAll(/(?<=[^-])\n(?=[^-])/g, '')],
  ] as const) {
    t.notSame(refusal(endorse(respelled(honest, change))), 'taken', what)
  }
  const padded = { ...honest, serialized: Buffer.concat([honest.serialized, Buffer.from([0x78, 1])]) }
  t.notSame(refusal(endorse(padded)), 'taken', 'a field that nobody knows')
  t.match(refusal(endorse(honest, payload, (signature) => Buffer.concat([signature, Buffer.of(0)]))), /not spelled/, 'a byte after the signature')
  t.notSame(refusal(endorse(await member.certify('other-curve', { kind: 'peer', namedCurve: 'P-384' }))), 'taken', 'another curve')
  const expired = await member.certify('expired', { kind: 'peer', notAfter: new Date(now - 1000) })
  const future = await member.certify('future', { kind: 'peer', notBefore: new Date(now + 1000) })
  t.match(refusal(endorse(expired)), /not valid now/)
  t.match(refusal(endorse(future)), /not valid now/)
  t.equal(refusal(endorse(expired), members, now - 2000), 'taken', 'by its dates alone')
})
