/** A member's peer: its configuration (after Fabric's sample `core.yaml`) and its process. */
import { mkdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { parse, stringify } from 'yaml'
import type { ConsortiumMember } from './consortium.ts'
import type { FabricBinaries } from './fabric-binaries.ts'
import { dataOf } from './layout.ts'
import { tlsFiles } from './member-material.ts'
import { host, hostName, type MemberPorts } from './ports.ts'
import { writePrivate } from './private-files.ts'
import { plainLog, type ProcessSpec } from './processes.ts'

/** What is the same for every peer. */
const template = join(import.meta.dirname, '../templates/core.yaml')
const externalBuilder = join(import.meta.dirname, '../external-builder')

export function peerProcess (member: ConsortiumMember, folder: string, ports: MemberPorts, binaries: FabricBinaries): ProcessSpec {
  return {
    name: 'peer',
    member: member.name,
    folder,
    command: binaries.programs.peer,
    args: ['node', 'start'],
    cwd: folder,
    env: { FABRIC_CFG_PATH: folder, FABRIC_LOGGING_SPEC: 'info', FABRIC_LOGGING_FORMAT: plainLog },
    ports: [ports.peer, ports.peerChaincode, ports.peerOperations],
    // it says that it is well before it listens to anybody
    ready: { kind: 'http', port: ports.peerOperations, path: '/healthz', otherPorts: [ports.peer] },
  }
}

export async function writePeerConfig (member: ConsortiumMember, folder: string, ports: MemberPorts): Promise<void> {
  const tls = tlsFiles(folder)
  const data = dataOf(folder)
  await mkdir(data, { recursive: true, mode: 0o700 })
  const address = `${host}:${ports.peer}`
  const config: unknown = parse(await readFile(template, 'utf8'))
  const own = {
    peer: {
      id: `peer.${member.name}`,
      listenAddress: address,
      address,
      chaincodeListenAddress: `${host}:${ports.peerChaincode}`,
      chaincodeAddress: `${host}:${ports.peerChaincode}`,
      // without an external endpoint, discovery by other members would not see the peer
      gossip: { bootstrap: address, endpoint: address, externalEndpoint: `${hostName}:${ports.peer}` },
      tls: {
        enabled: true,
        cert: { file: tls.certificate },
        key: { file: tls.privateKey },
        rootcert: { file: tls.root },
      },
      fileSystemPath: data,
      mspConfigPath: join(folder, 'msp'),
      localMspId: member.mspId,
    },
    chaincode: { externalBuilders: [{ name: 'scrutin', path: externalBuilder }] },
    ledger: { snapshots: { rootDir: join(data, 'snapshots') } },
    operations: { listenAddress: `${host}:${ports.peerOperations}` },
  }
  await writePrivate(join(folder, 'core.yaml'), stringify(merged(config, own)))
}

/** The second over the first, mapping by mapping. */
function merged (base: unknown, over: unknown): unknown {
  if (!isMapping(base) || !isMapping(over)) return over
  const result: Record<string, unknown> = { ...base }
  for (const [key, value] of Object.entries(over)) result[key] = key in base ? merged(base[key], value) : value
  return result
}

function isMapping (value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
