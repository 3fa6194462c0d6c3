/**
 * An identity for somebody outside the consortium who follows the ledger by themselves: certified by one member's CA,
 * with the role `auditor`, in a folder that holds all it takes to read blocks from that member's peer.
 */
import { mkdir, readFile, rename, rm } from 'node:fs/promises'
import { basename, dirname, join, resolve } from 'node:path'
import { anchorText, readAnchor } from './anchor.ts'
import { openAuthority } from './certificate-authority.ts'
import { openEnroller, withFreshConnections } from './enrolment.ts'
import { layoutOf } from './layout.ts'
import { publicTlsRoot } from './member-material.ts'
import { membersOf } from './member.ts'
import { NetworkError } from './network-error.ts'
import { readState } from './network-state.ts'
import { hostName } from './ports.ts'
import { writePrivate, writePrivateJson } from './private-files.ts'
import { processState } from './processes.ts'

export interface AuditorIdentityOptions {
  readonly dataFolder: string
  /** Lower-case letters, digits and hyphens; new at this member. */
  readonly name: string
  /** The member that gives it; the first by default. */
  readonly member?: string
  /** A folder that does not exist yet. */
  readonly out: string
}

export interface AuditorIdentity {
  readonly folder: string
  readonly member: string
  readonly mspId: string
  /** What `auditor verify --peer` reads: the files it names lie beside it. */
  readonly peerFile: string
  readonly anchorFile: string
}

/**
 * Enrols the identity and writes its folder, whole or not at all: `certificate.pem`, `private-key.pem`,
 * `peer-tls-root.pem`, `peer.json` and `anchor.json`, mode 0600 in a folder of mode 0700.
 * @throws {NetworkError} when the name was given before, the member's CA does not run, or the folder exists
 */
export async function giveAuditorIdentity (options: AuditorIdentityOptions): Promise<AuditorIdentity> {
  const layout = layoutOf(options.dataFolder)
  const state = await readState(layout)
  if (state?.kind !== 'fabric') throw new NetworkError(`${layout.data} holds no network on Fabric: bring one up first`)
  const members = membersOf(state.consortium, layout.data, state.portBase)
  const member = options.member === undefined ? members[0] : members.find(({ name }) => name === options.member)
  if (member === undefined) throw new NetworkError(`There is no member ${options.member ?? ''}: it must be one of ${members.map(({ name }) => name).join(', ')}`)
  if (!/^[a-z][a-z0-9-]{0,40}$/.test(options.name)) throw new NetworkError('An auditor\'s name has lower-case letters, digits and hyphens, and begins with a letter')
  if (!(await processState(member.folders.ca)).running) throw new NetworkError(`The CA of ${member.name} does not run: bring the network up first`)

  const folder = resolve(options.out)
  await claim(folder)
  const partial = join(dirname(folder), `.${basename(folder)}.${process.pid}.partial`)
  try {
    const anchor = await readAnchor({ dataFolder: options.dataFolder })
    const { certificate, privateKey } = await withFreshConnections(async () => {
      const enroller = await openEnroller(await openAuthority(member.folders.ca, 'ca', member.ports))
      return await enroller.enrol(`${options.name}.auditor.${member.name}`, 'client', 'auditor')
    })
    await writePrivate(join(partial, 'certificate.pem'), certificate)
    await writePrivate(join(partial, 'private-key.pem'), privateKey)
    await writePrivate(join(partial, 'peer-tls-root.pem'), await readFile(publicTlsRoot(member.folders)))
    await writePrivate(join(partial, 'anchor.json'), anchorText(anchor))
    await writePrivateJson(join(partial, 'peer.json'), {
      channel: state.consortium.channel,
      mspId: member.mspId,
      certificate: 'certificate.pem',
      privateKey: 'private-key.pem',
      peer: { mspId: member.mspId, address: `${hostName}:${member.ports.peer}`, tlsRootCertificate: 'peer-tls-root.pem' },
    })
    await rename(partial, folder)
  } catch (error) {
    await rm(partial, { recursive: true, force: true })
    await rm(folder, { recursive: true, force: true })
    if (error instanceof Error && /already registered/i.test(error.message)) {
      throw new NetworkError(`${member.name} has given an identity to an auditor called ${options.name} before: choose another name`, { cause: error })
    }
    throw error
  }
  return { folder, member: member.name, mspId: member.mspId, peerFile: join(folder, 'peer.json'), anchorFile: join(folder, 'anchor.json') }
}

/** Makes the folder, so that it is known to be ours alone before the CA is asked: an identity is given once. */
async function claim (folder: string): Promise<void> {
  try {
    await mkdir(dirname(folder), { recursive: true })
    await mkdir(folder, { mode: 0o700 })
  } catch (cause) {
    if (cause instanceof Error && 'code' in cause && cause.code === 'EEXIST') {
      throw new NetworkError(`${folder} exists already: name another folder with --out`, { cause })
    }
    throw cause
  }
}
