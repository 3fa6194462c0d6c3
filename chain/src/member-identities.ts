/** Who signed: identities of members (Fabric's MSPs), recognised by the roots in the channel's configuration. */
import { msp } from '@hyperledger/fabric-protos'
import { toHex } from '../../protocol/src/bytes.ts'
import { ScrutinError } from '../../protocol/src/errors.ts'
import { type Certificate, isIssuedBy, parsePem } from './certificate.ts'
import { type ChainCrypto, isLowS } from './chain-crypto.ts'
import { decode } from './wire.ts'

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
  readonly #known = new Map<string, Identity | string>()

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
  identify (serialized: Uint8Array): Identity | string {
    const key = toHex(serialized)
    const known = this.#known.get(key)
    if (known !== undefined) return known
    const found = this.#judge(serialized)
    // junk must not fill the memory
    if (this.#known.size >= mostKnown) this.#known.clear()
    this.#known.set(key, found)
    return found
  }

  /** Whether `signature` over the message is that of the identity. Only low S counts, as in Fabric. */
  hasSigned ({ certificate }: Identity, message: Uint8Array, signature: Uint8Array): boolean {
    return isLowS(signature) && this.#crypto.verify(certificate.key, message, signature)
  }

  #judge (serialized: Uint8Array): Identity | string {
    try {
      const identity = decode('an identity', msp.SerializedIdentity, serialized)
      const member = this.#members.get(identity.getMspid())
      if (member === undefined) return `${identity.getMspid()} is no member`
      return this.#recognise(member, parsePem(this.#crypto, identity.getIdBytes_asU8()))
    } catch (error) {
      if (!(error instanceof ScrutinError)) throw error
      return error.message
    }
  }

  #recognise (member: Member, certificate: Certificate): Identity | string {
    if (certificate.isAuthority) return 'a certificate authority signs no transactions'
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
