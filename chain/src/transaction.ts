/** A transaction in its envelope: who sent what, and who endorsed it. */
import { common, peer } from '@hyperledger/fabric-protos'
import { concatBytes, equalBytes, toHex } from '../../protocol/src/bytes.ts'
import { ScrutinError } from '../../protocol/src/errors.ts'
import type { ChainCrypto } from './chain-crypto.ts'
import { type NamespaceSet, parseReadWriteSet } from './read-write-set.ts'
import { decode, decodeLoosely, safeNumber } from './wire.ts'

export interface Envelope {
  readonly type: 'config' | 'endorser' | 'other'
  readonly channel: string
  readonly transactionId: string
  /** The sender's claim. */
  readonly timestampMs: number
  /** A serialised `msp.SerializedIdentity`; empty in a genesis block. */
  readonly creator: Uint8Array
  readonly nonce: Uint8Array
  readonly signature: Uint8Array
  /** What the sender signed. */
  readonly payload: Uint8Array
  readonly data: Uint8Array
  readonly headers: { readonly channel: Uint8Array, readonly signature: Uint8Array }
  /** Chaincode that the sender says it calls. */
  readonly extension: Uint8Array
  readonly epoch: number
}

export interface Endorsement {
  readonly endorser: Uint8Array
  readonly signature: Uint8Array
}

export interface Action {
  readonly proposalHash: Uint8Array
  /** What the proposal hash must be. */
  readonly expectedProposalHash: Uint8Array
  readonly chaincode: string
  readonly version: string
  /** What each endorser signs, followed by its own identity. */
  readonly response: Uint8Array
  readonly endorsements: readonly Endorsement[]
  readonly sets: readonly NamespaceSet[]
  /** False: the event names another chaincode, or the header does. */
  readonly isConsistent: boolean
}

export function parseEnvelope (bytes: Uint8Array): Envelope {
  const envelope = decode('an envelope', common.Envelope, bytes)
  const payloadBytes = envelope.getPayload_asU8()
  const payload = decode('a payload', common.Payload, payloadBytes)
  const header = payload.getHeader()
  if (header === undefined) throw new ScrutinError('input.malformed', 'an envelope has no header')
  const channelHeader = decodeChannelHeader(header.getChannelHeader_asU8())
  const signatureHeader = decode('a signature header', common.SignatureHeader, header.getSignatureHeader_asU8())
  const timestamp = channelHeader.getTimestamp()
  const { CONFIG, ENDORSER_TRANSACTION } = common.HeaderType
  return {
    type: channelHeader.getType() === CONFIG ? 'config' : channelHeader.getType() === ENDORSER_TRANSACTION ? 'endorser' : 'other',
    channel: channelHeader.getChannelId(),
    transactionId: channelHeader.getTxId(),
    timestampMs: timestamp === undefined ? 0 : safeNumber('a time', timestamp.getSeconds()) * 1000 + Math.floor(safeNumber('a time', timestamp.getNanos()) / 1_000_000),
    creator: signatureHeader.getCreator_asU8(),
    nonce: signatureHeader.getNonce_asU8(),
    signature: envelope.getSignature_asU8(),
    payload: payloadBytes,
    data: payload.getData_asU8(),
    headers: { channel: header.getChannelHeader_asU8(), signature: header.getSignatureHeader_asU8() },
    extension: channelHeader.getExtension_asU8(),
    epoch: channelHeader.getEpoch(),
  }
}

/**
 * Fabric's Node client, which counts milliseconds, spells out the nanoseconds of a time even where they are 0: in one
 * transaction of a thousand. Both spellings are taken, and no third.
 */
function decodeChannelHeader (bytes: Uint8Array): common.ChannelHeader {
  const header = decodeLoosely('a channel header', common.ChannelHeader, bytes)
  const plain = header.serializeBinary()
  if (!equalBytes(plain, bytes) && !equalBytes(spellOutNanoseconds(header, plain), bytes)) {
    throw new ScrutinError('input.not-canonical', 'a channel header is not encoded as Fabric encodes it')
  }
  return header
}

