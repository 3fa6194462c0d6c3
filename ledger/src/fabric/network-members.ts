import type { Client } from '@grpc/grpc-js'
import { MemberIdentities } from '../../../chain/src/member-identities.ts'
import { nativeCrypto } from '../../../chain/src/native-crypto.ts'
import { ScrutinError } from '../../../protocol/src/errors.ts'
import { Availability } from './availability.ts'
import type { DeliverService } from './deliver.ts'
import { discover, type Discovered, type EndorsementPlan } from './discovery.ts'
import { type PeerAddress, peerClient } from './peer-client.ts'

const refreshMilliseconds = 15_000
/** When something seems wrong, the peer may know better by now; not asked more often than this. */
const leastAgeMilliseconds = 2_000

/**
 * Who takes part: orderers and endorsers as the own peer's discovery told last, one gRPC connection for each, and who
 * of them failed lately. Asked anew every 15 s; while the peer can't tell, what it told last holds.
 */
export class NetworkMembers {
  readonly availability = new Availability()
  readonly #service: DeliverService
  readonly #chaincode: string
  readonly #clients = new Map<string, Client>()
  /** What identities were judged by is kept as long as the member's MSP stays the same. */
  readonly #identities = new Map<string, { readonly membership: Uint8Array, readonly identities: MemberIdentities | undefined }>()
  #discovered: Discovered
  #askedAt = performance.now()
  #asking = false
  #turn = 0
  readonly #timer: NodeJS.Timeout

  private constructor (service: DeliverService, chaincode: string, discovered: Discovered) {
    this.#service = service
    this.#chaincode = chaincode
    this.#discovered = discovered
    this.#timer = setInterval(() => { this.refresh() }, refreshMilliseconds).unref()
  }

  /** @throws ScrutinError as `discover` */
  static async discover (service: DeliverService, chaincode: string): Promise<NetworkMembers> {
    return new NetworkMembers(service, chaincode, await discover(service, chaincode))
  }

  get plan (): EndorsementPlan | undefined {
    return this.#discovered.plan
  }

  /** Who is an identity of the member; undefined when it is none of the channel, or has an MSP that no audit would take. */
  identitiesOf (mspId: string): MemberIdentities | undefined {
    const membership = this.#discovered.memberships.get(mspId)
    if (membership === undefined) return undefined
    const known = this.#identities.get(mspId)
    if (known !== undefined && Buffer.compare(known.membership, membership) === 0) return known.identities
    const identities = readMembership(membership)
    this.#identities.set(mspId, { membership, identities })
    return identities
  }

  /**
   * So many members must give the same refusal before it is believed: f + 1 of n, f = floor((n - 1) / 3), so that one of
   * them is honest. All members of the channel count, whoever is up.
   */
  get refusalsNeeded (): number {
    return Math.floor((this.#discovered.memberships.size - 1) / 3) + 1
  }

  endorser (address: string): PeerAddress | undefined {
    return this.#discovered.endorsers.find((endorser) => endorser.address === address)
  }

  orderer (address: string): PeerAddress | undefined {
    return this.#discovered.orderers.find((orderer) => orderer.address === address)
  }

  /** The own member's first, the others by turns, those that failed lately at the end. */
  orderersInTurn (): string[] {
    const turn = this.#turn++
    const { orderers } = this.#discovered
    return orderers.map(({ mspId, address }, index) => ({
      address,
      place: (mspId === this.#service.identity.mspId ? 0 : 1 + (index + turn) % orderers.length) + this.availability.rank(address) * 1_000
    })).sort((a, b) => a.place - b.place).map(({ address }) => address)
  }

  /** How little one would rather ask each endorser: as for the orderers. One ranking for one transaction. */
  rankEndorsers (): (address: string) => number {
    const turn = this.#turn++
    const { endorsers } = this.#discovered
    const ranks = new Map(endorsers.map(({ mspId, address }, index) => [address,
      (mspId === this.#service.identity.mspId ? 0 : 1 + (index + turn) % endorsers.length) + this.availability.rank(address) * 1_000]))
    return (address) => ranks.get(address) ?? 10_000
  }

  client (member: PeerAddress): Client {
    const key = JSON.stringify([member.address, Buffer.from(member.tlsRoot).toString('base64')])
    const client = this.#clients.get(key) ?? peerClient(member)
    this.#clients.set(key, client)
    return client
  }

  /** In the background; what is known meanwhile stays. */
  refresh (): void {
    if (this.#asking || performance.now() - this.#askedAt < leastAgeMilliseconds) return
    this.#asking = true
    this.#askedAt = performance.now()
    void discover(this.#service, this.#chaincode)
      .then((discovered) => {
        this.#discovered = discovered.plan !== undefined
          ? discovered
          : { ...discovered, plan: this.#discovered.plan, endorsers: this.#discovered.endorsers }
        this.#closeUnused()
      })
      // the own peer does not answer: asked again at the next turn
      .catch(() => {})
      .finally(() => { this.#asking = false })
  }

  close (): void {
    clearInterval(this.#timer)
    for (const client of this.#clients.values()) client.close()
    this.#clients.clear()
  }

  /** An address or a TLS root that nobody has any more. */
  #closeUnused (): void {
    const used = new Set([...this.#discovered.orderers, ...this.#discovered.endorsers].map((member) =>
      JSON.stringify([member.address, Buffer.from(member.tlsRoot).toString('base64')])))
    for (const [key, client] of this.#clients) {
      if (used.has(key)) continue
      client.close()
      this.#clients.delete(key)
    }
  }
}

function readMembership (membership: Uint8Array): MemberIdentities | undefined {
  try {
    return new MemberIdentities(nativeCrypto, [membership])
  } catch (error) {
    if (error instanceof ScrutinError) return undefined
    throw error
  }
}
