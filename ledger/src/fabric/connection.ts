import './silent-logging.ts'
import { readFile } from 'node:fs/promises'
import { type Contract, Gateway, type Network, type X509Identity } from 'fabric-network'
import { ScrutinError } from '../../../protocol/src/errors.ts'
import type { FabricLedgerConfig } from '../config.ts'
import { CommitFeed } from './commit-feed.ts'
import { ownPeer, readProfile } from './connection-profile.ts'
import type { DeliverService } from './deliver.ts'
import { KnownEndorsers } from './known-endorsers.ts'
import { askOwnPeer } from './own-peer.ts'
import { peerClient } from './peer-client.ts'
import { readIdentity } from './signing-identity.ts'

/** One channel, seen through the member's own peer, with one identity. */
export interface FabricConnection {
  readonly mspId: string
  readonly channel: string
  readonly chaincode: string
  readonly network: Network
  readonly contract: Contract
  /** Fabric's own chaincode that answers about the chain. */
  readonly systemContract: Contract
  /** Blocks from the own peer. */
  readonly delivery: DeliverService
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
    void entry.connecting.then(({ delivery }) => { delivery.client.close() }, () => {})
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
  const profile = await readProfile(config.connectionProfile)
  await gateway.connect(profile, {
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
    delivery: { client: peerClient(ownPeer(profile, mspId)), identity: await readIdentity(config), channel },
    commits,
    endorsers: new KnownEndorsers(contract)
  }
}
