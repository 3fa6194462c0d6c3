/**
 * The Deliver service of one peer (fabric-protos, `peer/events.proto`): blocks as the peer holds them, from a number on.
 * Here for one call of the service; `follow-blocks.ts` calls again when it was cut off.
 */
import type { Client, ClientDuplexStream } from '@grpc/grpc-js'
import { common, orderer, peer } from '@hyperledger/fabric-protos'
import { ScrutinError } from '../../../protocol/src/errors.ts'
import { type SigningIdentity, signedEnvelope } from './signing-identity.ts'

/** Whole blocks, or only what became of their transactions. */
export type BlockKind = 'whole' | 'filtered'

/** A peer's Deliver service, as one identity sees one channel. */
export interface DeliverService {
  readonly client: Client
  readonly identity: SigningIdentity
  readonly channel: string
}

export interface Delivered {
  readonly number: bigint
  /** `common.Block` or `peer.FilteredBlock`, byte for byte as it came: never parsed and serialised again. */
  readonly bytes: Uint8Array
}

export interface Seek {
  readonly kind: BlockKind
  /** First block; `newest` is the last the peer has. */
  readonly from: bigint | 'newest'
  /** Last block; without it, the peer goes on with each new one. */
  readonly to?: bigint | 'newest'
  readonly signal: AbortSignal
}

const methods = { whole: '/protos.Deliver/Deliver', filtered: '/protos.Deliver/DeliverFiltered' } as const
/** Key of the one field in a `peer.DeliverResponse` (number << 3 | 2): `block` is number 2, `filtered_block` number 3. */
const fieldKeys = { whole: 0x12, filtered: 0x1a } as const

/**
 * Ends after the block `to`.
 *
 * @throws ScrutinError `ledger.refused` when the peer does not let this identity read the channel; `ledger.unavailable`
 * when it knows no such channel or gives what was not asked for. Else gRPC's error, also when `signal` is aborted.
 */
export async function * deliver (service: DeliverService, seek: Seek): AsyncGenerator<Delivered> {
  const { kind, from, to, signal } = seek
  const request = signedEnvelope(service.identity, service.channel, common.HeaderType.DELIVER_SEEK_INFO, seekInfo(from, to).serializeBinary())
  const stream: ClientDuplexStream<common.Envelope, Uint8Array> = service.client.makeBidiStreamRequest(
    methods[kind], (envelope: common.Envelope) => Buffer.from(envelope.serializeBinary()), (bytes: Buffer) => new Uint8Array(bytes))
  const abort = (): void => { stream.cancel() }
  signal.addEventListener('abort', abort)
  if (signal.aborted) abort()
  try {
    stream.write(request)
    let expected = from
    for await (const response of stream as AsyncIterable<Uint8Array>) {
      const block = readResponse(response, kind)
      if (block === 'end') return
      if (expected !== 'newest' && block.number !== expected) {
        throw new ScrutinError('ledger.unavailable', `the peer gave block ${block.number} where ${expected} was due`)
      }
      expected = block.number + 1n
      yield block
      // without waiting for the peer to say that this was the last
      if (block.number === to) return
    }
    throw new Error('the peer ended the stream without a status')
  } finally {
    signal.removeEventListener('abort', abort)
    // a cancelled stream reports that as an error, which nobody waits for any more
    stream.on('error', () => {})
    stream.cancel()
  }
}

function readResponse (response: Uint8Array, kind: BlockKind): Delivered | 'end' {
  const message = peer.DeliverResponse.deserializeBinary(response)
  switch (message.getTypeCase()) {
    case peer.DeliverResponse.TypeCase.STATUS:
      return readStatus(message.getStatus())
    case peer.DeliverResponse.TypeCase.BLOCK:
    case peer.DeliverResponse.TypeCase.FILTERED_BLOCK:
      return { number: BigInt(message.getBlock()?.getHeader()?.getNumber() ?? message.getFilteredBlock()?.getNumber() ?? -1), bytes: onlyField(response, fieldKeys[kind]) }
    case peer.DeliverResponse.TypeCase.BLOCK_AND_PRIVATE_DATA:
    case peer.DeliverResponse.TypeCase.TYPE_NOT_SET:
    default:
      throw unexpected()
  }
}

function readStatus (status: number): 'end' {
  switch (status) {
    case common.Status.SUCCESS: return 'end'
    case common.Status.FORBIDDEN: throw new ScrutinError('ledger.refused', 'the peer does not let this identity read the channel')
    case common.Status.NOT_FOUND: throw new ScrutinError('ledger.unavailable', 'the peer knows no such channel')
    case common.Status.BAD_REQUEST: throw new ScrutinError('ledger.refused', 'the peer does not take the request for blocks')
    default: throw new Error(`the peer ended the stream with status ${status}`)
  }
}

/** The bytes of a message's only field, which must be of the given key and reach to the end. */
function onlyField (message: Uint8Array, key: number): Uint8Array {
  let length = 0
  let at = 1
  for (let scale = 1; ; scale *= 128) {
    const byte = message[at++]
    if (byte === undefined || at > 6) throw unexpected()
    length += (byte & 0x7f) * scale
    if (byte < 0x80) break
  }
  if (message[0] !== key || at + length !== message.length) throw unexpected()
  return message.subarray(at)
}

function unexpected (): ScrutinError {
  return new ScrutinError('ledger.unavailable', 'the peer gave something else than the blocks that were asked for')
}

function seekInfo (from: bigint | 'newest', to: bigint | 'newest' | undefined): orderer.SeekInfo {
  const info = new orderer.SeekInfo()
  info.setStart(position(from))
  // a number no chain reaches: go on for ever
  info.setStop(position(to ?? BigInt(Number.MAX_SAFE_INTEGER)))
  info.setBehavior(orderer.SeekInfo.SeekBehavior.BLOCK_UNTIL_READY)
  return info
}

function position (at: bigint | 'newest'): orderer.SeekPosition {
  const found = new orderer.SeekPosition()
  if (at === 'newest') {
    found.setNewest(new orderer.SeekNewest())
  } else {
    const specified = new orderer.SeekSpecified()
    specified.setNumber(Number(at))
    found.setSpecified(specified)
  }
  return found
}
