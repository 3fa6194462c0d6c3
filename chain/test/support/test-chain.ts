/**
 * Chains of Fabric blocks made by hand: every signature by a key of the test.
 * A chain is drafted first, so that a forger can change any part of it and sign
 * with the keys it holds, and then written.
 */
import { createHash, randomBytes } from 'node:crypto'
import { common, ledger, peer } from '@hyperledger/fabric-protos'
import timestampProto from 'google-protobuf/google/protobuf/timestamp_pb.js'
import { toHex } from '../../../protocol/src/bytes.ts'
import { headerBytes } from '../../src/block.ts'
import { contractName, definitionKeys, lifecycleNamespace } from '../../src/contract-definition.ts'
import { genesisGroup, type GenesisOptions } from './test-genesis.ts'
import { type TestIdentity, type TestMember, testMember } from './test-identities.ts'

const { rwset } = ledger
const { kvrwset } = rwset

export const channel = 'scrutin'

export interface DraftVersion { readonly block: number, readonly transaction: number }
export interface DraftRead { readonly key: string, readonly version: DraftVersion | undefined }

export interface DraftSet {
  readonly namespace: string
  readonly reads?: readonly DraftRead[]
  readonly ranges?: readonly { readonly start: string, readonly end: string, readonly exhausted: boolean, readonly reads: readonly DraftRead[] }[]
  readonly writes?: readonly { readonly key: string, readonly value: Uint8Array | undefined }[]
  /** The member whose own collection it writes to. */
  readonly approvalOf?: string
  /** Whether it sets a policy for a key of that collection too. */
  readonly hasPolicy?: boolean
}

/** What is signed by the endorsers, and then by the sender. */
export interface TransactionParts {
  readonly channelHeader: common.ChannelHeader
  response: Uint8Array
  endorsements: { endorser: Uint8Array, signature: Uint8Array }[]
}

export interface DraftTransaction {
  readonly creator: TestIdentity
  readonly timestampMs: number
  readonly chaincode: string
  readonly sets: readonly DraftSet[]
  readonly endorsers: readonly TestIdentity[]
  /** What the peer that gives the block says of it; 0 (valid) by default. */
  readonly flag?: number
  readonly channel?: string
  readonly nonce?: Uint8Array
  /** Changes the parts just before the sender signs. */
  readonly change?: (parts: TransactionParts) => void
  /** Spells the messages otherwise before they are hashed or signed. */
  readonly spell?: (layer: Layer, bytes: Uint8Array) => Uint8Array
  /** Whose proposal it is; the creator's by default. */
  readonly proposer?: { readonly serialized: Uint8Array, readonly nonce: Uint8Array }
}

/** The messages that whoever sends a transaction serialises, and those of its endorsers. */
export const layers = ['envelope', 'payload', 'channel header', 'signature header', 'extension', 'transaction', 'action', 'response', 'chaincode action', 'read-write set'] as const
export type Layer = typeof layers[number]

export interface DraftBlock {
  readonly transactions: readonly DraftTransaction[]
  /** Numbers of the consenters who sign, from 1. */
  readonly signers: readonly number[]
  /** Whose key signs for a consenter; its own by default. */
  readonly signWith?: (consenter: number) => TestIdentity
  readonly lastConfig?: number
  /** Changes what stands in the block's metadata beside the flags. */
  readonly changeMetadata?: (signatures: common.Metadata) => Uint8Array
  /** Envelopes in place of the transactions'. */
  readonly envelopes?: readonly Uint8Array[]
}

export interface TestConsortium {
  readonly members: readonly TestMember[]
  member (mspId: string): TestMember
  readonly genesis: Uint8Array
  /** Hex. */
  readonly genesisHash: string
  readonly group: common.ConfigGroup
}

export async function testConsortium (mspIds: readonly string[], options: GenesisOptions = {}): Promise<TestConsortium> {
  const members = await Promise.all(mspIds.map(testMember))
  const group = genesisGroup(members, options)
  const config = new common.Config()
  config.setChannelGroup(group)
  const envelope = new common.ConfigEnvelope()
  envelope.setConfig(config)
  const genesis = writeBlock(0, new Uint8Array(0), [configEnvelope(envelope.serializeBinary())], genesisMetadata, [0])
  return { members, group, member: (mspId) => members.find((member) => member.mspId === mspId)!, genesis: genesis.bytes, genesisHash: toHex(genesis.hash) }
}

