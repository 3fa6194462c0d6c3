/**
 * What the own peer's discovery service tells: the orderers, and whose endorsements a transaction needs
 * (fabric-protos, `discovery/protocol.proto`). The own peer is the one this member relies on.
 */
import { discovery, gossip, msp, peer } from '@hyperledger/fabric-protos'
import { ScrutinError } from '../../../protocol/src/errors.ts'
import { asUnavailable, call } from './call-peer.ts'
import type { DeliverService } from './deliver.ts'
import type { PeerAddress } from './peer-client.ts'

/** Who could endorse, in groups, and how many of each group suffice together. Endorsers go by their address. */
export interface EndorsementPlan {
  readonly groups: ReadonlyMap<string, readonly string[]>
  readonly layouts: ReadonlyArray<ReadonlyMap<string, number>>
}

export interface Discovered {
  readonly orderers: readonly PeerAddress[]
  readonly endorsers: readonly PeerAddress[]
  /** Missing when the peers that are up can't fulfil the policy. */
  readonly plan: EndorsementPlan | undefined
  /** Each member's MSP as the channel has it: a serialised `msp.MSPConfig`. */
  readonly memberships: ReadonlyMap<string, Uint8Array>
}

const milliseconds = 5_000

/** @throws ScrutinError `ledger.unavailable`, `ledger.timeout` (5 s), `ledger.refused` when the peer does not let this identity ask */
export async function discover (service: DeliverService, chaincode: string): Promise<Discovered> {
  const { identity, channel } = service
  const auth = new discovery.AuthInfo()
  auth.setClientIdentity(identity.creator)
  const request = new discovery.Request()
  request.setAuthentication(auth)
  request.setQueriesList([configQuery(channel), chaincodeQuery(channel, chaincode)])
  const signed = new discovery.SignedRequest()
  signed.setPayload(request.serializeBinary())
  signed.setSignature(identity.sign(signed.getPayload_asU8()))
  const answer = await call(service.client, '/discovery.Discovery/Discover', signed.serializeBinary(), milliseconds)
    .catch((cause: unknown) => { throw asUnavailable(cause, `the peer of ${identity.mspId} does not tell who takes part`) })
  return readAnswer(discovery.Response.deserializeBinary(answer))
}

function configQuery (channel: string): discovery.Query {
  const query = new discovery.Query()
  query.setChannel(channel)
  query.setConfigQuery(new discovery.ConfigQuery())
  return query
}

function chaincodeQuery (channel: string, chaincode: string): discovery.Query {
  const called = new peer.ChaincodeCall()
  called.setName(chaincode)
  const interest = new peer.ChaincodeInterest()
  interest.setChaincodesList([called])
  const chaincodes = new discovery.ChaincodeQuery()
  chaincodes.setInterestsList([interest])
  const query = new discovery.Query()
  query.setChannel(channel)
  query.setCcQuery(chaincodes)
  return query
}

/** The results stand in the order of the queries. */
function readAnswer (response: discovery.Response): Discovered {
  const [configResult, chaincodeResult] = response.getResultsList()
  const config = configResult?.getConfigResult()
  if (config === undefined) throw new ScrutinError('ledger.refused', `discovery: ${configResult?.getError()?.getContent() ?? 'no answer'}`)
  const tlsRoots = new Map<string, Uint8Array>()
  const memberships = new Map<string, Uint8Array>()
  config.getMspsMap().forEach((member, mspId) => {
    tlsRoots.set(mspId, Buffer.concat([...member.getTlsRootCertsList_asU8(), ...member.getTlsIntermediateCertsList_asU8()].flatMap(inLines)))
    const membership = new msp.MSPConfig()
    membership.setConfig(member.serializeBinary())
    memberships.set(mspId, membership.serializeBinary())
  })
  const addressed = (mspId: string, address: string): PeerAddress => ({ mspId, address, tlsRoot: tlsRoots.get(mspId) ?? new Uint8Array() })
  const orderers: PeerAddress[] = []
  config.getOrderersMap().forEach((endpoints, mspId) => {
    for (const endpoint of endpoints.getEndpointList()) orderers.push(addressed(mspId, `${endpoint.getHost()}:${endpoint.getPort()}`))
  })
  const descriptor = chaincodeResult?.getCcQueryRes()?.getContentList()[0]
  const endorsers = new Map<string, PeerAddress>()
  const groups = new Map<string, string[]>()
  descriptor?.getEndorsersByGroupsMap().forEach((peers, group) => {
    const found = peers.getPeersList().flatMap(addressOf)
    for (const { mspId, address } of found) endorsers.set(address, addressed(mspId, address))
    groups.set(group, found.map(({ address }) => address))
  })
  const layouts = descriptor?.getLayoutsList().map((layout) => {
    const quantities = new Map<string, number>()
    layout.getQuantitiesByGroupMap().forEach((quantity, group) => { quantities.set(group, quantity) })
    return quantities
  })
  return { orderers, endorsers: [...endorsers.values()], plan: layouts === undefined ? undefined : { groups, layouts }, memberships }
}

/** A peer that gossip has not described yet has no address to ask at. */
function addressOf (found: discovery.Peer): Array<{ mspId: string, address: string }> {
  const membership = found.getMembershipInfo()
  if (membership === undefined) return []
  const address = gossip.GossipMessage.deserializeBinary(membership.getPayload_asU8()).getAliveMsg()?.getMembership()?.getEndpoint()
  const mspId = msp.SerializedIdentity.deserializeBinary(found.getIdentity_asU8()).getMspid()
  return address === undefined || address === '' ? [] : [{ mspId, address }]
}

function inLines (pem: Uint8Array): Uint8Array[] {
  return [pem, Buffer.from('\n')]
}
