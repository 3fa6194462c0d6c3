import './silent-logging.ts'
import { readFile } from 'node:fs/promises'
import { Client } from 'fabric-common'
import { Gateway, type X509Identity } from 'fabric-network'
import { ScrutinError } from '../../../protocol/src/errors.ts'
import type { FabricLedgerConfig } from '../config.ts'
import { CommitFeed } from './commit-feed.ts'
import { ownPeer, readProfile } from './connection-profile.ts'
import type { DeliverService } from './deliver.ts'
import { NetworkMembers } from './network-members.ts'
import { OrdererProgress } from './orderer-progress.ts'
import { Pace } from './pace.ts'
import { peerClient } from './peer-client.ts'
import { Proposals } from './proposal.ts'
import { readIdentity } from './signing-identity.ts'

/** One channel, seen through the member's own peer, with one identity. */
export interface FabricConnection {
  readonly mspId: string
  readonly channel: string
  readonly chaincode: string
  readonly proposals: Proposals
  /** The own peer: its blocks, and its answers to queries. */
  readonly delivery: DeliverService
  readonly commits: CommitFeed
  readonly members: NetworkMembers
  /** How long endorsing takes. */
  readonly endorsingPace: Pace
  readonly progress: OrdererProgress
  readonly close: () => void
}

interface SharedConnection {
  readonly connecting: Promise<FabricConnection>
  users: number
}

const shared = new Map<string, SharedConnection>()

/**
 * One connection for each identity in a process: whoever asks again gets the same one. Once it is there it outlives
 * every restart of a peer or orderer.
 *
 * @returns the connection and what gives it back; it is closed when the last user has given it back
 * @throws ScrutinError `ledger.unavailable`, within some seconds, when the own peer can't be reached: to be tried again;
 * Error when a file of the configuration can't be read or used: trying again would not help
 */
export async function connect (config: FabricLedgerConfig): Promise<{ connection: FabricConnection, release: () => void }> {
  const key = JSON.stringify(config)
  const found = shared.get(key)
  const entry = found ?? { connecting: openConnection(config), users: 0 }
  if (found === undefined) shared.set(key, entry)
  entry.users++
  let released = false
  const release = (): void => {
    if (released) return
    released = true
    if (--entry.users > 0) return
    if (shared.get(key) === entry) shared.delete(key)
    void entry.connecting.then((connection) => { connection.close() }, () => {})
  }
  try {
    return { connection: await entry.connecting, release }
  } catch (error) {
    // whoever tries again must not meet this failure again
    if (shared.get(key) === entry) shared.delete(key)
    release()
    throw error
  }
}

async function openConnection (config: FabricLedgerConfig): Promise<FabricConnection> {
  const { mspId, channel, chaincode } = config
  const identity = await readIdentity(config)
  const delivery: DeliverService = { client: peerClient(ownPeer(await readProfile(config.connectionProfile), mspId)), identity, channel }
  const commits = new CommitFeed(delivery)
  const gateway = new Gateway()
  try {
    await commits.open()
    const members = await NetworkMembers.discover(delivery, chaincode)
    return {
      mspId,
      channel,
      chaincode,
      proposals: await openProposals(gateway, config, identity),
      delivery,
      commits,
      members,
      endorsingPace: new Pace(),
      progress: new OrdererProgress(),
      close: () => {
        commits.close()
        members.close()
        gateway.disconnect()
        delivery.client.close()
      },
    }
  } catch (error) {
    commits.close()
    gateway.disconnect()
    delivery.client.close()
    throw error instanceof ScrutinError ? error : new ScrutinError('ledger.unavailable', `no connection to a peer of ${mspId}`, { cause: error })
  }
}

/**
 * fabric-network makes the proposals. It opens no connection of its own: those it opens are not taken up again in time
 * when a peer or orderer was down, and tell what went wrong in words only.
 */
async function openProposals (gateway: Gateway, config: FabricLedgerConfig, identity: DeliverService['identity']): Promise<Proposals> {
  const x509: X509Identity = {
    type: 'X.509',
    mspId: config.mspId,
    credentials: { certificate: await readFile(config.certificate, 'utf8'), privateKey: await readFile(config.privateKey, 'utf8') },
  }
  await gateway.connect(new Client('scrutin'), { identity: x509, discovery: { enabled: false } })
  const network = await gateway.getNetwork(config.channel)
  if (gateway.identityContext === undefined) throw new Error('fabric-network has no identity')
  return new Proposals(network, gateway.identityContext, identity)
}
