/** A member's orderer: its configuration (after Fabric's sample `orderer.yaml`) and its process. */
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { stringify } from 'yaml'
import type { Consortium, ConsortiumMember } from './consortium.ts'
import type { FabricBinaries } from './fabric-binaries.ts'
import { dataOf } from './layout.ts'
import { tlsFiles } from './member-material.ts'
import { host, type MemberPorts } from './ports.ts'
import { writePrivate } from './private-files.ts'
import { plainLog, type ProcessSpec } from './processes.ts'

export function ordererProcess (member: ConsortiumMember, folder: string, ports: MemberPorts, binaries: FabricBinaries): ProcessSpec {
  return {
    name: 'orderer',
    member: member.name,
    folder,
    command: binaries.programs.orderer,
    args: [],
    cwd: folder,
    env: { FABRIC_CFG_PATH: folder, FABRIC_LOGGING_SPEC: 'info', FABRIC_LOGGING_FORMAT: plainLog },
    ports: [ports.orderer, ports.ordererAdmin, ports.ordererOperations],
    ready: { kind: 'http', port: ports.ordererOperations, path: '/healthz', otherPorts: [ports.orderer, ports.ordererAdmin] },
  }
}

export async function writeOrdererConfig (consortium: Consortium, member: ConsortiumMember, folder: string, ports: MemberPorts): Promise<void> {
  const tls = tlsFiles(folder)
  const data = dataOf(folder)
  await mkdir(data, { recursive: true, mode: 0o700 })
  await writePrivate(join(folder, 'orderer.yaml'), stringify({
    General: {
      ListenAddress: host,
      ListenPort: ports.orderer,
      TLS: {
        Enabled: true,
        PrivateKey: tls.privateKey,
        Certificate: tls.certificate,
        RootCAs: [tls.root],
        ClientAuthRequired: false,
      },
      // peers ask every 10 s whether it still answers
      Keepalive: { ServerMinInterval: '5s', ServerInterval: '7200s', ServerTimeout: '20s' },
      MaxRecvMsgSize: 104857600,
      MaxSendMsgSize: 104857600,
      Cluster: {
        SendBufferSize: 100,
        ClientCertificate: tls.certificate,
        ClientPrivateKey: tls.privateKey,
      },
      BootstrapMethod: 'none',
      LocalMSPDir: join(folder, 'msp'),
      LocalMSPID: member.mspId,
      BCCSP: { Default: 'SW', SW: { Hash: 'SHA2', Security: 256 } },
      Authentication: { TimeWindow: '15m' },
    },
    FileLedger: { Location: join(data, 'ledger') },
    Operations: { ListenAddress: `${host}:${ports.ordererOperations}`, TLS: { Enabled: false } },
    // on the operations port, which only this machine reaches; they say who leads (ordering-leader.ts)
    Metrics: { Provider: 'prometheus' },
    Admin: {
      ListenAddress: `${host}:${ports.ordererAdmin}`,
      TLS: {
        Enabled: true,
        PrivateKey: tls.privateKey,
        Certificate: tls.certificate,
        RootCAs: [tls.root],
        ClientAuthRequired: true,
        ClientRootCAs: [tls.root],
      },
    },
    ChannelParticipation: { Enabled: true, MaxRequestBodySize: '1 MB' },
    Consensus: {
      // Fabric's sample lacks it, so no environment variable could set it
      Type: consortium.ordering.type,
      WALDir: join(data, 'wal'),
      SnapDir: join(data, 'snapshot'),
    },
  }))
}
