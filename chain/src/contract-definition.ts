/**
 * What the channel says of the contract: Fabric's lifecycle writes it, field by
 * field, into the namespace `_lifecycle` (core/chaincode/lifecycle).
 */
import { common, peer } from '@hyperledger/fabric-protos'
import { equalBytes } from '../../protocol/src/bytes.ts'
import { ScrutinError } from '../../protocol/src/errors.ts'
import type { ChainStore } from './chain-store.ts'
import { decode, safeNumber } from './wire.ts'

export const lifecycleNamespace = '_lifecycle'
/** The one contract of the consortium. */
export const contractName = 'scrutin'
export const endorsementPath = '/Channel/Application/Endorsement'
export const lifecycleEndorsementPath = '/Channel/Application/LifecycleEndorsement'

export interface ContractDefinition {
  /** Counts the definitions from 1. */
  readonly sequence: number
  readonly version: string
}

const fields = ['Sequence', 'EndorsementInfo', 'ValidationInfo', 'Collections'] as const
const fieldKey = (field: typeof fields[number]): string => `namespaces/fields/${contractName}/${field}`
const metadataKey = `namespaces/metadata/${contractName}`

/** All keys that a definition of the contract may write. */
export const definitionKeys: readonly string[] = [...fields.map(fieldKey), metadataKey]

/**
 * The definition in force; undefined before there is one. Throws `input.malformed` for one that SPEC.md 10.2 does not explain:
 * other than Fabric's own endorsement and validation by the policy `/Channel/Application/Endorsement`, without collections.
 */
export function readDefinition (store: ChainStore): ContractDefinition | undefined {
  const metadata = store.get(lifecycleNamespace, metadataKey)
  if (metadata === undefined) return undefined
  const { StateMetadata, StateData } = peer.lifecycle
  const described = decode('a definition', StateMetadata, metadata.value)
  if (described.getDatatype() !== 'ChaincodeDefinition' || described.getFieldsList().join() !== fields.join()) throw unexplained('its fields are others')
  const field = (name: typeof fields[number]): peer.lifecycle.StateData => {
    const stored = store.get(lifecycleNamespace, fieldKey(name))
    if (stored === undefined) throw unexplained(`${name} is missing`)
    return decode('a definition', StateData, stored.value)
  }
  const endorsement = decode('a definition', peer.lifecycle.ChaincodeEndorsementInfo, field('EndorsementInfo').getBytes_asU8())
  const validation = decode('a definition', peer.lifecycle.ChaincodeValidationInfo, field('ValidationInfo').getBytes_asU8())
  if (endorsement.getEndorsementPlugin() !== 'escc' || endorsement.getInitRequired()) throw unexplained('it is endorsed otherwise')
  if (validation.getValidationPlugin() !== 'vscc' || !equalBytes(validation.getValidationParameter_asU8(), channelPolicy())) throw unexplained(`it is not validated by ${endorsementPath}`)
  if (field('Collections').getBytes_asU8().length > 0) throw unexplained('it has private collections')
  return { sequence: safeNumber('the sequence of a definition', field('Sequence').getInt64()), version: endorsement.getVersion() }
}

function channelPolicy (): Uint8Array {
  const policy = new common.ApplicationPolicy()
  policy.setChannelConfigPolicyReference(endorsementPath)
  return policy.serializeBinary()
}

function unexplained (detail: string): ScrutinError {
  return new ScrutinError('input.malformed', `the definition of the contract is not explained: ${detail}`)
}
