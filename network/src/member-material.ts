/**
 * The keys and certificates of one member: which identities it needs, and the
 * folders (MSPs, in Fabric's words) they go to. Each process gets its own.
 */
import { access, mkdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { stringify } from 'yaml'
import { certificateAuthority, openAuthority, writeAuthorityConfigs, type Authority } from './certificate-authority.ts'
import type { ConsortiumMember } from './consortium.ts'
import { openEnroller, type Enrolment, type IdentityKind, type ScrutinRole } from './enrolment.ts'
import type { FabricBinaries } from './fabric-binaries.ts'
import { inParallel } from './in-parallel.ts'
import type { MemberFolders } from './layout.ts'
import type { MemberPorts } from './ports.ts'
import { writePrivate, writePrivateJson } from './private-files.ts'
import { startProcess, stopProcess } from './processes.ts'

/** PEM files of a Fabric identity. */
export interface IdentityFiles {
  readonly certificate: string
  readonly privateKey: string
}

export function identityFiles (msp: string): IdentityFiles {
  return { certificate: join(msp, 'signcerts/cert.pem'), privateKey: join(msp, 'keystore/key.pem') }
}

/** Where the MSP of each role lies. The gateway's process signs for organisers too. */
export function mspOfRole (folders: MemberFolders, role: ScrutinRole): string {
  return role === 'organiser' ? join(folders.gateway, 'organiser-msp') : join(folders[role], 'msp')
}

export interface TlsFiles {
  readonly certificate: string
  readonly privateKey: string
  /** The member's own TLS root. */
  readonly root: string
}

export function tlsFiles (folder: string): TlsFiles {
  return { certificate: join(folder, 'tls/cert.pem'), privateKey: join(folder, 'tls/key.pem'), root: join(folder, 'tls/ca.pem') }
}

/** The member's TLS root, where everybody may read it. */
export function publicTlsRoot (folders: MemberFolders): string {
  return join(folders.public, 'msp/tlscacerts/tlsca.pem')
}

interface Wanted {
  readonly name: string
  readonly kind: IdentityKind
  readonly role?: ScrutinRole
  readonly msp: string
}

/**
 * Starts the member's CA and enrols everything the member needs, unless that has been done.
 * @returns true when there was something to do
 */
export async function makeMaterial (member: ConsortiumMember, folders: MemberFolders, ports: MemberPorts, binaries: FabricBinaries): Promise<boolean> {
  const done = join(folders.root, 'material.json')
  if (await exists(done)) return false
  // what was begun and not finished is of no use: the secrets of the enrolments are gone
  await stopProcess(folders.ca)
  await rm(folders.root, { recursive: true, force: true })
  await writeAuthorityConfigs(member, folders.ca, ports)
  await startProcess(certificateAuthority(member, folders.ca, ports, binaries))
  const identities = await openAuthority(folders.ca, 'ca', ports)
  const tls = await openAuthority(folders.ca, 'tlsca', ports)
  await writePublicMsp(folders, identities, tls)
  await inParallel([
    async () => { await enrolIdentities(member, folders, identities, tls) },
    async () => { await enrolTls(folders, tls) },
  ], async enrol => { await enrol() })
  await writePrivateJson(done, { madeAt: new Date().toISOString() })
  return true
}

function identitiesOf (member: ConsortiumMember, folders: MemberFolders): Wanted[] {
  const roles: ScrutinRole[] = ['gateway', 'organiser', 'auditor']
  if (member.registrar !== undefined) roles.push('registrar')
  if (member.trustee === true) roles.push('trustee')
  return [
    { name: 'admin', kind: 'admin', msp: join(folders.admin, 'msp') },
    { name: 'orderer', kind: 'orderer', msp: join(folders.orderer, 'msp') },
    { name: 'peer', kind: 'peer', msp: join(folders.peer, 'msp') },
    ...roles.map((role): Wanted => ({ name: role, kind: 'client', role, msp: mspOfRole(folders, role) })),
  ]
}

async function enrolIdentities (member: ConsortiumMember, folders: MemberFolders, authority: Authority, tls: Authority): Promise<void> {
  const enroller = await openEnroller(authority)
  await twoAtATime(identitiesOf(member, folders), async wanted => {
    const enrolment = await enroller.enrol(`${wanted.name}.${member.name}`, wanted.kind, wanted.role)
    await writeMsp(wanted.msp, authority, tls, enrolment)
  })
}

async function enrolTls (folders: MemberFolders, authority: Authority): Promise<void> {
  const enroller = await openEnroller(authority)
  await twoAtATime(['orderer', 'peer', 'contract', 'admin'] as const, async name => {
    const kind = name === 'contract' ? 'client' : name
    const enrolment = await enroller.enrol(name, kind)
    const files = tlsFiles(folders[name])
    await writePrivate(files.certificate, enrolment.certificate)
    await writePrivate(files.privateKey, enrolment.privateKey)
    await writePrivate(files.root, authority.rootCertificate)
  })
}

async function writeMsp (folder: string, authority: Authority, tls: Authority, enrolment: Enrolment): Promise<void> {
  await writeVerifyingMsp(folder, authority, tls)
  const files = identityFiles(folder)
  await writePrivate(files.certificate, enrolment.certificate)
  await writePrivate(files.privateKey, enrolment.privateKey)
}

async function writePublicMsp (folders: MemberFolders, authority: Authority, tls: Authority): Promise<void> {
  await writeVerifyingMsp(join(folders.public, 'msp'), authority, tls)
}

/** What it takes to recognise the member's identities: no secret in it. */
async function writeVerifyingMsp (folder: string, authority: Authority, tls: Authority): Promise<void> {
  await mkdir(folder, { recursive: true, mode: 0o700 })
  await writePrivate(join(folder, 'cacerts/ca.pem'), authority.rootCertificate)
  await writePrivate(join(folder, 'tlscacerts/tlsca.pem'), tls.rootCertificate)
  await writePrivate(join(folder, 'config.yaml'), stringify({
    NodeOUs: {
      Enable: true,
      ClientOUIdentifier: { Certificate: 'cacerts/ca.pem', OrganizationalUnitIdentifier: 'client' },
      PeerOUIdentifier: { Certificate: 'cacerts/ca.pem', OrganizationalUnitIdentifier: 'peer' },
      AdminOUIdentifier: { Certificate: 'cacerts/ca.pem', OrganizationalUnitIdentifier: 'admin' },
      OrdererOUIdentifier: { Certificate: 'cacerts/ca.pem', OrganizationalUnitIdentifier: 'orderer' },
    },
  }))
}

/** The CA hashes each secret slowly, by design: more at once would only run into its client's time-out. */
async function twoAtATime<T> (items: readonly T[], work: (item: T) => Promise<void>): Promise<void> {
  const queue = [...items]
  const worker = async (): Promise<void> => {
    for (let item = queue.shift(); item !== undefined; item = queue.shift()) await work(item)
  }
  await Promise.all([worker(), worker()])
}

async function exists (file: string): Promise<boolean> {
  return await access(file).then(() => true, () => false)
}
