/**
 * What a client of `fabric-network` starts from: the member's own peer and
 * orderer, with their TLS root. Discovery tells it the rest, over TLS roots
 * that stand in the channel's configuration. No secret in it.
 */
import { readFile } from 'node:fs/promises'
import { publicTlsRoot } from './member-material.ts'
import type { Member } from './member.ts'
import { hostName } from './ports.ts'

export async function connectionProfile (member: Member, network: string): Promise<object> {
  const tlsCACerts = { pem: await readFile(publicTlsRoot(member.folders), 'utf8') }
  const peer = `peer.${member.name}`
  const orderer = `orderer.${member.name}`
  return {
    name: network,
    version: '1.0.0',
    client: {
      organization: member.mspId,
      connection: { timeout: { peer: { endorser: '30' }, orderer: '30' } },
    },
    organizations: { [member.mspId]: { mspid: member.mspId, peers: [peer] } },
    peers: { [peer]: { url: `grpcs://${hostName}:${member.ports.peer}`, tlsCACerts } },
    orderers: { [orderer]: { url: `grpcs://${hostName}:${member.ports.orderer}`, tlsCACerts } },
  }
}