function spellOutNanoseconds (header: common.ChannelHeader, plain: Uint8Array): Uint8Array {
  const timestamp = header.getTimestamp()
  if (timestamp === undefined || timestamp.getNanos() !== 0) return plain
  const front = new common.ChannelHeader()
  front.setType(header.getType())
  front.setVersion(header.getVersion())
  const before = front.serializeBinary().length
  const seconds = timestamp.serializeBinary()
  const time = concatBytes(seconds, Uint8Array.of(0x10, 0))
  return concatBytes(plain.subarray(0, before), Uint8Array.of(0x1a, time.length), time, plain.subarray(before + 2 + seconds.length))
}

/** Hex of SHA-256 over nonce and creator: what a transaction's id must be. */
export function computeTransactionId (crypto: ChainCrypto, { nonce, creator }: Envelope): string {
  return toHex(crypto.sha256(concatBytes(nonce, creator)))
}

/** Reads what an endorser transaction did: exactly one action. */
export function parseAction (crypto: ChainCrypto, envelope: Envelope): Action {
  const [action, ...more] = decode('a transaction', peer.Transaction, envelope.data).getActionsList()
  if (action === undefined || more.length > 0) throw new ScrutinError('input.malformed', 'a transaction has not exactly one action')
  const header = decode('a signature header', common.SignatureHeader, action.getHeader_asU8())
  if (header.getNonce_asU8().length === 0 || header.getCreator_asU8().length === 0) throw new ScrutinError('input.malformed', 'an action has no creator or nonce')
  const payload = decode('an action', peer.ChaincodeActionPayload, action.getPayload_asU8())
  const endorsed = payload.getAction()
  if (endorsed === undefined) throw new ScrutinError('input.malformed', 'an action is not endorsed')
  const response = endorsed.getProposalResponsePayload_asU8()
  const answer = decode('a proposal response', peer.ProposalResponsePayload, response)
  const chaincodeAction = decode('a chaincode action', peer.ChaincodeAction, answer.getExtension_asU8())
  const chaincode = chaincodeAction.getChaincodeId()
  if (chaincode === undefined) throw new ScrutinError('input.malformed', 'an action names no chaincode')
  const events = chaincodeAction.getEvents_asU8()
  const eventOf = events.length === 0 ? chaincode.getName() : decode('an event', peer.ChaincodeEvent, events).getChaincodeId()
  return {
    proposalHash: answer.getProposalHash_asU8(),
    expectedProposalHash: crypto.sha256(concatBytes(envelope.headers.channel, action.getHeader_asU8(), payload.getChaincodeProposalPayload_asU8())),
    chaincode: chaincode.getName(),
    version: chaincode.getVersion(),
    response,
    endorsements: endorsed.getEndorsementsList().map((endorsement) => ({ endorser: endorsement.getEndorser_asU8(), signature: endorsement.getSignature_asU8() })),
    sets: parseReadWriteSet(chaincodeAction.getResults_asU8()),
    isConsistent: eventOf === chaincode.getName() && namesChaincode(envelope.extension, chaincode.getName()),
  }
}

/**
 * Whether a header's extension names the chaincode. Fabric's Node client spells out the empty path and version, which no
 * other field of ours does: both spellings are taken, and no third.
 */
function namesChaincode (extension: Uint8Array, name: string): boolean {
  const id = new peer.ChaincodeID()
  id.setName(name)
  const plain = new peer.ChaincodeHeaderExtension()
  plain.setChaincodeId(id)
  const inner = concatBytes(Uint8Array.of(0x0a, 0), id.serializeBinary(), Uint8Array.of(0x1a, 0))
  const spelledOut = concatBytes(Uint8Array.of(0x12, inner.length), inner)
  return equalBytes(extension, plain.serializeBinary()) || equalBytes(extension, spelledOut)
}
