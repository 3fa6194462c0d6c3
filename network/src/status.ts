/** How the network is: which processes run, who leads the ordering, how far each member's chain is, and whether the chains agree. */
import { X509Certificate } from 'node:crypto'
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { common } from '@hyperledger/fabric-protos'
import { findFabricBinaries, type FabricBinaries } from './fabric-binaries.ts'
import { layoutOf, processNames, type NetworkLayout, type ProcessName } from './layout.ts'
import { membersOf, type Member } from './member.ts'
import { NetworkError } from './network-error.ts'
import { readState, type NetworkState } from './network-state.ts'
import { readLeader } from './ordering-leader.ts'
import { peerCommand } from './peer-command.ts'
import { logOf, processState } from './processes.ts'
import { silent } from './progress.ts'

export interface ProcessStatus {
  readonly name: ProcessName
  readonly running: boolean
  readonly pid: number | null
  readonly log: string
}

export interface MemberStatus {
  readonly name: string
  /** Those that have been started, in that order. */
  readonly processes: readonly ProcessStatus[]
  /** Blocks on the member's own peer; null when it does not answer (and always on the embedded ledger). */
  readonly height: number | null
  /** Hash of the newest of them, lower-case hex. */
  readonly blockHash: string | null
  /** When the first of the member's certificates expires (ISO 8601); null without certificates. */
  readonly certsExpire: string | null
}

export interface NetworkStatus {
  readonly members: readonly MemberStatus[]
  /** The member whose orderer leads; null when that can't be said (and always on the embedded ledger). */
  readonly leader: string | null
  /**
   * Every member answered, and all hold the same chain as far as the shortest goes.
   * False, too, on the embedded ledger, which has one chain only and nothing to agree on.
   */
  readonly agree: boolean
}

/** @throws {NetworkError} when the folder holds no network */
export async function readStatus (options: { readonly dataFolder: string }): Promise<NetworkStatus> {
  const { members, state, layout } = await openNetwork(options.dataFolder)
  const asked = await Promise.all(members.map(async member => ({
    member,
    processes: await processesOf(member),
    certsExpire: state.kind === 'fabric' ? await firstExpiry(member.folders.root) : undefined,
  })))
  const chains = await readChains(asked.filter(({ processes }) => processes.some(({ name, running }) => name === 'peer' && running)).map(({ member }) => member), state, layout)
  const leader = state.kind === 'fabric' ? await readLeader(members, state.consortium.channel) : undefined
  return {
    leader: leader?.name ?? null,
    members: asked.map(({ member, processes, certsExpire }) => {
      const chain = chains.find(chain => chain.member === member)
      return {
        name: member.name,
        processes,
        height: chain?.height ?? null,
        blockHash: chain?.blockHash ?? null,
        certsExpire: certsExpire?.toISOString() ?? null,
      }
    }),
    agree: chains.length === members.length && new Set(chains.map(chain => chain.hashAtCommonHeight)).size === 1,
  }
}

/**
 * The newest block that every member holds.
 * @throws {NetworkError} when the folder holds no network, a member does not answer, or they don't agree
 */
export async function readCommonBlock (options: { readonly dataFolder: string }): Promise<{ readonly number: number, readonly hash: string }> {
  const { members, state, layout } = await openNetwork(options.dataFolder)
  const chains = await readChains(members, state, layout)
  const [first] = chains
  if (first === undefined || chains.length < members.length) throw new NetworkError('Not every member\'s peer answers: only together they can say which block they all hold', { log: layout.log })
  if (new Set(chains.map(chain => chain.hashAtCommonHeight)).size > 1) throw new NetworkError('The members do not hold the same chain')
  return { number: Math.min(...chains.map(chain => chain.height)) - 1, hash: first.hashAtCommonHeight }
}

async function openNetwork (dataFolder: string): Promise<{ members: Member[], state: NetworkState, layout: NetworkLayout }> {
  const layout = layoutOf(dataFolder)
  const state = await readState(layout)
  if (state === undefined) throw new NetworkError(`${layout.data} holds no network: bring one up first`)
  return { members: membersOf(state.consortium, layout.data, state.portBase), state, layout }
}

