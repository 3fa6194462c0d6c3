/**
 * The contract on the channel: each member installs a package that only says
 * where its own contract process listens, approves it, and one commits.
 */
import { createHash } from 'node:crypto'
import { access, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import type { Consortium } from './consortium.ts'
import type { FabricBinaries } from './fabric-binaries.ts'
import type { NetworkLayout } from './layout.ts'
import { publicTlsRoot } from './member-material.ts'
import type { Member } from './member.ts'
import { ordererOptions, peerCommand } from './peer-command.ts'
import { host } from './ports.ts'
import { writePrivate } from './private-files.ts'
import { tarArchive } from './tar-archive.ts'

/** Version and sequence of the definition on the channel. */
const version = '1'
const sequence = '1'

export interface ContractPackage {
  readonly file: string
  /** `LABEL:SHA-256 of the package`: what the contract process must be started with. */
  readonly id: string
}

/** The member's package. The same input gives the same bytes, so the id can be computed again. */
export async function packageContract (consortium: Consortium, member: Member): Promise<ContractPackage> {
  const file = join(member.folders.contract, 'package.tgz')
  const label = `${consortium.chaincode}_${version}`
  if (!await access(file).then(() => true, () => false)) {
    const connection = JSON.stringify({
      address: `${host}:${member.ports.contract}`,
      dial_timeout: '10s',
      tls_required: true,
      root_cert: await readFile(publicTlsRoot(member.folders), 'utf8'),
    })
    const code = gzipSync(tarArchive({ 'connection.json': connection }))
    await writePrivate(file, gzipSync(tarArchive({
      'metadata.json': JSON.stringify({ type: 'ccaas', label }),
      'code.tar.gz': code,
    })))
  }
  return { file, id: `${label}:${createHash('sha256').update(await readFile(file)).digest('hex')}` }
}

export async function installContract (member: Member, contract: ContractPackage, layout: NetworkLayout, binaries: FabricBinaries): Promise<void> {
  const lifecycle = lifecycleOf(member, binaries, layout)
  await unlessDone(
    async () => await lifecycle(['install', contract.file], `The contract could not be installed at ${member.name}`),
    async () => (await lifecycle(['queryinstalled', '--output', 'json'])).includes(`"${contract.id}"`)
  )
}

export async function approveContract (consortium: Consortium, member: Member, contract: ContractPackage, layout: NetworkLayout, binaries: FabricBinaries): Promise<void> {
  const lifecycle = lifecycleOf(member, binaries, layout)
  await unlessDone(
    async () => await lifecycle(['approveformyorg', ...ordererOptions(member), ...definition(consortium), '--package-id', contract.id], `${member.name} could not approve the contract`),
    async () => (await lifecycle(['queryapproved', ...query(consortium), '--sequence', sequence])).includes(`"${contract.id}"`)
  )
}

/** One member commits; a majority of members must have approved. */
export async function commitContract (consortium: Consortium, members: readonly Member[], layout: NetworkLayout, binaries: FabricBinaries): Promise<void> {
  const first = members[0]
  if (first === undefined) throw new Error('a consortium has members')
  const lifecycle = lifecycleOf(first, binaries, layout)
  const peers = members.flatMap(member => ['--peerAddresses', `${host}:${member.ports.peer}`, '--tlsRootCertFiles', publicTlsRoot(member.folders)])
  await unlessDone(
    async () => await lifecycle(['commit', ...ordererOptions(first), ...definition(consortium), ...peers], 'The contract could not be committed'),
    async () => isSequence(await lifecycle(['querycommitted', ...query(consortium)]))
  )
}

type Lifecycle = (args: readonly string[], failure?: string) => Promise<string>

function lifecycleOf (member: Member, binaries: FabricBinaries, layout: NetworkLayout): Lifecycle {
  return async (args, failure = `The peer of ${member.name} could not be asked for its contracts`) =>
    await peerCommand(member, binaries, layout, ['lifecycle', 'chaincode', ...args], failure)
}

/**
 * Each of these steps fails when it has been done before, by an `up` that was cut short. So what fails is looked at:
 * if what it was to bring about is so, that is all that was wanted.
 */
async function unlessDone (step: () => Promise<unknown>, isDone: () => Promise<boolean>): Promise<void> {
  try {
    await step()
  } catch (failure) {
    const done = await isDone().catch(() => false)
    if (!done) throw failure
  }
}

function query (consortium: Consortium): string[] {
  return ['--channelID', consortium.channel, '--name', consortium.chaincode, '--output', 'json']
}

function isSequence (answer: string): boolean {
  const committed: unknown = JSON.parse(answer)
  return typeof committed === 'object' && committed !== null && 'sequence' in committed && String(committed.sequence) === sequence
}

function definition (consortium: Consortium): string[] {
  return ['--channelID', consortium.channel, '--name', consortium.chaincode, '--version', version, '--sequence', sequence,
    '--channel-config-policy', '/Channel/Application/Endorsement']
}
