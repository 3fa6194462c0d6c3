/** Which process of which member listens where. Everything binds to the loopback address. */
import { createServer } from 'node:net'

/** What everything binds to. */
export const host = '127.0.0.1'

/** What clients are told to connect to: TLS wants a name, not a number (RFC 6066). */
export const hostName = 'localhost'

/** Consecutive ports set aside for each member; some are left for what comes later. */
export const portsPerMember = 20

const offsets = {
  ca: 0,
  caOperations: 1,
  orderer: 2,
  ordererAdmin: 3,
  ordererOperations: 4,
  peer: 5,
  peerChaincode: 6,
  peerOperations: 7,
  contract: 8,
  gateway: 9,
  registrar: 10,
  trustee: 11,
  gatewayMetrics: 12,
  booth: 13,
} as const

export type MemberPorts = Readonly<Record<keyof typeof offsets, number>>

/** @param index the member's place in `consortium.yaml`, from 0 */
export function portsOfMember (base: number, index: number): MemberPorts {
  const first = base + index * portsPerMember
  return {
    ca: first + offsets.ca,
    caOperations: first + offsets.caOperations,
    orderer: first + offsets.orderer,
    ordererAdmin: first + offsets.ordererAdmin,
    ordererOperations: first + offsets.ordererOperations,
    peer: first + offsets.peer,
    peerChaincode: first + offsets.peerChaincode,
    peerOperations: first + offsets.peerOperations,
    contract: first + offsets.contract,
    gateway: first + offsets.gateway,
    registrar: first + offsets.registrar,
    trustee: first + offsets.trustee,
    gatewayMetrics: first + offsets.gatewayMetrics,
    booth: first + offsets.booth,
  }
}

/** True when nothing listens on this port of the loopback address. */
export async function portIsFree (port: number): Promise<boolean> {
  return await new Promise(resolve => {
    const server = createServer()
    server.once('error', () => { resolve(false) })
    server.listen(port, host, () => { server.close(() => { resolve(true) }) })
  })
}