interface Chain {
  readonly member: Member
  readonly height: number
  readonly blockHash: string
  readonly hashAtCommonHeight: string
}

/** The chains of those peers that answer. Under load some are a block ahead: they are compared where the shortest ends. */
async function readChains (members: readonly Member[], state: NetworkState, layout: NetworkLayout): Promise<Chain[]> {
  if (members.length === 0) return []
  const binaries = await findFabricBinaries(silent)
  const tips = (await Promise.all(members.map(async member => {
    try {
      return { member, ...await chainTip(member, state, layout, binaries) }
    } catch (error) {
      // the reason stands in the network's log; here the member counts as one that does not answer
      if (error instanceof NetworkError) return undefined
      throw error
    }
  }))).filter(tip => tip !== undefined)
  const common = Math.min(...tips.map(tip => tip.height))
  return await Promise.all(tips.map(async tip => ({
    ...tip,
    hashAtCommonHeight: tip.height === common ? tip.blockHash : await previousHashOf(common, tip.member, state, layout, binaries),
  })))
}

async function chainTip (member: Member, state: NetworkState, layout: NetworkLayout, binaries: FabricBinaries): Promise<{ height: number, blockHash: string }> {
  const output = await peerCommand(member, binaries, layout, ['channel', 'getinfo', '-c', state.consortium.channel], `The peer of ${member.name} could not be asked for its height`)
  const info: unknown = JSON.parse(output.slice(output.indexOf('{')))
  if (typeof info !== 'object' || info === null || !('height' in info) || !('currentBlockHash' in info) ||
    typeof info.height !== 'number' || typeof info.currentBlockHash !== 'string') {
    throw new NetworkError(`The peer of ${member.name} gave an answer of another form: ${output}`, { log: layout.log })
  }
  return { height: info.height, blockHash: Buffer.from(info.currentBlockHash, 'base64').toString('hex') }
}

/** The hash that block `number` gives for the block before it. */
async function previousHashOf (number: number, member: Member, state: NetworkState, layout: NetworkLayout, binaries: FabricBinaries): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'scrutin-status-'))
  try {
    const file = join(folder, 'block')
    await peerCommand(member, binaries, layout, ['channel', 'fetch', String(number), file, '-c', state.consortium.channel], `The peer of ${member.name} could not be asked for block ${number}`)
    const header = common.Block.deserializeBinary(await readFile(file)).getHeader()
    if (header === undefined) throw new Error(`block ${number} of ${member.name} has no header`)
    return Buffer.from(header.getPreviousHash_asU8()).toString('hex')
  } finally {
    await rm(folder, { recursive: true })
  }
}

async function processesOf (member: Member): Promise<ProcessStatus[]> {
  const processes = await Promise.all(processNames.map(async name => {
    const folder = member.folders[name]
    const { running, pid } = await processState(folder)
    return { name, running, pid: pid ?? null, log: logOf({ folder, name }), known: running || await hasLog(folder, name) }
  }))
  return processes.filter(process => process.known).map(({ known: _, ...process }) => process)
}

async function hasLog (folder: string, name: string): Promise<boolean> {
  return (await filesIn(folder)).includes(join(folder, `${name}.log`))
}

async function firstExpiry (folder: string): Promise<Date | undefined> {
  let first: Date | undefined
  for (const file of await filesIn(folder)) {
    if (!/[/](signcerts|tls)[/]cert\.pem$|[/]ca[/]tls-cert\.pem$/.test(file)) continue
    const expires = new Date(new X509Certificate(await readFile(file)).validTo)
    if (first === undefined || expires < first) first = expires
  }
  return first
}

async function filesIn (folder: string): Promise<string[]> {
  try {
    const entries = await readdir(folder, { recursive: true, withFileTypes: true })
    return entries.filter(entry => entry.isFile()).map(entry => join(entry.parentPath, entry.name))
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return []
    throw error
  }
}
