/**
 * The configuration files of Scrutin's own services. The section that says how
 * to reach the ledger is a parameter: the same services run on Fabric and on
 * the embedded ledger.
 */
import { createHash, randomBytes } from 'node:crypto'
import { mkdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { ScrutinRole } from './enrolment.ts'
import type { Member } from './member.ts'
import { host } from './ports.ts'
import { writePrivate, writePrivateJson } from './private-files.ts'

/** The section `ledger` of a service's configuration: the shapes `ledger/` reads. */
export type LedgerSection = {
  readonly kind: 'fabric'
  readonly connectionProfile: string
  readonly mspId: string
  readonly certificate: string
  readonly privateKey: string
  readonly channel: string
  readonly chaincode: string
} | {
  readonly kind: 'embedded'
  readonly file: string
  readonly mspId: string
  readonly role: string
}

/** How a member's process of this role reaches the ledger. */
export type LedgerFor = (member: Member, role: ScrutinRole) => Promise<LedgerSection> | LedgerSection

/** An entry of `peers` in trustee.json: another member's peer, whose blocks the trustee counts as well. The shape `ledger/` reads. */
export interface PeerSection {
  readonly channel: string
  readonly mspId: string
  readonly certificate: string
  readonly privateKey: string
  readonly peer: { readonly mspId: string, readonly address: string, readonly tlsRootCertificate: string }
}

/** Where a trustee reads what it counts: the chain that it must be, and the peers of other members. Both are missing on the embedded ledger. */
export interface TrusteeSources {
  readonly anchor?: { readonly channel: string, readonly genesis: string }
  readonly peers?: readonly PeerSection[]
}
export type TrusteeSourcesFor = (member: Member) => Promise<TrusteeSources>

/** What the services of one member were given: for those who will talk to them. */
export interface ServiceFiles {
  readonly gateway: {
    readonly url: string
    readonly configFile: string
    /** By tenant, the file that holds its API key. */
    readonly apiKeyFiles: Readonly<Record<string, string>>
  }
  readonly registrar: { readonly url: string, readonly configFile: string } | undefined
  readonly trustee: { readonly configFile: string, readonly passphraseFile: string } | undefined
}

/** Writes the configuration of every service the member runs, and the secrets they need that do not exist yet. */
export async function writeServiceConfigs (member: Member, ledgerFor: LedgerFor, sourcesFor: TrusteeSourcesFor = async () => ({})): Promise<ServiceFiles> {
  return {
    gateway: await writeGatewayConfig(member, await ledgerFor(member, 'gateway'), await ledgerFor(member, 'organiser')),
    registrar: member.registrar === undefined ? undefined : await writeRegistrarConfig(member, member.registrar, await ledgerFor(member, 'registrar')),
    trustee: member.trustee !== true ? undefined : await writeTrusteeConfig(member, await ledgerFor(member, 'trustee'), await sourcesFor(member)),
  }
}

async function writeGatewayConfig (member: Member, ledger: LedgerSection, organiserLedger: LedgerSection): Promise<ServiceFiles['gateway']> {
  const folder = member.folders.gateway
  const url = `http://${host}:${member.ports.gateway}`
  const apiKeyFiles: Record<string, string> = {}
  const tenants = []
  for (const tenant of member.tenants) {
    const file = join(folder, 'api-keys', tenant)
    const key = await secretIn(file)
    apiKeyFiles[tenant] = file
    tenants.push({ id: tenant, apiKeySha256: [createHash('sha256').update(key).digest('hex')] })
  }
  const configFile = join(folder, 'gateway.json')
  await writePrivateJson(configFile, {
    listen: { host, port: member.ports.gateway },
    metrics: { host, port: member.ports.gatewayMetrics },
    member: member.name,
    ledger,
    organiserLedger,
    publicUrl: url,
    folder,
    tenants,
  })
  return { url, configFile, apiKeyFiles }
}

async function writeRegistrarConfig (member: Member, registrar: NonNullable<Member['registrar']>, ledger: LedgerSection): Promise<NonNullable<ServiceFiles['registrar']>> {
  const folder = member.folders.registrar
  const url = `http://${host}:${member.ports.registrar}`
  const configFile = join(folder, 'registrar.json')
  await writePrivateJson(configFile, {
    listen: { host, port: member.ports.registrar },
    member: member.name,
    ledger,
    publicUrl: url,
    folder,
    identifies: registrar.identifies,
  })
  return { url, configFile }
}

async function writeTrusteeConfig (member: Member, ledger: LedgerSection, sources: TrusteeSources): Promise<NonNullable<ServiceFiles['trustee']>> {
  const folder = member.folders.trustee
  const configFile = join(folder, 'trustee.json')
  const passphraseFile = join(folder, 'passphrase')
  await secretIn(passphraseFile)
  await writePrivateJson(configFile, { member: member.name, ledger, ...sources, folder, passphraseFile })
  return { configFile, passphraseFile }
}

/**
 * The secret in this file; made if there is none: 32 random bytes, base64url
 * without padding, and nothing else in the file (no line feed).
 */
async function secretIn (file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8')
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT')) throw error
  }
  const secret = randomBytes(32).toString('base64url')
  await mkdir(join(file, '..'), { recursive: true, mode: 0o700 })
  await writePrivate(file, secret)
  return secret
}
