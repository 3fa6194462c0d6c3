/** A consortium's identities, certified by authorities of its own: every key that tests, and forgers, sign with. */
import 'reflect-metadata'
import { KeyObject, sign, webcrypto } from 'node:crypto'
import { msp } from '@hyperledger/fabric-protos'
import { p256, p384, p521 } from '@noble/curves/nist.js'
import * as x509 from '@peculiar/x509'
import { type IdentityKind, identityKinds } from '../../src/member-identities.ts'

const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' }
x509.cryptoProvider.set(webcrypto as never)

export interface TestIdentity {
  readonly mspId: string
  readonly pem: string
  /** A `msp.SerializedIdentity`. */
  readonly serialized: Uint8Array
  /** Signs as Fabric does: ECDSA with SHA-256, low S, DER. */
  sign (message: Uint8Array): Uint8Array
}

export interface IdentityOptions {
  readonly kind: IdentityKind
  readonly role?: string
  readonly notBefore?: Date
  readonly notAfter?: Date
  readonly isAuthority?: boolean
  /** P-256 by default. */
  readonly namedCurve?: 'P-256' | 'P-384' | 'P-521'
}

export interface TestMember {
  readonly mspId: string
  readonly rootPem: string
  readonly admin: TestIdentity
  readonly orderer: TestIdentity
  readonly peer: TestIdentity
  /** By role. */
  readonly clients: Readonly<Record<string, TestIdentity>>
  /** Makes another identity. */
  certify (name: string, options: IdentityOptions): Promise<TestIdentity>
}

const roles = ['gateway', 'registrar', 'trustee', 'organiser'] as const
const before = new Date('2020-01-01T00:00:00Z')
const after = new Date('2049-01-01T00:00:00Z')

export async function testMember (mspId: string): Promise<TestMember> {
  const keys = await webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify'])
  const root = await x509.X509CertificateGenerator.createSelfSigned({
    serialNumber: '01',
    name: `CN=ca.${mspId}`,
    keys: keys as never,
    signingAlgorithm: algorithm,
    notBefore: before,
    notAfter: after,
    extensions: [new x509.BasicConstraintsExtension(true, 0, true), new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign, true)],
  })
  let serial = 1
  const certify = async (name: string, options: IdentityOptions): Promise<TestIdentity> => {
    const own = await webcrypto.subtle.generateKey({ ...algorithm, namedCurve: options.namedCurve ?? 'P-256' }, true, ['sign', 'verify'])
    const attributes = new TextEncoder().encode(JSON.stringify({ attrs: { 'hf.Type': options.kind, ...(options.role === undefined ? {} : { 'scrutin.role': options.role }) } }))
    const certificate = await x509.X509CertificateGenerator.create({
      serialNumber: (++serial).toString(16).padStart(2, '0'),
      subject: `CN=${name}, OU=${options.kind}`,
      issuer: root.subject,
      publicKey: own.publicKey as never,
      signingKey: keys.privateKey as never,
      signingAlgorithm: algorithm,
      notBefore: options.notBefore ?? before,
      notAfter: options.notAfter ?? after,
      extensions: [
        new x509.BasicConstraintsExtension(options.isAuthority ?? false, undefined, true),
        new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
        new x509.Extension('1.2.3.4.5.6.7.8.1', false, attributes),
      ],
    })
    return identityOf(mspId, `${certificate.toString('pem')}\n`, KeyObject.from(own.privateKey as never))
  }
  const clients = await Promise.all(roles.map(async (role) => [role, await certify(`${role}.${mspId}`, { kind: 'client', role })] as const))
  return {
    mspId,
    rootPem: `${root.toString('pem')}\n`,
    admin: await certify(`admin.${mspId}`, { kind: 'admin' }),
    orderer: await certify(`orderer.${mspId}`, { kind: 'orderer' }),
    peer: await certify(`peer.${mspId}`, { kind: 'peer' }),
    clients: Object.fromEntries(clients),
    certify,
  }
}

function identityOf (mspId: string, pem: string, key: KeyObject): TestIdentity {
  const curve = { prime256v1: p256, secp384r1: p384, secp521r1: p521 }[key.asymmetricKeyDetails!.namedCurve!]!
  return {
    mspId,
    pem,
    serialized: serializedIdentity(mspId, pem),
    sign: (message) => {
      const der = Uint8Array.from(sign('sha256', message, { key, dsaEncoding: 'der' }))
      return curve.Signature.fromBytes(der, 'der').hasHighS() ? withOtherS(der, curve) : der
    },
  }
}

export function serializedIdentity (mspId: string, pem: string): Uint8Array {
  const identity = new msp.SerializedIdentity()
  identity.setMspid(mspId)
  identity.setIdBytes(new TextEncoder().encode(pem))
  return identity.serializeBinary()
}

/** The same identity under another spelling of its certificate. It signs with the same key. */
export function respelled (identity: TestIdentity, change: (pem: string) => string): TestIdentity {
  const pem = change(identity.pem)
  return { ...identity, pem, serialized: serializedIdentity(identity.mspId, pem) }
}

/** The other signature that ECDSA takes just as well: n - S. */
export function withOtherS (der: Uint8Array, curve: typeof p256 = p256): Uint8Array {
  const { r, s } = curve.Signature.fromBytes(der, 'der')
  return new curve.Signature(r, curve.Point.Fn.ORDER - s).toBytes('der')
}

/** The member's MSP as it stands in a channel's configuration. */
export function mspConfig ({ mspId, rootPem }: TestMember): Uint8Array {
  const config = new msp.FabricMSPConfig()
  config.setName(mspId)
  config.setRootCertsList([new TextEncoder().encode(rootPem)])
  const crypto = new msp.FabricCryptoConfig()
  crypto.setSignatureHashFamily('SHA2')
  crypto.setIdentityIdentifierHashFunction('SHA256')
  config.setCryptoConfig(crypto)
  const units = new msp.FabricNodeOUs()
  units.setEnable(true)
  const [client, peer, admin, orderer] = identityKinds.map((kind) => {
    const identifier = new msp.FabricOUIdentifier()
    identifier.setOrganizationalUnitIdentifier(kind)
    identifier.setCertificate(new TextEncoder().encode(rootPem))
    return identifier
  })
  units.setClientOuIdentifier(client)
  units.setPeerOuIdentifier(peer)
  units.setAdminOuIdentifier(admin)
  units.setOrdererOuIdentifier(orderer)
  config.setFabricNodeOus(units)
  const outer = new msp.MSPConfig()
  outer.setConfig(config.serializeBinary())
  return outer.serializeBinary()
}
