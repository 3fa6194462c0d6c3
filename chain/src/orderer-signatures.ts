/** Whether a block was ordered: the signatures in its metadata (Fabric's protoutil/blockutils.go, orderer/consensus/smartbft). */
import { common } from '@hyperledger/fabric-protos'
import { concatBytes } from '../../protocol/src/bytes.ts'
import { ScrutinError } from '../../protocol/src/errors.ts'
import { type ChainBlock, headerBytes } from './block.ts'
import { blockValidationPath, type ChannelConfig } from './channel-config.ts'
import type { Identity } from './member-identities.ts'
import { decode } from './wire.ts'

/**
 * The orderers who signed the block, all of them different. Throws `input.malformed` or `access.signature` when there are
 * too few, when one signed twice, or when any signature there does not hold: an honest orderer's block has none such.
 */
export function checkOrderers (config: ChannelConfig, block: ChainBlock, lastConfig: number): Identity[] {
  const metadata = decode('the block\'s signatures', common.Metadata, block.signatures)
  const value = metadata.getValue_asU8()
  const signed = decode('the orderers\' metadata', common.OrdererBlockMetadata, value)
  if (signed.getLastConfig()?.getIndex() !== lastConfig) throw new ScrutinError('input.malformed', `the last configuration is said to be in block ${signed.getLastConfig()?.getIndex() ?? 'none'}, it is in ${lastConfig}`)
  const header = headerBytes(block)
  const signers = metadata.getSignaturesList().map((signature) => {
    const { identity, prefix } = signerOf(config, signature)
    if (identity.kind !== 'orderer') throw new ScrutinError('access.signature', `a ${identity.kind} of ${identity.mspId} signed the block`)
    if (!config.members.hasSigned(identity, concatBytes(value, prefix, header), signature.getSignature_asU8())) {
      throw new ScrutinError('access.signature', `a signature of ${identity.mspId}'s orderer does not hold`)
    }
    return identity
  })
  if (new Set(signers.map(({ certificate }) => certificate.fingerprint)).size !== signers.length) throw new ScrutinError('access.signature', 'an orderer signed twice')
  if (config.ordering.type === 'BFT' && signers.length < config.ordering.quorum) {
    throw new ScrutinError('access.signature', `${signers.length} orderers signed, ${config.ordering.quorum} must`)
  }
  if (config.policy(blockValidationPath)?.(signers) !== true) throw new ScrutinError('access.signature', 'those who signed do not satisfy the policy for blocks')
  return signers
}

function signerOf (config: ChannelConfig, signature: common.MetadataSignature): { identity: Identity, prefix: Uint8Array } {
  const identifierHeader = signature.getIdentifierHeader_asU8()
  const signatureHeader = signature.getSignatureHeader_asU8()
  if (config.ordering.type === 'BFT') {
    if (signatureHeader.length > 0) throw new ScrutinError('input.malformed', 'a signature of the block does not name its consenter by number')
    const number = decode('a signature', common.IdentifierHeader, identifierHeader).getIdentifier()
    const identity = config.ordering.consenters.get(number)
    if (identity === undefined) throw new ScrutinError('access.signature', `there is no consenter ${number}`)
    return { identity, prefix: identifierHeader }
  }
  if (identifierHeader.length > 0) throw new ScrutinError('input.malformed', 'a signature of the block names a consenter by number')
  const identity = config.members.identify(decode('a signature', common.SignatureHeader, signatureHeader).getCreator_asU8())
  if (typeof identity === 'string') throw new ScrutinError('access.signature', identity)
  return { identity, prefix: signatureHeader }
}

/** Genesis blocks are signed by nobody: the anchor holds them fast. */
export function checkUnsigned (block: ChainBlock): void {
  const metadata = decode('the genesis block\'s metadata', common.Metadata, block.signatures)
  if (metadata.getSignaturesList().length > 0) throw new ScrutinError('input.malformed', 'the genesis block has signatures')
}