/** Approvals by all members in block 1, the definition in block 2. */
export function definitionBlocks ({ members }: TestConsortium, timestampMs: number): DraftBlock[] {
  const reads = [{ key: `namespaces/fields/${contractName}/Sequence`, version: undefined }]
  const approvals = members.map(({ mspId, admin, peer: endorser }): DraftTransaction => ({
    creator: admin, timestampMs, chaincode: lifecycleNamespace, endorsers: [endorser], sets: [{ namespace: lifecycleNamespace, reads, approvalOf: mspId }],
  }))
  const definition: DraftTransaction = {
    creator: members[0]!.admin,
    timestampMs,
    chaincode: lifecycleNamespace,
    endorsers: members.slice(0, 3).map((member) => member.peer),
    sets: [{ namespace: lifecycleNamespace, reads, writes: definitionKeys.map((key) => ({ key, value: definitionValue(key) })) }],
  }
  return [{ transactions: approvals, signers: [1, 2, 3] }, { transactions: [definition], signers: [2, 3, 4] }]
}

export function definitionValue (key: string, { policy = '/Channel/Application/Endorsement', sequence = 1 } = {}): Uint8Array {
  const { StateData, StateMetadata, ChaincodeEndorsementInfo, ChaincodeValidationInfo } = peer.lifecycle
  if (key.startsWith('namespaces/metadata/')) {
    const metadata = new StateMetadata()
    metadata.setDatatype('ChaincodeDefinition')
    metadata.setFieldsList(['Sequence', 'EndorsementInfo', 'ValidationInfo', 'Collections'])
    return metadata.serializeBinary()
  }
  const data = new StateData()
  if (key.endsWith('/Sequence')) {
    data.setInt64(sequence)
  } else if (key.endsWith('/EndorsementInfo')) {
    const info = new ChaincodeEndorsementInfo()
    info.setVersion('1')
    info.setEndorsementPlugin('escc')
    data.setBytes(info.serializeBinary())
  } else if (key.endsWith('/ValidationInfo')) {
    const reference = new common.ApplicationPolicy()
    reference.setChannelConfigPolicyReference(policy)
    const info = new ChaincodeValidationInfo()
    info.setValidationPlugin('vscc')
    info.setValidationParameter(reference.serializeBinary())
    data.setBytes(info.serializeBinary())
  } else {
    data.setBytes(new Uint8Array(0))
  }
  return data.serializeBinary()
}

/** Writes the chain: the genesis block, then the drafted ones, each after the one before. */
export function writeChain (consortium: TestConsortium, drafts: readonly DraftBlock[]): Uint8Array[] {
  const written = [consortium.genesis]
  let previous: Uint8Array = Uint8Array.from(Buffer.from(consortium.genesisHash, 'hex'))
  for (const [i, draft] of drafts.entries()) {
    const envelopes = draft.envelopes ?? draft.transactions.map(writeTransaction)
    const flags = draft.envelopes?.map(() => 0) ?? draft.transactions.map(({ flag }) => flag ?? 0)
    const block = writeBlock(i + 1, previous, envelopes, (header) => signBlock(consortium, draft, header), flags)
    written.push(block.bytes)
    previous = block.hash
  }
  return written
}

export function writeTransaction (draft: DraftTransaction): Uint8Array {
  const spell = (layer: Layer, message: { serializeBinary (): Uint8Array }): Uint8Array => draft.spell?.(layer, message.serializeBinary()) ?? message.serializeBinary()
  const nonce = Uint8Array.from(draft.nonce ?? randomBytes(24))
  const signatureHeader = spell('signature header', signatureHeaderOf(draft.creator.serialized, nonce))
  const proposed = draft.proposer === undefined ? signatureHeader : signatureHeaderOf(draft.proposer.serialized, draft.proposer.nonce).serializeBinary()
  const channelHeader = headerOf(draft, nonce)
  const plain = channelHeader.getExtension_asU8()
  channelHeader.setExtension$(draft.spell?.('extension', plain) ?? plain)
  const proposal = new peer.ChaincodeProposalPayload()
  proposal.setInput(new TextEncoder().encode('what was asked for, which nobody reads'))
  const version = new peer.ChaincodeID()
  version.setName(draft.chaincode)
  version.setVersion('1')
  const action = new peer.ChaincodeAction()
  const sets = readWriteSet(draft.sets)
  action.setResults(draft.spell?.('read-write set', sets) ?? sets)
  action.setChaincodeId(version)
  const responsePayload = new peer.ProposalResponsePayload()
  responsePayload.setExtension$(spell('chaincode action', action))
  responsePayload.setProposalHash(sha256(spell('channel header', channelHeader), proposed, proposal.serializeBinary()))
  const response = spell('response', responsePayload)
  const parts: TransactionParts = {
    channelHeader,
    response,
    endorsements: draft.endorsers.map((endorser) => ({ endorser: endorser.serialized, signature: endorser.sign(Buffer.concat([response, endorser.serialized])) })),
  }
  draft.change?.(parts)

  const endorsed = new peer.ChaincodeEndorsedAction()
  endorsed.setProposalResponsePayload(parts.response)
  endorsed.setEndorsementsList(parts.endorsements.map(({ endorser, signature }) => {
    const endorsement = new peer.Endorsement()
    endorsement.setEndorser(endorser)
    endorsement.setSignature(signature)
    return endorsement
  }))
  const actionPayload = new peer.ChaincodeActionPayload()
  actionPayload.setChaincodeProposalPayload(proposal.serializeBinary())
  actionPayload.setAction(endorsed)
  const transactionAction = new peer.TransactionAction()
  transactionAction.setHeader(proposed)
  transactionAction.setPayload(spell('action', actionPayload))
  const transaction = new peer.Transaction()
  transaction.setActionsList([transactionAction])
  return envelope({ channel: spell('channel header', parts.channelHeader), signature: signatureHeader, data: spell('transaction', transaction), signer: draft.creator, spell })
}

