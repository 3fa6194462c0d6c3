/** The channel: its genesis block, made from the members' public certificates, and joining it. */
import { access, mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { stringify } from 'yaml'
import type { Consortium } from './consortium.ts'
import type { FabricBinaries } from './fabric-binaries.ts'
import type { NetworkLayout } from './layout.ts'
import { identityFiles, tlsFiles } from './member-material.ts'
import type { Member } from './member.ts'
import { NetworkError } from './network-error.ts'
import { peerCommand } from './peer-command.ts'
import { host, hostName } from './ports.ts'
import { putInPlace } from './private-files.ts'
import { runProgram } from './run-program.ts'

const profile = 'Scrutin'

/** Makes the genesis block, once: from then on it *is* the network. */
export async function makeGenesisBlock (consortium: Consortium, members: readonly Member[], layout: NetworkLayout, binaries: FabricBinaries): Promise<void> {
  if (await access(layout.genesisBlock).then(() => true, () => false)) return
  await mkdir(layout.channel, { recursive: true, mode: 0o700 })
  await writeFile(join(layout.channel, 'configtx.yaml'), stringify(configtx(consortium, members), { aliasDuplicateObjects: false }))
  const partial = `${layout.genesisBlock}.partial`
  await runProgram({
    program: binaries.programs.configtxgen,
    args: ['-profile', profile, '-channelID', consortium.channel, '-configPath', layout.channel, '-outputBlock', partial],
    log: layout.log,
    failure: 'The genesis block could not be made',
  })
  await putInPlace(partial, layout.genesisBlock)
}

/** A member's orderer takes up the channel. */
export async function joinOrderer (consortium: Consortium, member: Member, layout: NetworkLayout, binaries: FabricBinaries): Promise<void> {
  const tls = tlsFiles(member.folders.admin)
  const output = await runProgram({
    program: binaries.programs.osnadmin,
    args: ['channel', 'join', '--channelID', consortium.channel, '--config-block', layout.genesisBlock,
      '-o', `${host}:${member.ports.ordererAdmin}`, '--ca-file', tls.root, '--client-cert', tls.certificate, '--client-key', tls.privateKey],
    log: layout.log,
    failure: `The orderer of ${member.name} could not join the channel`,
  })
  // osnadmin ends with 0 whatever the orderer answers
  const status = /Status: (\d+)/.exec(output)?.[1]
  const joinedBefore = status === '405' && output.includes('channel already exists')
  if (status !== '201' && !joinedBefore) {
    throw new NetworkError(`The orderer of ${member.name} could not join the channel: osnadmin says ${output.trim()}`, { log: layout.log })
  }
}

/** A member's peer takes up the channel. */
export async function joinPeer (member: Member, layout: NetworkLayout, binaries: FabricBinaries): Promise<void> {
  try {
    await peerCommand(member, binaries, layout, ['channel', 'join', '-b', layout.genesisBlock], `The peer of ${member.name} could not join the channel`)
  } catch (error) {
    if (!(error instanceof NetworkError && error.lastLines.some(line => line.includes('already exists with state [ACTIVE]')))) throw error
  }
}

function configtx (consortium: Consortium, members: readonly Member[]): object {
  const organizations = members.map(organization)
  const anyAndMajority = (extra: object = {}): object => ({
    Readers: implicit('ANY Readers'),
    Writers: implicit('ANY Writers'),
    Admins: implicit('MAJORITY Admins'),
    ...extra,
  })
  return {
    Profiles: {
      [profile]: {
        Policies: anyAndMajority(),
        Capabilities: { V3_0: true },
        Orderer: {
          OrdererType: consortium.ordering.type,
          BatchTimeout: consortium.ordering.batchTimeout,
          BatchSize: {
            MaxMessageCount: consortium.ordering.maxMessageCount,
            AbsoluteMaxBytes: '10 MB',
            PreferredMaxBytes: '2 MB',
          },
          ...consensus(consortium, members),
          Organizations: organizations,
          // for BFT, configtxgen puts the quorum of the consenters in its place
          Policies: anyAndMajority({ BlockValidation: implicit('ANY Writers') }),
          Capabilities: { V2_0: true },
        },
        Application: {
          Organizations: organizations,
          Policies: anyAndMajority({
            LifecycleEndorsement: implicit('MAJORITY Endorsement'),
            Endorsement: implicit(`${consortium.policies.endorsement} Endorsement`),
          }),
          Capabilities: { V2_5: true },
        },
      },
    },
  }
}

function consensus (consortium: Consortium, members: readonly Member[]): object {
  const consenters = members.map((member, index) => {
    const tls = tlsFiles(member.folders.orderer).certificate
    return { ID: index + 1, Host: hostName, Port: member.ports.orderer, MSPID: member.mspId, Identity: identityFiles(join(member.folders.orderer, 'msp')).certificate, ClientTLSCert: tls, ServerTLSCert: tls }
  })
  if (consortium.ordering.type === 'etcdraft') {
    return {
      EtcdRaft: {
        Consenters: consenters.map(({ Host, Port, ClientTLSCert, ServerTLSCert }) => ({ Host, Port, ClientTLSCert, ServerTLSCert })),
        Options: { TickInterval: '500ms', ElectionTick: 10, HeartbeatTick: 1, MaxInflightBlocks: 5, SnapshotIntervalSize: '16 MB' },
      },
    }
  }
  return {
    ConsenterMapping: consenters,
    SmartBFT: {
      RequestBatchMaxCount: consortium.ordering.maxMessageCount,
      RequestBatchMaxBytes: 10 * 1024 * 1024,
      // this, not BatchTimeout, is how long BFT waits before it cuts a block
      RequestBatchMaxInterval: consortium.ordering.batchTimeout,
      IncomingMessageBufferSize: 200,
      RequestPoolSize: 1000,
      // measured (network/README.md): with these, voting goes on three to five seconds after the leader's death
      RequestForwardTimeout: '100ms',
      RequestComplainTimeout: '3s',
      RequestAutoRemoveTimeout: '3m',
      ViewChangeResendInterval: '1s',
      ViewChangeTimeout: '5s',
      LeaderHeartbeatTimeout: '4s',
      LeaderHeartbeatCount: 10,
      CollectTimeout: '1s',
      SyncOnStart: false,
      SpeedUpViewChange: false,
    },
  }
}

function organization (member: Member): object {
  const anyOf = (...kinds: string[]): object => ({ Type: 'Signature', Rule: `OR(${kinds.map(kind => `'${member.mspId}.${kind}'`).join(', ')})` })
  return {
    Name: member.mspId,
    ID: member.mspId,
    MSPDir: join(member.folders.public, 'msp'),
    Policies: {
      Readers: anyOf('admin', 'peer', 'orderer', 'client'),
      Writers: anyOf('admin', 'orderer', 'client'),
      Admins: anyOf('admin'),
      Endorsement: anyOf('peer'),
    },
    OrdererEndpoints: [`${hostName}:${member.ports.orderer}`],
    AnchorPeers: [{ Host: hostName, Port: member.ports.peer }],
  }
}

function implicit (rule: string): object {
  return { Type: 'ImplicitMeta', Rule: rule }
}
