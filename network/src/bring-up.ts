/** From `consortium.yaml` to running members. What is done already is not done again. */
import { readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { readAnchor } from './anchor.ts'
import { approveContract, commitContract, installContract, packageContract, type ContractPackage } from './chaincode-lifecycle.ts'
import { certificateAuthority } from './certificate-authority.ts'
import { joinOrderer, joinPeer, makeGenesisBlock } from './channel.ts'
import { waitUntilMembersMeet } from './discovery.ts'
import { connectionProfile } from './connection-profile.ts'
import { readConsortium, type Consortium } from './consortium.ts'
import { contractProcess } from './contract-process.ts'
import { withFreshConnections, type ScrutinRole } from './enrolment.ts'
import { findFabricBinaries } from './fabric-binaries.ts'
import { inParallel } from './in-parallel.ts'
import { dataOf, layoutOf, repository, type NetworkLayout } from './layout.ts'
import { identityFiles, makeMaterial, mspOfRole, publicTlsRoot, type IdentityFiles } from './member-material.ts'
import { startServices } from './member-services.ts'
import { membersOf, type Member } from './member.ts'
import { NetworkError } from './network-error.ts'
import { withNetworkLock } from './network-lock.ts'
import { differenceFrom, readState, writeState, type NetworkState } from './network-state.ts'
import { ordererProcess, writeOrdererConfig } from './orderer-process.ts'
import { waitForLeader } from './ordering-leader.ts'
import { peerProcess, writePeerConfig } from './peer-process.ts'
import { hostName } from './ports.ts'
import { writePrivate, writePrivateJson } from './private-files.ts'
import { startProcess, stopProcess } from './processes.ts'
import { silent, type Progress } from './progress.ts'
import { writeServiceConfigs, type LedgerFor, type LedgerSection, type PeerSection, type ServiceFiles, type TrusteeSources, type TrusteeSourcesFor } from './service-configs.ts'

export const defaultConsortiumFile = join(repository, 'network/consortium.yaml')

export interface BringUpOptions {
  /** Where everything of the network is kept. */
  readonly dataFolder: string
  /** `network/consortium.yaml` by default. */
  readonly consortiumFile?: string
  /** In place of the consortium's `ports.base`. */
  readonly portBase?: number
  /** The contract to run; `chaincode/` by default. */
  readonly chaincodeFolder?: string
  /** False: only Fabric itself (CA, orderer, peer, contract), without gateway, registrar and trustee. */
  readonly services?: boolean
  readonly progress?: Progress
}

export interface RunningMember extends ServiceFiles {
  readonly name: string
  readonly title: string
  readonly mspId: string
  /** The member's folder, with one for each process in it. */
  readonly folder: string
  /** The section `ledger` for a process of this role; undefined when the member has no such role. */
  readonly ledgers: Readonly<Record<ScrutinRole, LedgerSection | undefined>>
}

export interface RunningNetwork {
  readonly kind: 'fabric' | 'embedded'
  readonly consortium: Consortium
  readonly dataFolder: string
  readonly members: readonly RunningMember[]
}

/**
 * Brings the whole network up on Fabric and waits until everything is ready. It stays when this process ends. Where it
 * was cut short before, or everything was killed, it goes on with what is there.
 * @throws {NetworkError} naming the log of the step that failed
 */
export async function bringUp (options: BringUpOptions): Promise<RunningNetwork> {
  const consortium = await readConsortium(options.consortiumFile ?? defaultConsortiumFile)
  return await withNetworkLock(layoutOf(options.dataFolder), async () => await bringUpFabric(consortium, options))
}

async function bringUpFabric (consortium: Consortium, options: BringUpOptions): Promise<RunningNetwork> {
  const { progress = silent, chaincodeFolder = join(repository, 'chaincode') } = options
  const { layout, members, state } = await prepare(consortium, options, 'fabric')
  const binaries = await findFabricBinaries(progress)

  await progress.step('Certificate authorities, keys and certificates', async note => {
    let done = 0
    await withFreshConnections(async () => await inParallel(members, async member => {
      const { ca } = member.folders
      if (!await makeMaterial(member, member.folders, member.ports, binaries)) {
        await startProcess(certificateAuthority(member, ca, member.ports, binaries))
      }
      note(`${++done} of ${members.length} members`)
    }))
  })
  await progress.step('Genesis block', async () => {
    await makeGenesisBlock(consortium, members, layout, binaries)
  })
  if (!state.joined) await inParallel(members, beginAnew)
  const contracts = new Map<Member, ContractPackage>()
  await progress.step('Orderers, peers and contracts', async () => {
    for (const member of members) contracts.set(member, await packageContract(consortium, member))
    await inParallel(members, async member => {
      const { orderer, peer } = member.folders
      await writeOrdererConfig(consortium, member, orderer, member.ports)
      await writePeerConfig(member, peer, member.ports)
      await inParallel([
        ordererProcess(member, orderer, member.ports, binaries),
        peerProcess(member, peer, member.ports, binaries),
        contractProcess(member, contractOf(contracts, member), chaincodeFolder),
      ], startProcess)
    })
  })
  if (!state.joined) {
    await progress.step(`Joining the channel ${consortium.channel}`, async () => {
      await inParallel(members, async member => {
        await joinOrderer(consortium, member, layout, binaries)
        await joinPeer(member, layout, binaries)
      })
      state.joined = true
      await writeState(layout, state)
    })
  }
  if (!state.committed) {
    await progress.step(`Installing, approving and committing the contract ${consortium.chaincode}`, async note => {
      await inParallel(members, async member => {
        await installContract(member, contractOf(contracts, member), layout, binaries)
      })
      if (consortium.ordering.type === 'etcdraft') {
        note('waiting for a leader')
        await waitForLeader(members, consortium.channel)
      }
      note('approvals')
      await inParallel(members, async member => {
        await approveContract(consortium, member, contractOf(contracts, member), layout, binaries)
      })
      note('commit')
      await commitContract(consortium, members, layout, binaries)
      state.committed = true
      await writeState(layout, state)
    })
  }
  await progress.step('Members find each other', async () => {
    await waitUntilMembersMeet(consortium, members, layout, binaries)
  })
  return await bringUpMembers(consortium, members, layout, 'fabric', fabricLedger(consortium), options, async (member) => await trusteeSources(consortium, members, member, layout))
}

/**
 * Fabric makes its databases as it first starts, and does not start again when it was killed meanwhile. Before all have
 * joined there is nothing in them yet but the genesis block: what an earlier `up` left half done goes.
 */
async function beginAnew ({ folders }: Member): Promise<void> {
  for (const folder of [folders.orderer, folders.peer]) {
    await stopProcess(folder)
    await rm(dataOf(folder), { recursive: true, force: true })
  }
}

export interface BringUpServicesOptions extends Omit<BringUpOptions, 'chaincodeFolder' | 'services'> {
  /** How a process of this role reaches the ledger: which kind of ledger it is, is the caller's choice. */
  readonly ledgerFor: LedgerFor
}

/**
 * Brings up only Scrutin's own services, on a ledger that needs no processes of its own (the embedded one).
 * `bringDown` and `readStatus` work on it too.
 */
export async function bringUpServices (options: BringUpServicesOptions): Promise<RunningNetwork> {
  const consortium = await readConsortium(options.consortiumFile ?? defaultConsortiumFile)
  return await withNetworkLock(layoutOf(options.dataFolder), async () => {
    const { layout, members } = await prepare(consortium, options, 'embedded')
    return await bringUpMembers(consortium, members, layout, 'embedded', options.ledgerFor, options)
  })
}

interface Prepared {
  readonly layout: NetworkLayout
  readonly members: readonly Member[]
  readonly state: NetworkState
}

async function prepare (consortium: Consortium, options: BringUpOptions, kind: NetworkState['kind']): Promise<Prepared> {
  const layout = layoutOf(options.dataFolder)
  const earlier = await readState(layout)
  const difference = earlier === undefined ? undefined : differenceFrom(earlier, kind, consortium, options.portBase)
  if (difference !== undefined) throw new NetworkError(`${layout.data} holds ${difference}: choose another folder with --data, or remove that network with \`reset\``)
  const state: NetworkState = {
    joined: false,
    committed: false,
    portBase: options.portBase ?? consortium.ports.base,
    ...earlier,
    kind,
    consortium,
  }
  await writeState(layout, state)
  return { layout, state, members: membersOf(consortium, layout.data, state.portBase) }
}

async function bringUpMembers (consortium: Consortium, members: readonly Member[], layout: NetworkLayout, kind: NetworkState['kind'], ledgerFor: LedgerFor, options: BringUpOptions, sourcesFor?: TrusteeSourcesFor): Promise<RunningNetwork> {
  const { progress = silent } = options
  const files = new Map<Member, ServiceFiles>()
  const running: RunningMember[] = []
  for (const member of members) {
    if (kind === 'fabric') await writeConnectionProfiles(consortium, member)
    const written = await writeServiceConfigs(member, ledgerFor, sourcesFor)
    files.set(member, written)
    running.push({
      ...written,
      name: member.name,
      title: member.title,
      mspId: member.mspId,
      folder: member.folders.root,
      ledgers: {
        gateway: await ledgerFor(member, 'gateway'),
        organiser: await ledgerFor(member, 'organiser'),
        auditor: await ledgerFor(member, 'auditor'),
        registrar: member.registrar === undefined ? undefined : await ledgerFor(member, 'registrar'),
        trustee: member.trustee === true ? await ledgerFor(member, 'trustee') : undefined,
      },
    })
  }
  if (options.services !== false) {
    await progress.step('Gateways, registrars and trustees', async () => {
      await startServices(members, member => {
        const written = files.get(member)
        if (written === undefined) throw new Error(`no configuration was written for ${member.name}`)
        return written
      })
    })
  }
  return { kind, consortium, dataFolder: layout.data, members: running }
}

function fabricLedger (consortium: Consortium): LedgerFor {
  return (member, role) => {
    const files: IdentityFiles = identityFiles(mspOfRole(member.folders, role))
    return {
      kind: 'fabric',
      connectionProfile: profileFile(member, role),
      mspId: member.mspId,
      certificate: files.certificate,
      privateKey: files.privateKey,
      channel: consortium.channel,
      chaincode: consortium.chaincode,
    }
  }
}

/**
 * What a trustee counts from besides its own peer: the peers of the next f of n members, one at least, so that one of all
 * that it asks is honest; and the genesis block's fingerprint, so that none shows it another chain.
 */
async function trusteeSources (consortium: Consortium, members: readonly Member[], member: Member, { data }: NetworkLayout): Promise<TrusteeSources> {
  const { channel, genesis } = await readAnchor({ dataFolder: data })
  const others = [...members, ...members].slice(members.indexOf(member) + 1, members.indexOf(member) + members.length)
  const asked = others.slice(0, Math.max(1, Math.floor((members.length - 1) / 3)))
  return { anchor: { channel, genesis }, ...asked.length === 0 ? {} : { peers: await Promise.all(asked.map(async (other) => await peerSection(consortium, member, other))) } }
}

async function peerSection ({ channel }: Consortium, member: Member, other: Member): Promise<PeerSection> {
  const { certificate, privateKey } = identityFiles(mspOfRole(member.folders, 'trustee'))
  const tlsRootCertificate = join(member.folders.trustee, `tls-root-${other.name}.pem`)
  await writePrivate(tlsRootCertificate, await readFile(publicTlsRoot(other.folders), 'utf8'))
  return { channel, mspId: member.mspId, certificate, privateKey, peer: { mspId: other.mspId, address: `${hostName}:${other.ports.peer}`, tlsRootCertificate } }
}

/** Each service reads its own copy: none needs to look into another's folder. */
function profileFile (member: Member, role: ScrutinRole): string {
  return join(member.folders[role === 'organiser' ? 'gateway' : role], 'connection-profile.json')
}

async function writeConnectionProfiles (consortium: Consortium, member: Member): Promise<void> {
  const profile = await connectionProfile(member, consortium.name)
  const roles: ScrutinRole[] = ['gateway', 'auditor']
  if (member.registrar !== undefined) roles.push('registrar')
  if (member.trustee === true) roles.push('trustee')
  for (const role of roles) await writePrivateJson(profileFile(member, role), profile)
}

function contractOf (contracts: ReadonlyMap<Member, ContractPackage>, member: Member): ContractPackage {
  const contract = contracts.get(member)
  if (contract === undefined) throw new Error(`no package was made for ${member.name}`)
  return contract
}
