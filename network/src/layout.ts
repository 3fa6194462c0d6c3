/**
 * Where everything of a running network lies. Each process has a folder of its
 * own (mode 0700), with its own keys, certificates and log; nothing is shared
 * but what is public.
 *
 *     DATA/network.json                what `up` has done
 *     DATA/channel/                    genesis block, what it was made from
 *     DATA/members/NAME/public/msp     the member's certificates, for all to see
 *     DATA/members/NAME/admin          the member's administrator: joins, approves
 *     DATA/members/NAME/{ca,orderer,peer,contract,gateway,registrar,trustee,auditor}
 */
import { join, resolve } from 'node:path'

export const defaultDataFolder = '.scrutin/network'

/** The root of the repository. */
export const repository = join(import.meta.dirname, '../..')

/** In the order they are started. */
export const processNames = ['ca', 'orderer', 'peer', 'contract', 'gateway', 'registrar', 'trustee'] as const
export type ProcessName = typeof processNames[number]

export interface NetworkLayout {
  readonly data: string
  /** Shows that a folder is a network's, before anything in it is removed. */
  readonly stateFile: string
  /** Locked by the command that works on the folder. */
  readonly lock: string
  readonly log: string
  readonly channel: string
  readonly genesisBlock: string
}

export function layoutOf (dataFolder: string): NetworkLayout {
  const data = resolve(dataFolder)
  return {
    data,
    stateFile: join(data, 'network.json'),
    lock: join(data, 'network.lock'),
    log: join(data, 'network.log'),
    channel: join(data, 'channel'),
    genesisBlock: join(data, 'channel/genesis.block'),
  }
}

export type MemberFolders = Readonly<Record<ProcessName | 'root' | 'public' | 'admin' | 'auditor', string>>

export function memberFolders (dataFolder: string, member: string): MemberFolders {
  const root = join(resolve(dataFolder), 'members', member)
  return {
    root,
    public: join(root, 'public'),
    admin: join(root, 'admin'),
    auditor: join(root, 'auditor'),
    ca: join(root, 'ca'),
    orderer: join(root, 'orderer'),
    peer: join(root, 'peer'),
    contract: join(root, 'contract'),
    gateway: join(root, 'gateway'),
    registrar: join(root, 'registrar'),
    trustee: join(root, 'trustee'),
  }
}

/** Where an orderer or a peer keeps its databases and its ledger, within its folder. */
export function dataOf (folder: string): string {
  return join(folder, 'data')
}
