/** X.509 certificates (RFC 5280) as Fabric's members use them: ECDSA over P-256, signed by a root directly. */
import { AsnConvert } from '@peculiar/asn1-schema'
import { BasicConstraints, Certificate as AsnCertificate, KeyUsage, KeyUsageFlags, type Name } from '@peculiar/asn1-x509'
import { ScrutinError } from '../../protocol/src/errors.ts'
import { equalBytes, toHex } from '../../protocol/src/bytes.ts'
import type { ChainCrypto, P256Key } from './chain-crypto.ts'

const oids = {
  ecPublicKey: '1.2.840.10045.2.1',
  prime256v1: '1.2.840.10045.3.1.7',
  ecdsaWithSha256: '1.2.840.10045.4.3.2',
  keyUsage: '2.5.29.15',
  basicConstraints: '2.5.29.19',
  organizationalUnit: '2.5.4.11',
  /** Fabric CA writes the attributes of an identity here, as JSON. */
  attributes: '1.2.3.4.5.6.7.8.1',
} as const

/** DER of the parameters that name the curve. */
const prime256v1Der = Uint8Array.of(0x06, 0x08, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07)

export interface Certificate {
  /** DER. */
  readonly encoded: Uint8Array
  readonly key: P256Key
  /** Distinguished names, DER. */
  readonly issuer: Uint8Array
  readonly subject: Uint8Array
  readonly notBeforeMs: number
  readonly notAfterMs: number
  readonly isAuthority: boolean
  /** False when it has a KeyUsage without keyCertSign. */
  readonly maySignCertificates: boolean
  readonly organizationalUnits: readonly string[]
  /** What the CA says of the identity: `scrutin.role` among it. */
  readonly attributes: Readonly<Record<string, string>>
  /** What the issuer signed. */
  readonly signedPart: Uint8Array
  readonly signature: Uint8Array
  /** Hash of the signed part, hex: the same for every way to write the issuer's signature. */
  readonly fingerprint: string
}

/** Reads PEM as it stands in Fabric's identities: one certificate. Throws `input.malformed`. */
export function parsePem (crypto: ChainCrypto, pem: Uint8Array): Certificate {
  const text = new TextDecoder('latin1').decode(pem)
  const body = /^\s*-----BEGIN CERTIFICATE-----\r?\n([A-Za-z0-9+/=\r\n]+)-----END CERTIFICATE-----\s*$/.exec(text)?.[1]
  if (body === undefined) throw malformed('an identity is not one certificate in PEM')
  let binary: string
  try {
    binary = atob(body.replaceAll(/[\r\n]/g, ''))
  } catch {
    throw malformed('an identity is not one certificate in PEM')
  }
  return parseCertificate(crypto, Uint8Array.from(binary, (character) => character.charCodeAt(0)))
}

/** Throws `input.malformed` for what is no certificate with a key of P-256, or has a critical extension that is not understood. */
export function parseCertificate (crypto: ChainCrypto, der: Uint8Array): Certificate {
  try {
    return readCertificate(crypto, der)
  } catch (error) {
    if (error instanceof ScrutinError) throw error
    throw new ScrutinError('input.malformed', 'a certificate cannot be decoded', { cause: error })
  }
}

function readCertificate (crypto: ChainCrypto, der: Uint8Array): Certificate {
  const certificate = AsnConvert.parse(der, AsnCertificate)
  const { tbsCertificate: tbs, tbsCertificateRaw, signatureAlgorithm, signatureValue } = certificate
  if (tbsCertificateRaw === undefined) throw malformed('a certificate has nothing signed')
  if (!equalBytes(new Uint8Array(AsnConvert.serialize(certificate)), der)) throw malformed('a certificate is not encoded in DER')
  if (signatureAlgorithm.algorithm !== oids.ecdsaWithSha256) throw malformed('a certificate is not signed by ECDSA with SHA-256')
  const extensions = readExtensions(tbs.extensions ?? [])
  const signedPart = new Uint8Array(tbsCertificateRaw)
  return {
    encoded: der,
    key: readKey(tbs.subjectPublicKeyInfo),
    issuer: new Uint8Array(AsnConvert.serialize(tbs.issuer)),
    subject: new Uint8Array(AsnConvert.serialize(tbs.subject)),
    notBeforeMs: tbs.validity.notBefore.getTime().getTime(),
    notAfterMs: tbs.validity.notAfter.getTime().getTime(),
    organizationalUnits: organizationalUnits(tbs.subject),
    signedPart,
    signature: new Uint8Array(signatureValue),
    fingerprint: toHex(crypto.sha256(signedPart)),
    ...extensions,
  }
}

