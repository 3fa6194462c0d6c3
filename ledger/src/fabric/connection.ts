import './silent-logging.ts'
import { readFile } from 'node:fs/promises'
import { type Contract, Gateway, type Network, type X509Identity } from 'fabric-network'
import { ScrutinError } from '../../../protocol/src/errors.ts'
import type { FabricLedgerConfig } from '../config.ts'
import { CommitFeed } from './commit-feed.ts'
import { KnownEndorsers } from './known-endorsers.ts'
import { askOwnPeer } from './own-peer.ts'

/** One channel, seen through the member's own peer, with one identity. */
export interface FabricConnection {
  readonly mspId: string
  readonly channel: string
  readonly chaincode: string
  readonly network: Network
  readonly contract: Contract
  /** Fabric's own chaincode that answers about the chain. */
  readonly systemContract: Contract
  readonly commits: CommitFeed
  readonly endorsers: KnownEndorsers
}

interface SharedConnection {
  readonly gateway: Gateway
  readonly connecting: Promise<FabricConnection>
  users: number
}

const shared = new Map<string, SharedConnection>()

/**
 * One connection for each identity in a process: whoever asks again gets the same one.
 *
 * @returns the connection and what gives it back; it is closed when the last user has given it back
 * @throws ScrutinError `ledger.unavailable` when the peer can't be reached
 */
export async function connect (config: FabricLedgerConfig): Promise<{ connection: FabricConnection, release: () => void }> {
  const key = JSON.stringify(config)
  const found = shared.get(key)
  const entry = found ?? openConnection(config)
  if (found === undefined) shared.set(key, entry)
  entry.users++
  let released = false
  const release = (): void => {
    if (released) return
    released = true
    if (--entry.users > 0) return
    shared.delete(key)
    entry.gateway.disconnect()
  }
  try {
    return { connection: await entry.connecting, release }
  } catch (cause) {
    release()
    throw cause instanceof ScrutinError ? cause : new ScrutinError('ledger.unavailable', `no connection to a peer of ${config.mspId}`, { cause })
  }
}

function openConnection (config: FabricLedgerConfig): SharedConnection {
  const gateway = new Gateway()
  return { gateway, connecting: connectGateway(gateway, config), users: 0 }
}

async function connectGateway (gateway: Gateway, config: FabricLedgerConfig): Promise<FabricConnection> {
  const { mspId, channel, chaincode } = config
  const identity: X509Identity = {
    type: 'X.509',
    mspId,
    credentials: {
      certificate: await readFile(config.certificate, 'utf8'),
      privateKey: await readFile(config.privateKey, 'utf8'),
    },
  }
  await gateway.connect(await readProfile(config.connectionProfile), {
    identity,
    discovery: { enabled: true, asLocalhost: false },
    queryHandlerOptions: { strategy: (network) => askOwnPeer(network, mspId), timeout: 30 },
    // commitTimeout is how long an orderer may take to accept; the wait for the commit is our own (own-peer-commit.ts)
    eventHandlerOptions: { endorseTimeout: 30, commitTimeout: 15 },
  })
  const network = await gateway.getNetwork(channel)
  const commits = new CommitFeed(network)
  await commits.open()
  const contract = network.getContract(chaincode)
  return {
    mspId,
    channel,
    chaincode,
    network,
    contract,
    systemContract: network.getContract('qscc'),
    commits,
    endorsers: new KnownEndorsers(contract)
  }
}

async function readProfile (file: string): Promise<Record<string, unknown>> {
  const profile: unknown = JSON.parse(await readFile(file, 'utf8'))
  if (typeof profile !== 'object' || profile === null) throw new Error(`${file} is not a connection profile`)
  return { ...profile }
}
