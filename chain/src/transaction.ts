/** A transaction in its envelope: who sent what, and who endorsed it. */
import { common, peer } from '@hyperledger/fabric-protos'
import { concatBytes, toHex } from '../../protocol/src/bytes.ts'
import { ScrutinError } from '../../protocol/src/errors.ts'
import type { ChainCrypto } from './chain-crypto.ts'
import { fieldsOf } from './go-wire.ts'
import * as shapes from './message-shapes.ts'
import { type NamespaceSet, parseReadWriteSet } from './read-write-set.ts'
import { decodeAsGo } from './wire.ts'

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
  /** Whom the endorsers took for the sender, a serialised `msp.SerializedIdentity`: whose role the contract asked for. */
  readonly proposer: Uint8Array
  readonly chaincode: string
  readonly version: string
  /** What each endorser signs, followed by its own identity. */
  readonly response: Uint8Array
  readonly endorsements: readonly Endorsement[]
  readonly sets: readonly NamespaceSet[]
  /** False: the event names another chaincode, or the header does. */
  readonly isConsistent: boolean
}

/** Throws `input.malformed` for what a peer can't read either. */
export function parseEnvelope (bytes: Uint8Array): Envelope {
  const envelope = decodeAsGo('an envelope', common.Envelope, shapes.envelope, bytes)
  const payloadBytes = envelope.getPayload_asU8()
  const payload = decodeAsGo('a payload', common.Payload, shapes.payload, payloadBytes)
  const header = payload.getHeader()
  if (header === undefined) throw new ScrutinError('input.malformed', 'an envelope has no header')
  const channelHeader = decodeAsGo('a channel header', common.ChannelHeader, shapes.channelHeader, header.getChannelHeader_asU8())
  const signatureHeader = decodeAsGo('a signature header', common.SignatureHeader, shapes.signatureHeader, header.getSignatureHeader_asU8())
  const timestamp = channelHeader.getTimestamp()
  const { CONFIG, ENDORSER_TRANSACTION } = common.HeaderType
  return {
    type: channelHeader.getType() === CONFIG ? 'config' : channelHeader.getType() === ENDORSER_TRANSACTION ? 'endorser' : 'other',
    channel: channelHeader.getChannelId(),
    transactionId: channelHeader.getTxId(),
    timestampMs: timestamp === undefined ? 0 : timestamp.getSeconds() * 1000 + Math.floor(timestamp.getNanos() / 1_000_000),
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
 * Whether an envelope has just one payload and one signature. The data hash is that of all envelopes joined: were others
 * taken, the same bytes could be cut into other transactions. Peers of Fabric from 2.5.5 on refuse them too (CVE-2023-46132).
 */
export function isWholeEnvelope (bytes: Uint8Array): boolean {
  try {
    const known = fieldsOf(bytes).filter(({ isDelimited }) => isDelimited).map(({ number }) => number)
    return [1, 2].every((number) => known.filter((other) => other === number).length === 1)
  } catch {
    return false
  }
}

/** Hex of SHA-256 over nonce and creator: what a transaction's id must be. */
export function computeTransactionId (crypto: ChainCrypto, { nonce, creator }: Envelope): string {
  return toHex(crypto.sha256(concatBytes(nonce, creator)))
}

/** Reads what an endorser transaction did: exactly one action. Throws `input.malformed` for what a peer refuses too. */
export function parseAction (crypto: ChainCrypto, envelope: Envelope): Action {
  const [action, ...more] = decodeAsGo('a transaction', peer.Transaction, shapes.transaction, envelope.data).getActionsList()
  if (action === undefined || more.length > 0) throw new ScrutinError('input.malformed', 'a transaction has not exactly one action')
  const header = decodeAsGo('a signature header', common.SignatureHeader, shapes.signatureHeader, action.getHeader_asU8())
  if (header.getNonce_asU8().length === 0 || header.getCreator_asU8().length === 0) throw new ScrutinError('input.malformed', 'an action has no creator or nonce')
  const payload = decodeAsGo('an action', peer.ChaincodeActionPayload, shapes.actionPayload, action.getPayload_asU8())
  const endorsed = payload.getAction()
  if (endorsed === undefined) throw new ScrutinError('input.malformed', 'an action is not endorsed')
  const response = endorsed.getProposalResponsePayload_asU8()
  const answer = decodeAsGo('a proposal response', peer.ProposalResponsePayload, shapes.proposalResponse, response)
  const chaincodeAction = decodeAsGo('a chaincode action', peer.ChaincodeAction, shapes.chaincodeAction, answer.getExtension_asU8())
  const chaincode = chaincodeAction.getChaincodeId()
  if (chaincode === undefined) throw new ScrutinError('input.malformed', 'an action names no chaincode')
  const events = chaincodeAction.getEvents_asU8()
  const eventOf = events.length === 0 ? chaincode.getName() : decodeAsGo('an event', peer.ChaincodeEvent, shapes.chaincodeEvent, events).getChaincodeId()
  const called = decodeAsGo('a header extension', peer.ChaincodeHeaderExtension, shapes.headerExtension, envelope.extension).getChaincodeId()?.getName()
  return {
    proposalHash: answer.getProposalHash_asU8(),
    expectedProposalHash: crypto.sha256(concatBytes(envelope.headers.channel, action.getHeader_asU8(), payload.getChaincodeProposalPayload_asU8())),
    proposer: header.getCreator_asU8(),
    chaincode: chaincode.getName(),
    version: chaincode.getVersion(),
    response,
    endorsements: endorsed.getEndorsementsList().map((endorsement) => ({ endorser: endorsement.getEndorser_asU8(), signature: endorsement.getSignature_asU8() })),
    sets: parseReadWriteSet(chaincodeAction.getResults_asU8()),
    isConsistent: chaincode.getName() !== '' && eventOf === chaincode.getName() && called === chaincode.getName(),
  }
}