function readKey (info: AsnCertificate['tbsCertificate']['subjectPublicKeyInfo']): P256Key {
  const { algorithm, parameters } = info.algorithm
  const point = new Uint8Array(info.subjectPublicKey)
  if (algorithm !== oids.ecPublicKey || parameters == null || !equalBytes(new Uint8Array(parameters), prime256v1Der) || point.length !== 65) {
    throw malformed('the key of a certificate is not one of P-256')
  }
  return { spki: new Uint8Array(AsnConvert.serialize(info)), point }
}

function readExtensions (extensions: NonNullable<AsnCertificate['tbsCertificate']['extensions']>): Pick<Certificate, 'isAuthority' | 'maySignCertificates' | 'attributes'> {
  let isAuthority = false
  let maySignCertificates = true
  let attributes: Record<string, string> = {}
  const seen = new Set<string>()
  for (const { extnID, critical, extnValue } of extensions) {
    if (seen.has(extnID)) throw malformed(`a certificate has the extension ${extnID} twice`)
    seen.add(extnID)
    if (extnID === oids.basicConstraints) {
      isAuthority = AsnConvert.parse(extnValue, BasicConstraints).cA
    } else if (extnID === oids.keyUsage) {
      maySignCertificates = (AsnConvert.parse(extnValue, KeyUsage).toNumber() & KeyUsageFlags.keyCertSign) !== 0
    } else if (extnID === oids.attributes) {
      attributes = readAttributes(new Uint8Array(extnValue.buffer))
    } else if (critical) {
      throw malformed(`a certificate has the critical extension ${extnID}, which is not explained`)
    }
  }
  return { isAuthority, maySignCertificates, attributes }
}

function readAttributes (json: Uint8Array): Record<string, string> {
  const value: unknown = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(json))
  const attrs = typeof value === 'object' && value !== null && 'attrs' in value ? value.attrs : undefined
  if (typeof attrs !== 'object' || attrs === null) throw malformed('the attributes of a certificate are not of Fabric CA\'s form')
  return Object.fromEntries(Object.entries(attrs).filter((entry): entry is [string, string] => typeof entry[1] === 'string'))
}

function organizationalUnits (name: Name): string[] {
  return name.flatMap((relative) => [...relative]).filter(({ type }) => type === oids.organizationalUnit).map(({ value }) => value.toString())
}

/**
 * Whether `authority` issued the certificate: names, the right to sign, and the signature (any S). The authority must have
 * been valid when the certificate began to be; that the certificate was when it was used is judged where a time is known.
 */
export function isIssuedBy (crypto: ChainCrypto, certificate: Certificate, authority: Certificate): boolean {
  return authority.isAuthority && authority.maySignCertificates && equalBytes(certificate.issuer, authority.subject) &&
    authority.notBeforeMs <= certificate.notBeforeMs + 1000 && certificate.notBeforeMs <= authority.notAfterMs &&
    crypto.verify(authority.key, certificate.signedPart, certificate.signature)
}

export function isValidAt ({ notBeforeMs, notAfterMs }: Certificate, timeMs: number): boolean {
  return notBeforeMs <= timeMs && timeMs <= notAfterMs
}

function malformed (detail: string): ScrutinError {
  return new ScrutinError('input.malformed', detail)
}
