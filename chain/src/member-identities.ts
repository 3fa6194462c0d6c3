/** Who signed: identities of members (Fabric's MSPs), recognised by the roots in the channel's configuration. */
import { msp } from '@hyperledger/fabric-protos'
import { toHex } from '../../protocol/src/bytes.ts'
import { ScrutinError } from '../../protocol/src/errors.ts'
import { type Certificate, isIssuedBy, parsePem, UndecidedCertificate } from './certificate.ts'
import { type ChainCrypto, readSignature } from './chain-crypto.ts'
import { serializedIdentity } from './message-shapes.ts'
import { decode, decodeAsGo } from './wire.ts'

/** What Fabric's NodeOUs tell apart. */
export const identityKinds = ['client', 'peer', 'admin', 'orderer'] as const
export type IdentityKind = typeof identityKinds[number]

export interface Identity {
  readonly mspId: string
  readonly kind: IdentityKind
  readonly certificate: Certificate
  /** The attribute `scrutin.role`; undefined when there is none. */
  readonly role: string | undefined
}

/** What is said to be an identity, and is none that counts. */
export interface Unidentified {
  /** The member it names; empty when it names none. */
  readonly mspId: string
  readonly reason: string
  /** False: Fabric may take it all the same. */
  readonly isSure: boolean
}

export function isIdentity (found: Identity | Unidentified): found is Identity {
  return 'certificate' in found
}

/** A peer of the member whose certificate could not be judged, to ask what would hold if it were one. */
export function standIn (mspId: string): Identity {
  const none = new Uint8Array(0)
  const key = { curve: 'P-256', spki: none, point: none } as const
  const certificate: Certificate = {
    encoded: none,
    key,
    issuer: none,
    subject: none,
    notBeforeMs: 0,
    notAfterMs: 0,
    isAuthority: false,
    maySignCertificates: false,
    mayIdentify: true,
    organizationalUnits: [],
    attributes: {},
    signedPart: none,
    signature: none,
    signatureHash: 'sha256',
    fingerprint: '',
  }
  return { mspId, kind: 'peer', certificate, role: undefined }
}

interface Member {
  readonly mspId: string
  readonly roots: readonly Certificate[]
  /** Which organizational unit names each kind, and, if it says so, by which root it must be certified. */
  readonly kinds: ReadonlyMap<string, { readonly kind: IdentityKind, readonly certifier: string | undefined }>
}

/** The members of a channel under one configuration; remembers every identity it has judged. */
export class MemberIdentities {
  readonly #crypto: ChainCrypto
  readonly #members = new Map<string, Member>()
  readonly #known = new Map<string, Identity | Unidentified>()

  constructor (crypto: ChainCrypto, configurations: Iterable<Uint8Array>) {
    this.#crypto = crypto
    for (const configuration of configurations) {
      const member = parseMember(crypto, configuration)
      this.#members.set(member.mspId, member)
    }
  }

  get mspIds (): string[] {
    return [...this.#members.keys()]
  }

  /** The identity behind a serialised `msp.SerializedIdentity`, or why there is none. */
  identify (serialized: Uint8Array): Identity | Unidentified {
    const key = toHex(serialized)
    const known = this.#known.get(key)
    if (known !== undefined) return known
    const found = this.#judge(serialized)
    // junk must not fill the memory
    if (this.#known.size >= mostKnown) this.#known.clear()
    this.#known.set(key, found)
    return found
  }

  /** Whether `signature` over the message is that of the identity, as Fabric reads signatures: only the lower S counts. */
  hasSigned ({ certificate: { key } }: Identity, message: Uint8Array, signature: Uint8Array): boolean {
    const read = readSignature(key.curve, signature)
    return read !== undefined && this.#crypto.verify(key, message, read)
  }

  #judge (serialized: Uint8Array): Identity | Unidentified {
    let mspId = ''
    const refused = (reason: string, isSure = true): Unidentified => ({ mspId, reason, isSure })
    try {
      const identity = decodeAsGo('an identity', msp.SerializedIdentity, serializedIdentity, serialized)
      mspId = identity.getMspid()
      const member = this.#members.get(mspId)
      if (member === undefined) return refused(`${mspId} is no member`)
      const found = this.#recognise(member, parsePem(this.#crypto, identity.getIdBytes_asU8()))
      return typeof found === 'string' ? refused(found) : found
    } catch (error) {
      if (!(error instanceof ScrutinError)) throw error
      return refused(error.message, !(error instanceof UndecidedCertificate))
    }
  }

  #recognise (member: Member, certificate: Certificate): Identity | string {
    if (certificate.isAuthority) return 'a certificate authority signs no transactions'
    if (!certificate.mayIdentify) return 'the certificate is for other uses'
    const root = member.roots.find((candidate) => isIssuedBy(this.#crypto, certificate, candidate))
    if (root === undefined) return `the certificate was not issued by ${member.mspId}`
    const named = certificate.organizationalUnits.flatMap((unit) => member.kinds.get(unit) ?? [])
    const [found] = named
    if (found === undefined || named.length > 1) return `the certificate of ${member.mspId} does not say which one of client, peer, admin or orderer it is for`
    if (found.certifier !== undefined && found.certifier !== root.fingerprint) return `another root of ${member.mspId} must certify a ${found.kind}`
    return { mspId: member.mspId, kind: found.kind, certificate, role: certificate.attributes['scrutin.role'] }
  }
}

const mostKnown = 10_000

/** Reads the value `MSP` of an organisation; refuses (`input.malformed`) all that SPEC.md 10.2 does not explain. */
function parseMember (crypto: ChainCrypto, bytes: Uint8Array): Member {
  const outer = decode('an MSP', msp.MSPConfig, bytes)
  if (outer.getType() !== 0) throw refused('is not of the type of Fabric')
  const config = decode('an MSP', msp.FabricMSPConfig, outer.getConfig_asU8())
  const unexplained = config.getIntermediateCertsList().length + config.getAdminsList().length + config.getRevocationListList().length +
    config.getOrganizationalUnitIdentifiersList().length
  if (unexplained > 0) throw refused('has intermediate certificates, listed administrators, revocations or organizational units')
  const suite = config.getCryptoConfig()
  if (suite !== undefined && suite.getSignatureHashFamily() !== 'SHA2') throw refused('does not sign with SHA-2')
  const roots = config.getRootCertsList_asU8().map((pem) => parsePem(crypto, pem))
  if (roots.length === 0 || !roots.every((root) => root.isAuthority)) throw refused('has no root certificate')
  const units = config.getFabricNodeOus() ?? new msp.FabricNodeOUs()
  if (!units.getEnable()) throw refused('does not tell clients, peers, administrators and orderers apart')
  const kinds = new Map<string, { kind: IdentityKind, certifier: string | undefined }>()
  for (const kind of identityKinds) {
    const unit = { client: units.getClientOuIdentifier(), peer: units.getPeerOuIdentifier(), admin: units.getAdminOuIdentifier(), orderer: units.getOrdererOuIdentifier() }[kind]
    const name = unit?.getOrganizationalUnitIdentifier() ?? ''
    if (unit === undefined || name === '' || kinds.has(name)) throw refused(`does not say how a ${kind} is told from others`)
    const certifier = unit.getCertificate_asU8()
    kinds.set(name, { kind, certifier: certifier.length === 0 ? undefined : parsePem(crypto, certifier).fingerprint })
  }
  return { mspId: config.getName(), roots, kinds }

  function refused (why: string): ScrutinError {
    return new ScrutinError('input.malformed', `an MSP ${why}`)
  }
}
