/**
 * X.509 certificates (RFC 5280) as Fabric's members use them: ECDSA, signed by a root directly. What is read as Go reads
 * it is refused as Go refuses it; a certificate that this room can't be sure of is refused with `UndecidedCertificate`.
 */
import { AsnConvert } from '@peculiar/asn1-schema'
import { BasicConstraints, Certificate as AsnCertificate, ExtendedKeyUsage, KeyUsage, KeyUsageFlags, type Name } from '@peculiar/asn1-x509'
import { ScrutinError } from '../../protocol/src/errors.ts'
import { equalBytes, toHex } from '../../protocol/src/bytes.ts'
import type { ChainCrypto, CurveName, EcKey, HashName } from './chain-crypto.ts'
import { firstPemBlock } from './go-pem.ts'

const oids = {
  ecPublicKey: '1.2.840.10045.2.1',
  keyUsage: '2.5.29.15',
  subjectAltName: '2.5.29.17',
  basicConstraints: '2.5.29.19',
  extendedKeyUsage: '2.5.29.37',
  organizationalUnit: '2.5.4.11',
  /** Fabric CA writes the attributes of an identity here, as JSON. */
  attributes: '1.2.3.4.5.6.7.8.1',
} as const

const signatureHashes: Readonly<Record<string, HashName>> = { '1.2.840.10045.4.3.2': 'sha256', '1.2.840.10045.4.3.3': 'sha384', '1.2.840.10045.4.3.4': 'sha512' }

/** DER of the parameters that name the curve, hex, with the length of a point. */
const namedCurves: Readonly<Record<string, { readonly curve: CurveName, readonly length: number }>> = {
  '06082a8648ce3d030107': { curve: 'P-256', length: 65 },
  '06052b81040022': { curve: 'P-384', length: 97 },
  '06052b81040023': { curve: 'P-521', length: 133 },
}

/** Any use, or that of a TLS server: what Go asks for where nobody says otherwise, and Fabric does not. */
const takenUses = ['2.5.29.37.0', '1.3.6.1.5.5.7.3.1']

export interface Certificate {
  /** DER. */
  readonly encoded: Uint8Array
  readonly key: EcKey
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
  readonly signatureHash: HashName
  /** False when it names uses, and none that Fabric's peers ask for. */
  readonly mayIdentify: boolean
  /** Hash of the signed part, hex: the same for every way to write the issuer's signature. */
  readonly fingerprint: string
}

/** A certificate that Fabric may take, and that is not read here for sure. */
export class UndecidedCertificate extends ScrutinError {}

/** Reads the first block of PEM, as Go does. Throws as `parseCertificate`. */
export function parsePem (crypto: ChainCrypto, pem: Uint8Array): Certificate {
  const der = firstPemBlock(pem)
  if (der === undefined) throw malformed('an identity is not a certificate in PEM')
  return parseCertificate(crypto, der)
}

/** Throws `input.malformed` for what Fabric refuses, or as an `UndecidedCertificate`. */
export function parseCertificate (crypto: ChainCrypto, der: Uint8Array): Certificate {
  // whatever begins otherwise is no certificate to anybody
  if (der[0] !== 0x30) throw malformed('an identity is not a certificate')
  try {
    return readCertificate(crypto, der)
  } catch (error) {
    if (error instanceof ScrutinError) throw error
    throw new UndecidedCertificate('input.malformed', 'a certificate cannot be decoded', { cause: error })
  }
}

function readCertificate (crypto: ChainCrypto, der: Uint8Array): Certificate {
  const certificate = AsnConvert.parse(der, AsnCertificate)
  const { tbsCertificate: tbs, tbsCertificateRaw, signatureAlgorithm, signatureValue } = certificate
  if (tbsCertificateRaw === undefined) throw undecided('a certificate has nothing signed')
  if (!equalBytes(new Uint8Array(AsnConvert.serialize(certificate)), der)) throw undecided('a certificate is not encoded in DER')
  const signatureHash = signatureHashes[signatureAlgorithm.algorithm]
  if (signatureHash === undefined) throw undecided('a certificate is not signed by ECDSA with a hash of SHA-2')
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
    signatureHash,
    fingerprint: toHex(crypto.sha256(signedPart)),
    ...extensions,
  }
}

