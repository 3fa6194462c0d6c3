/** Whether every peer sees every other: clients that ask any of them then learn of all. */
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Consortium } from './consortium.ts'
import type { FabricBinaries } from './fabric-binaries.ts'
import { inParallel } from './in-parallel.ts'
import type { NetworkLayout } from './layout.ts'
import { identityFiles, publicTlsRoot } from './member-material.ts'
import type { Member } from './member.ts'
import { NetworkError } from './network-error.ts'
import { hostName } from './ports.ts'
import { logOf } from './processes.ts'
import { runProgram } from './run-program.ts'

const limitMilliseconds = 60_000

/** @throws {NetworkError} when after a minute a peer still misses another, with its contract */
export async function waitUntilMembersMeet (consortium: Consortium, members: readonly Member[], layout: NetworkLayout, binaries: FabricBinaries): Promise<void> {
  await inParallel(members, async member => {
    const start = performance.now()
    for (;;) {
      const seen = await membersSeenBy(member, consortium, layout, binaries).catch((error: unknown) => nobody(error, start))
      const missing = members.filter(other => !seen.has(other.mspId))
      if (missing.length === 0) return
      if (performance.now() - start > limitMilliseconds) {
        throw new NetworkError(`The peer of ${member.name} does not see that of ${missing.map(other => other.name).join(', ')}`, {
          log: logOf({ folder: member.folders.peer, name: 'peer' }),
        })
      }
      await sleep(500)
    }
  })
}

/** A peer that does not answer at this moment sees nobody yet; one that has not answered in all the time is a failure. */
function nobody (error: unknown, start: number): Set<string> {
  if (error instanceof NetworkError && performance.now() - start < limitMilliseconds) return new Set()
  throw error
}

/** MSP ids of the members whose peer, with the contract installed, this member's peer knows of. */
async function membersSeenBy (member: Member, consortium: Consortium, layout: NetworkLayout, binaries: FabricBinaries): Promise<Set<string>> {
  const identity = identityFiles(join(member.folders.admin, 'msp'))
  const output = await runProgram({
    program: binaries.programs.discover,
    args: ['--peerTLSCA', publicTlsRoot(member.folders), '--userKey', identity.privateKey, '--userCert', identity.certificate, '--MSP', member.mspId,
      'peers', '--channel', consortium.channel, '--server', `${hostName}:${member.ports.peer}`],
    log: layout.log,
    failure: `The peer of ${member.name} could not be asked for its neighbours`,
  })
  const seen = new Set<string>()
  const peers: unknown = JSON.parse(output)
  for (const peer of Array.isArray(peers) ? peers as unknown[] : []) {
    if (typeof peer === 'object' && peer !== null &&
      'MSPID' in peer && typeof peer.MSPID === 'string' &&
      'Chaincodes' in peer && Array.isArray(peer.Chaincodes) && peer.Chaincodes.includes(consortium.chaincode)) {
      seen.add(peer.MSPID)
    }
  }
  return seen
}
