/** Whether a block was ordered: the signatures in its metadata (Fabric's protoutil/blockutils.go, orderer/consensus/smartbft). */
import { common } from '@hyperledger/fabric-protos'
import { concatBytes } from '../../protocol/src/bytes.ts'
import { ScrutinError } from '../../protocol/src/errors.ts'
import { type ChainBlock, headerBytes } from './block.ts'
import { blockValidationPath, type ChannelConfig } from './channel-config.ts'
import { type Identity, isIdentity } from './member-identities.ts'
import * as shapes from './message-shapes.ts'
import { decode, decodeAsGo } from './wire.ts'

/**
 * The orderers whose signatures hold, each once. As in Fabric, others beside them are passed over: nobody signs for their
 * being there, so that each orderer, and whoever hands over the block, could add them. Throws `input.malformed` or
 * `access.signature` when those that hold do not suffice.
 */
export function checkOrderers (config: ChannelConfig, block: ChainBlock, lastConfig: number): Identity[] {
  const metadata = decodeAsGo('the block\'s signatures', common.Metadata, shapes.metadata, block.signatures)
  const value = metadata.getValue_asU8()
  const header = headerBytes(block)
  const signers = new Map<string, Identity>()
  for (const signature of metadata.getSignaturesList()) {
    const { identity, prefix } = signerOf(config, signature) ?? {}
    if (identity?.kind !== 'orderer' || prefix === undefined) continue
    if (config.members.hasSigned(identity, concatBytes(value, prefix, header), signature.getSignature_asU8())) signers.set(identity.certificate.fingerprint, identity)
  }
  const found = [...signers.values()]
  if (config.ordering.type === 'BFT' && found.length < config.ordering.quorum) {
    throw new ScrutinError('access.signature', `${found.length} orderers signed, ${config.ordering.quorum} must`)
  }
  if (config.policy(blockValidationPath)?.(found) !== true) throw new ScrutinError('access.signature', 'those who signed do not satisfy the policy for blocks')
  const signed = decodeAsGo('the orderers\' metadata', common.OrdererBlockMetadata, shapes.ordererBlockMetadata, value)
  const named = signed.getLastConfig()?.getIndex() ?? 0
  if (named !== lastConfig) throw new ScrutinError('input.malformed', `the last configuration is said to be in block ${named}, it is in ${lastConfig}`)
  return found
}

/** Who is said to have signed, and what stands between the metadata's value and the header in what was signed. */
function signerOf (config: ChannelConfig, signature: common.MetadataSignature): { identity: Identity, prefix: Uint8Array } | undefined {
  const identifierHeader = signature.getIdentifierHeader_asU8()
  const signatureHeader = signature.getSignatureHeader_asU8()
  if (config.ordering.type === 'BFT' && signatureHeader.length === 0 && identifierHeader.length > 0) {
    const number = decodeAsGo('a signature', common.IdentifierHeader, shapes.identifierHeader, identifierHeader).getIdentifier()
    const identity = config.ordering.consenters.get(number)
    return identity && { identity, prefix: identifierHeader }
  }
  const creator = decodeAsGo('a signature', common.SignatureHeader, shapes.signatureHeader, signatureHeader).getCreator_asU8()
  const identity = config.members.identify(creator)
  return isIdentity(identity) ? { identity, prefix: signatureHeader } : undefined
}

/** Genesis blocks are signed by nobody: the anchor holds them fast. */
export function checkUnsigned (block: ChainBlock): void {
  const metadata = decode('the genesis block\'s metadata', common.Metadata, block.signatures)
  if (metadata.getSignaturesList().length > 0) throw new ScrutinError('input.malformed', 'the genesis block has signatures')
}