function signatureHeaderOf (creator: Uint8Array, nonce: Uint8Array): common.SignatureHeader {
  const header = new common.SignatureHeader()
  header.setCreator(creator)
  header.setNonce(nonce)
  return header
}

function headerOf (draft: DraftTransaction, nonce: Uint8Array): common.ChannelHeader {
  const channelHeader = new common.ChannelHeader()
  channelHeader.setType(common.HeaderType.ENDORSER_TRANSACTION)
  channelHeader.setChannelId(draft.channel ?? channel)
  channelHeader.setTxId(toHex(sha256(nonce, draft.creator.serialized)))
  const timestamp = new timestampProto.Timestamp()
  timestamp.setSeconds(Math.floor(draft.timestampMs / 1000))
  timestamp.setNanos(draft.timestampMs % 1000 * 1_000_000)
  channelHeader.setTimestamp(timestamp)
  const id = new peer.ChaincodeID()
  id.setName(draft.chaincode)
  const extension = new peer.ChaincodeHeaderExtension()
  extension.setChaincodeId(id)
  channelHeader.setExtension$(extension.serializeBinary())
  return channelHeader
}

interface EnvelopeParts {
  readonly channel: Uint8Array
  readonly signature: Uint8Array
  readonly data: Uint8Array
  readonly signer: TestIdentity | undefined
  readonly spell?: (layer: Layer, message: { serializeBinary (): Uint8Array }) => Uint8Array
}

function envelope ({ channel, signature, data, signer, spell = (_, message) => message.serializeBinary() }: EnvelopeParts): Uint8Array {
  const header = new common.Header()
  header.setChannelHeader(channel)
  header.setSignatureHeader(signature)
  const payload = new common.Payload()
  payload.setHeader(header)
  payload.setData(data)
  const bytes = spell('payload', payload)
  const made = new common.Envelope()
  made.setPayload(bytes)
  if (signer !== undefined) made.setSignature(signer.sign(bytes))
  return spell('envelope', made)
}

/** An envelope with a configuration, as an orderer puts it alone in a block. */
export function configEnvelope (data: Uint8Array, signer?: TestIdentity): Uint8Array {
  const channelHeader = new common.ChannelHeader()
  channelHeader.setType(common.HeaderType.CONFIG)
  channelHeader.setChannelId(channel)
  const signatureHeader = new common.SignatureHeader()
  if (signer !== undefined) {
    signatureHeader.setCreator(signer.serialized)
    signatureHeader.setNonce(Uint8Array.from(randomBytes(24)))
  }
  return envelope({ channel: channelHeader.serializeBinary(), signature: signatureHeader.serializeBinary(), data, signer })
}

function readWriteSet (sets: readonly DraftSet[]): Uint8Array {
  const all = new rwset.TxReadWriteSet()
  all.setNsRwsetList(sets.map((set) => {
    const kv = new kvrwset.KVRWSet()
    kv.setReadsList((set.reads ?? []).map(wireRead))
    kv.setRangeQueriesInfoList((set.ranges ?? []).map(({ start, end, exhausted, reads }) => {
      const range = new kvrwset.RangeQueryInfo()
      range.setStartKey(start)
      range.setEndKey(end)
      range.setItrExhausted(exhausted)
      const raw = new kvrwset.QueryReads()
      raw.setKvReadsList(reads.map(wireRead))
      range.setRawReads(raw)
      return range
    }))
    kv.setWritesList((set.writes ?? []).map(({ key, value }) => {
      const write = new kvrwset.KVWrite()
      write.setKey(key)
      if (value === undefined) write.setIsDelete(true)
      else write.setValue(value)
      return write
    }))
    const namespace = new rwset.NsReadWriteSet()
    namespace.setNamespace(set.namespace)
    namespace.setRwset(kv.serializeBinary())
    if (set.approvalOf !== undefined) namespace.setCollectionHashedRwsetList([approval(set.approvalOf, set.hasPolicy)])
    return namespace
  }))
  return all.serializeBinary()
}

