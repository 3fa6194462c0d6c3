/** Which endorsements count: only those the other members will accept too. */
// @peculiar/x509 needs it loaded first
import 'reflect-metadata'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { peer } from '@hyperledger/fabric-protos'
import { BasicConstraintsExtension, X509CertificateGenerator } from '@peculiar/x509'
import t from 'tap'
import { isGenuineEndorsement } from '../src/fabric/endorser.ts'
import { readIdentity } from '../src/fabric/signing-identity.ts'

const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const
const folder = await mkdtemp(join(tmpdir(), 'scrutin-endorser-'))
t.teardown(async () => { await rm(folder, { recursive: true }) })

const authority = await newAuthority('CN=ca.member')
const other = await newAuthority('CN=ca.member') // the same name, another key
const honest = await newPeer('MemberMSP', authority)
const payload = Buffer.from('what would be written')

t.test('counts an endorsement by a peer of the member', async (t) => {
  t.ok(isGenuineEndorsement(payload, endorse(honest, payload), 'MemberMSP', [other.pem, authority.pem]))
  t.ok(isGenuineEndorsement(payload, endorse(honest, payload), 'MemberMSP', [authority.pem]), 'again, with a certificate it knows')
})

t.test('counts no forged, swapped or foreign one', async (t) => {
  const impostor = await newPeer('MemberMSP', other)
  const foreign = await newPeer('OtherMSP', authority)
  const good = endorse(honest, payload)
  const swapped = endorse(honest, payload)
  swapped.setEndorser(impostor.creator)
  const flipped = endorse(honest, payload)
  flipped.setSignature(flipped.getSignature_asU8().map((byte, index) => index === 40 ? byte ^ 1 : byte))
  const empty = endorse(honest, payload)
  empty.setSignature(new Uint8Array())
  t.notOk(isGenuineEndorsement(Buffer.from('something else'), good, 'MemberMSP', [authority.pem]), 'of another payload')
  t.notOk(isGenuineEndorsement(payload, flipped, 'MemberMSP', [authority.pem]), 'a flipped bit')
  t.notOk(isGenuineEndorsement(payload, empty, 'MemberMSP', [authority.pem]), 'no signature')
  t.notOk(isGenuineEndorsement(payload, swapped, 'MemberMSP', [authority.pem, other.pem]), 'by someone else')
  t.notOk(isGenuineEndorsement(payload, endorse(impostor, payload), 'MemberMSP', [authority.pem]), 'by a certificate of another authority of the same name')
  t.notOk(isGenuineEndorsement(payload, endorse(foreign, payload), 'MemberMSP', [authority.pem]), 'under the name of another member')
  t.notOk(isGenuineEndorsement(payload, endorse(honest, payload), 'OtherMSP', [authority.pem]), 'taken for another member\'s')
  t.notOk(isGenuineEndorsement(payload, good, 'MemberMSP', []), 'by a member without an authority')
})

interface Authority { readonly keys: CryptoKeyPair, readonly name: string, readonly pem: Uint8Array }
type Peer = Awaited<ReturnType<typeof readIdentity>>

async function newAuthority (name: string): Promise<Authority> {
  const keys = await crypto.subtle.generateKey(algorithm, true, ['sign', 'verify'])
  const certificate = await X509CertificateGenerator.createSelfSigned({ name, keys, signingAlgorithm: algorithm, extensions: [new BasicConstraintsExtension(true)] })
  return { keys, name, pem: Buffer.from(certificate.toString('pem')) }
}

async function newPeer (mspId: string, { keys, name }: Authority): Promise<Peer> {
  const own = await crypto.subtle.generateKey(algorithm, true, ['sign', 'verify'])
  const certificate = await X509CertificateGenerator.create({ subject: 'CN=peer', issuer: name, publicKey: own.publicKey, signingKey: keys.privateKey, signingAlgorithm: algorithm })
  const files = { mspId, certificate: join(folder, 'cert.pem'), privateKey: join(folder, 'key.pem') }
  await writeFile(files.certificate, certificate.toString('pem'))
  const pkcs8 = Buffer.from(await crypto.subtle.exportKey('pkcs8', own.privateKey)).toString('base64')
  await writeFile(files.privateKey, `-----BEGIN PRIVATE KEY-----\n${pkcs8}\n-----END PRIVATE KEY-----\n`)
  return await readIdentity(files)
}

function endorse ({ creator, sign }: Peer, over: Uint8Array): peer.Endorsement {
  const endorsement = new peer.Endorsement()
  endorsement.setEndorser(creator)
  endorsement.setSignature(sign(Buffer.concat([over, creator])))
  return endorsement
}
