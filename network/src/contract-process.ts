/** A member's contract: the chaincode run as a service, over TLS, by `fabric-chaincode-node server`. */
import { join } from 'node:path'
import { nodeEnvironment } from './cache-folder.ts'
import type { ContractPackage } from './chaincode-lifecycle.ts'
import { repository } from './layout.ts'
import { tlsFiles } from './member-material.ts'
import type { Member } from './member.ts'
import { host } from './ports.ts'
import type { ProcessSpec } from './processes.ts'

/** A batch of ballots is larger than the 4 MB gRPC allows by itself. */
const largestMessage = String(100 * 1024 * 1024)

/** @param chaincodeFolder holds the package.json whose main module exports `contracts` */
export function contractProcess (member: Member, contract: ContractPackage, chaincodeFolder: string): ProcessSpec {
  const folder = member.folders.contract
  const tls = tlsFiles(folder)
  return {
    name: 'contract',
    member: member.name,
    folder,
    command: process.execPath,
    args: [
      join(repository, 'node_modules/fabric-shim/cli.js'), 'server',
      '--chaincode-address', `${host}:${member.ports.contract}`,
      '--chaincode-id', contract.id,
      '--chaincode-tls-cert-file', tls.certificate,
      '--chaincode-tls-key-file', tls.privateKey,
      '--grpc.max_receive_message_length', largestMessage,
      '--grpc.max_send_message_length', largestMessage,
      '--module-path', chaincodeFolder,
    ],
    cwd: chaincodeFolder,
    env: nodeEnvironment(),
    ports: [member.ports.contract],
    ready: { kind: 'tcp', port: member.ports.contract },
  }
}
