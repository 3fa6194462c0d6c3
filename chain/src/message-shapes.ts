/** The fields of Fabric's messages that a transaction is made of (fabric-protos 0.3), for `respell`. */
import type { FieldKind, FieldShape, MessageShape } from './go-wire.ts'

const one = (kind: FieldKind): FieldShape => ({ kind })
const many = (kind: FieldKind): FieldShape => ({ kind, repeated: true })
const bytes = one('bytes')
const text = one('string')

// common/common.proto
export const envelope: MessageShape = { 1: bytes, 2: bytes }
const header: MessageShape = { 1: bytes, 2: bytes }
export const payload: MessageShape = { 1: one(header), 2: bytes }
const timestamp: MessageShape = { 1: one('int64'), 2: one('int32') }
export const channelHeader: MessageShape = { 1: one('int32'), 2: one('int32'), 3: one(timestamp), 4: text, 5: text, 6: one('uint64'), 7: bytes, 8: bytes }
export const signatureHeader: MessageShape = { 1: bytes, 2: bytes }
const metadataSignature: MessageShape = { 1: bytes, 2: bytes, 3: bytes }
export const metadata: MessageShape = { 1: bytes, 2: many(metadataSignature) }
const lastConfig: MessageShape = { 1: one('uint64') }
export const ordererBlockMetadata: MessageShape = { 1: one(lastConfig), 2: bytes }
export const identifierHeader: MessageShape = { 1: one('uint32'), 2: bytes }

// msp/identities.proto
export const serializedIdentity: MessageShape = { 1: text, 2: bytes }

// peer/transaction.proto, peer/proposal.proto, peer/proposal_response.proto, peer/chaincode.proto, peer/chaincode_event.proto
const transactionAction: MessageShape = { 1: bytes, 2: bytes }
export const transaction: MessageShape = { 1: many(transactionAction) }
const endorsement: MessageShape = { 1: bytes, 2: bytes }
const endorsedAction: MessageShape = { 1: bytes, 2: many(endorsement) }
export const actionPayload: MessageShape = { 1: bytes, 2: one(endorsedAction) }
export const proposalResponse: MessageShape = { 1: bytes, 2: bytes }
const response: MessageShape = { 1: one('int32'), 2: text, 3: bytes }
const chaincodeId: MessageShape = { 1: text, 2: text, 3: text }
export const chaincodeAction: MessageShape = { 1: bytes, 2: bytes, 3: one(response), 4: one(chaincodeId) }
export const chaincodeEvent: MessageShape = { 1: text, 2: text, 3: text, 4: bytes }
export const headerExtension: MessageShape = { 2: one(chaincodeId) }

// ledger/rwset/rwset.proto, ledger/rwset/kvrwset/kv_rwset.proto
const hashedCollection: MessageShape = { 1: text, 2: bytes, 3: bytes }
const namespaceSet: MessageShape = { 1: text, 2: bytes, 3: many(hashedCollection) }
export const readWriteSet: MessageShape = { 1: one('int32'), 2: many(namespaceSet) }
const version: MessageShape = { 1: one('uint64'), 2: one('uint64') }
const read: MessageShape = { 1: text, 2: one(version) }
const summary: MessageShape = { 1: one('uint32'), 2: one('uint32'), 3: many('bytes') }
const range: MessageShape = { 1: text, 2: text, 3: one('bool'), 4: { kind: { 1: many(read) }, oneOf: 'reads' }, 5: { kind: summary, oneOf: 'reads' } }
const write: MessageShape = { 1: text, 2: one('bool'), 3: bytes }
const metadataEntry: MessageShape = { 1: text, 2: bytes }
export const keyValueSet: MessageShape = { 1: many(read), 2: many(range), 3: many(write), 4: many({ 1: text, 2: many(metadataEntry) }) }
const hashedRead: MessageShape = { 1: bytes, 2: one(version) }
const hashedWrite: MessageShape = { 1: bytes, 2: one('bool'), 3: bytes, 4: one('bool') }
export const hashedSet: MessageShape = { 1: many(hashedRead), 2: many(hashedWrite), 3: many({ 1: bytes, 2: many(metadataEntry) }) }
