/**
 * Whole blocks straight from any member's peer, with an identity of one's own: for those who verify and believe no
 * single member. Whatever the peer gives is unchecked here but for the blocks' numbers: hashes, signatures and
 * policies are checked by whoever reads the blocks.
 */
import { readFile } from 'node:fs/promises'
import Type, { type Static } from 'typebox'
import { ScrutinError } from '../../protocol/src/errors.ts'
import type { DeliverService } from './fabric/deliver.ts'
import { chainHeight, followBlocks } from './fabric/follow-blocks.ts'
import { peerClient } from './fabric/peer-client.ts'
import { readIdentity } from './fabric/signing-identity.ts'
import type { BlocksOptions, LedgerBlock } from './port.ts'

/** Which peer to ask, and as whom. All files are PEM. */
export const PeerConfig = Type.Object({
  channel: Type.String({ minLength: 1 }),
  mspId: Type.String({ minLength: 1 }),
  /** The Fabric identity that signs the requests: any member's, or one given to an outsider. */
  certificate: Type.String({ minLength: 1 }),
  privateKey: Type.String({ minLength: 1 }),
  peer: Type.Object({
    mspId: Type.String({ minLength: 1 }),
    /** host:port */
    address: Type.String({ pattern: '^[^\\s/]+:[0-9]{1,5}$' }),
    tlsRootCertificate: Type.String({ minLength: 1 }),
    /** The name in the peer's TLS certificate, where it is not the host of the address. */
    hostnameOverride: Type.Optional(Type.String({ minLength: 1 })),
  }, { additionalProperties: false }),
}, { additionalProperties: false })
export type PeerConfig = Static<typeof PeerConfig>

export interface BlockSource {
  readonly peer: { readonly mspId: string, readonly address: string }
  /**
   * Number of blocks the peer has, the genesis block included.
   *
   * @throws ScrutinError `ledger.unavailable` within 5 s, `ledger.refused` when the identity may not read the channel
   */
  height (): Promise<bigint>
  /**
   * Blocks in order; see `BlocksOptions`.
   *
   * @throws (from the iteration) `ledger.refused`; with `to`, `ledger.unavailable` when the peer fails for 20 s
   */
  blocks (options?: BlocksOptions): AsyncIterable<LedgerBlock>
  close (): void
}

/**
 * Connects when it is first asked for something: a peer that is down shows in `height` and `blocks`.
 *
 * @throws ScrutinError `ledger.unavailable` when a file of the configuration can't be used
 */
export async function openBlockSource (config: PeerConfig): Promise<BlockSource> {
  try {
    const { mspId, address, tlsRootCertificate, ...rest } = config.peer
    const client = peerClient({ mspId, address, tlsRoot: await readFile(tlsRootCertificate), ...rest })
    return new PeerBlockSource({ mspId, address }, { client, identity: await readIdentity(config), channel: config.channel })
  } catch (cause) {
    throw new ScrutinError('ledger.unavailable', `the peer at ${config.peer.address} can't be asked: ${cause instanceof Error ? cause.message : String(cause)}`, { cause })
  }
}

class PeerBlockSource implements BlockSource {
  readonly peer: BlockSource['peer']
  readonly #service: DeliverService
  readonly #closing = new AbortController()

  constructor (peer: BlockSource['peer'], service: DeliverService) {
    this.peer = peer
    this.#service = service
  }

  async height (): Promise<bigint> {
    return await chainHeight(this.#service, this.#closing.signal)
  }

  blocks ({ from = 0n, to, signal }: BlocksOptions = {}): AsyncIterable<LedgerBlock> {
    const signals = signal === undefined ? [this.#closing.signal] : [signal, this.#closing.signal]
    return followBlocks(this.#service, { kind: 'whole', from, ...to === undefined ? {} : { to }, signal: AbortSignal.any(signals) })
  }

  close (): void {
    this.#closing.abort()
    this.#service.client.close()
  }
}
