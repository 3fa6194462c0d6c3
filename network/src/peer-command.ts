/** The command `peer`, run as the member's administrator against the member's own peer. */
import { join } from 'node:path'
import type { FabricBinaries } from './fabric-binaries.ts'
import type { NetworkLayout } from './layout.ts'
import { publicTlsRoot } from './member-material.ts'
import type { Member } from './member.ts'
import { host } from './ports.ts'
import { runProgram } from './run-program.ts'

/**
 * @returns what the command wrote to stdout
 * @throws {NetworkError} when it ends otherwise than with 0
 */
export async function peerCommand (member: Member, binaries: FabricBinaries, layout: NetworkLayout, args: readonly string[], failure: string): Promise<string> {
  return await runProgram({
    program: binaries.programs.peer,
    args,
    env: {
      FABRIC_CFG_PATH: member.folders.peer,
      FABRIC_LOGGING_SPEC: 'warn',
      CORE_PEER_MSPCONFIGPATH: join(member.folders.admin, 'msp'),
      CORE_PEER_ADDRESS: `${host}:${member.ports.peer}`,
      CORE_PEER_TLS_ROOTCERT_FILE: publicTlsRoot(member.folders),
    },
    log: layout.log,
    failure,
  })
}

/** The options that send a transaction through the member's own orderer. */
export function ordererOptions (member: Member): string[] {
  return ['-o', `${host}:${member.ports.orderer}`, '--tls', '--cafile', publicTlsRoot(member.folders)]
}