function readKey (info: AsnCertificate['tbsCertificate']['subjectPublicKeyInfo']): EcKey {
  const { algorithm, parameters } = info.algorithm
  const point = new Uint8Array(info.subjectPublicKey)
  const named = parameters == null ? undefined : namedCurves[toHex(new Uint8Array(parameters))]
  if (algorithm !== oids.ecPublicKey || named === undefined || point.length !== named.length) throw undecided('the key of a certificate is not one of P-256, P-384 or P-521')
  return { curve: named.curve, spki: new Uint8Array(AsnConvert.serialize(info)), point }
}

interface Extensions extends Pick<Certificate, 'isAuthority' | 'maySignCertificates' | 'mayIdentify'> {
  attributes: Readonly<Record<string, string>>
}

function readExtensions (extensions: NonNullable<AsnCertificate['tbsCertificate']['extensions']>): Extensions {
  const read = { isAuthority: false, maySignCertificates: true, mayIdentify: true, attributes: {} as Record<string, string> }
  const seen = new Set<string>()
  for (const { extnID, critical, extnValue } of extensions) {
    if (seen.has(extnID)) throw undecided(`a certificate has the extension ${extnID} twice`)
    seen.add(extnID)
    switch (extnID) {
      case oids.basicConstraints: read.isAuthority = AsnConvert.parse(extnValue, BasicConstraints).cA; break
      case oids.keyUsage: read.maySignCertificates = (AsnConvert.parse(extnValue, KeyUsage).toNumber() & KeyUsageFlags.keyCertSign) !== 0; break
      case oids.extendedKeyUsage: read.mayIdentify = [...AsnConvert.parse(extnValue, ExtendedKeyUsage)].some((use) => takenUses.includes(use)); break
      case oids.attributes: read.attributes = readAttributes(new Uint8Array(extnValue.buffer)); break
      case oids.subjectAltName: break
      // Go knows more of those under 2.5.29 than are read here, and refuses all others
      default: if (critical) throw extnID.startsWith('2.5.29.') ? undecided(`a certificate has the critical extension ${extnID}`) : malformed(`a certificate has the critical extension ${extnID}`)
    }
  }
  return read
}

/** None where they are not of Fabric CA's form: that is the contract's concern, not the peers'. */
function readAttributes (json: Uint8Array): Record<string, string> {
  try {
    const value: unknown = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(json))
    const attrs = typeof value === 'object' && value !== null && 'attrs' in value ? value.attrs : undefined
    if (typeof attrs !== 'object' || attrs === null) return {}
    return Object.fromEntries(Object.entries(attrs).filter((entry): entry is [string, string] => typeof entry[1] === 'string'))
  } catch {
    return {}
  }
}

function organizationalUnits (name: Name): string[] {
  return name.flatMap((relative) => [...relative]).filter(({ type }) => type === oids.organizationalUnit).map(({ value }) => value.toString())
}

/**
 * Whether `authority` issued the certificate: names, the right to sign, and the signature (any S). As in Fabric, both must
 * have been valid one second after the certificate began to be; that it was when it was used is judged where a time is known.
 */
export function isIssuedBy (crypto: ChainCrypto, certificate: Certificate, authority: Certificate): boolean {
  const early = certificate.notBeforeMs + 1000
  return authority.isAuthority && authority.maySignCertificates && equalBytes(certificate.issuer, authority.subject) &&
    isValidAt(authority, early) && isValidAt(certificate, early) &&
    crypto.verify(authority.key, certificate.signedPart, certificate.signature, certificate.signatureHash)
}

export function isValidAt ({ notBeforeMs, notAfterMs }: Certificate, timeMs: number): boolean {
  return notBeforeMs <= timeMs && timeMs <= notAfterMs
}

function malformed (detail: string): ScrutinError {
  return new ScrutinError('input.malformed', detail)
}

function undecided (detail: string): UndecidedCertificate {
  return new UndecidedCertificate('input.malformed', detail)
}