function approval (mspId: string, hasPolicy = false): ledger.rwset.CollectionHashedReadWriteSet {
  const write = new kvrwset.KVWriteHash()
  write.setKeyHash(sha256(new TextEncoder().encode(mspId)))
  write.setValueHash(sha256(new Uint8Array(1)))
  const hashed = new kvrwset.HashedRWSet()
  hashed.setHashedWritesList([write])
  if (hasPolicy) {
    const policy = new kvrwset.KVMetadataWriteHash()
    policy.setKeyHash(write.getKeyHash_asU8())
    hashed.setMetadataWritesList([policy])
  }
  const collection = new rwset.CollectionHashedReadWriteSet()
  collection.setCollectionName(`_implicit_org_${mspId}`)
  collection.setHashedRwset(hashed.serializeBinary())
  collection.setPvtRwsetHash(sha256(new Uint8Array(2)))
  return collection
}

function wireRead ({ key, version }: DraftRead): ledger.rwset.kvrwset.KVRead {
  const read = new kvrwset.KVRead()
  read.setKey(key)
  if (version !== undefined) {
    const wire = new kvrwset.Version()
    wire.setBlockNum(version.block)
    wire.setTxNum(version.transaction)
    read.setVersion(wire)
  }
  return read
}

function genesisMetadata (): Uint8Array {
  const ordered = new common.OrdererBlockMetadata()
  ordered.setLastConfig(new common.LastConfig())
  const metadata = new common.Metadata()
  metadata.setValue(ordered.serializeBinary())
  return metadata.serializeBinary()
}

function signBlock ({ members }: TestConsortium, draft: DraftBlock, header: Uint8Array): Uint8Array {
  const lastConfig = new common.LastConfig()
  lastConfig.setIndex(draft.lastConfig ?? 0)
  const ordered = new common.OrdererBlockMetadata()
  ordered.setLastConfig(lastConfig)
  const value = ordered.serializeBinary()
  const metadata = new common.Metadata()
  metadata.setValue(value)
  metadata.setSignaturesList(draft.signers.map((consenter) => {
    const identifier = new common.IdentifierHeader()
    identifier.setIdentifier(consenter)
    identifier.setNonce(Uint8Array.from(randomBytes(24)))
    const signer = draft.signWith?.(consenter) ?? members[consenter - 1]!.orderer
    const signature = new common.MetadataSignature()
    signature.setIdentifierHeader(identifier.serializeBinary())
    signature.setSignature(signer.sign(Buffer.concat([value, identifier.serializeBinary(), header])))
    return signature
  }))
  return draft.changeMetadata?.(metadata) ?? metadata.serializeBinary()
}

function writeBlock (number: number, previousHash: Uint8Array, envelopes: readonly Uint8Array[], sign: (header: Uint8Array) => Uint8Array, flags: readonly number[]): { bytes: Uint8Array, hash: Uint8Array } {
  const dataHash = sha256(...envelopes)
  const signed = headerBytes({ number, previousHash, dataHash })
  const header = new common.BlockHeader()
  header.setNumber(number)
  header.setPreviousHash(previousHash)
  header.setDataHash(dataHash)
  const data = new common.BlockData()
  data.setDataList([...envelopes])
  const metadata = new common.BlockMetadata()
  metadata.setMetadataList([sign(signed), new Uint8Array(0), Uint8Array.from(flags), new Uint8Array(0), new Uint8Array(0)])
  const block = new common.Block()
  block.setHeader(header)
  block.setData(data)
  block.setMetadata(metadata)
  return { bytes: block.serializeBinary(), hash: sha256(signed) }
}

function sha256 (...parts: readonly Uint8Array[]): Uint8Array {
  const hash = createHash('sha256')
  for (const part of parts) hash.update(part)
  return Uint8Array.from(hash.digest())
}

/** The blocks as a peer would give them. */
export async function * asBlocks (blocks: readonly Uint8Array[]): AsyncGenerator<{ bytes: Uint8Array }> {
  for (const bytes of blocks) yield { bytes }
}
