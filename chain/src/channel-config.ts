/**
 * The channel's configuration, as the genesis block and configuration blocks
 * hold it: the members' roots, who orders, and which policies must be met.
 * What SPEC.md 10.2 does not explain is refused with `input.malformed`.
 */
import { common, msp, orderer } from '@hyperledger/fabric-protos'
import { equalBytes } from '../../protocol/src/bytes.ts'
import { ScrutinError } from '../../protocol/src/errors.ts'
import type { ChainCrypto } from './chain-crypto.ts'
import { type Identity, isIdentity, MemberIdentities } from './member-identities.ts'
import { endorsementPath, lifecycleEndorsementPath } from './contract-definition.ts'
import { implicitMetaPolicy, type Policy, signaturePolicy } from './policy.ts'
import { decode, decodeLoosely, entriesOf, safeNumber } from './wire.ts'

export interface ChannelConfig {
  readonly channel: string
  readonly sequence: number
  readonly group: common.ConfigGroup
  readonly members: MemberIdentities
  readonly ordering: Ordering
  /** The policy at an absolute path (`/Channel/Application/Endorsement`); undefined when there is none. */
  policy (path: string): Policy | undefined
  /** The policy by which an organisation of the application endorses for itself alone. */
  memberEndorsement (mspId: string): Policy | undefined
}

export type Ordering =
  | {
    readonly type: 'BFT'
    /** By the number that a signature names. */
    readonly consenters: ReadonlyMap<number, Identity>
    /** How many of them must sign a block. */
    readonly quorum: number
  }
  | { readonly type: 'etcdraft' }

/** Who must sign a block. */
export const blockValidationPath = '/Channel/Orderer/BlockValidation'

const capabilities: Readonly<Record<string, readonly string[]>> = { Channel: ['V2_0', 'V3_0'], Orderer: ['V2_0'], Application: ['V2_0', 'V2_5'] }

export function parseConfig (crypto: ChainCrypto, channel: string, config: common.Config): ChannelConfig {
  const group = config.getChannelGroup()
  if (group === undefined) throw unexplained('there is none')
  const groups = groupsOf(group)
  const application = groups.get('Application')
  const ordererGroup = groups.get('Orderer')
  if (application === undefined || ordererGroup === undefined || groups.size !== 2) throw unexplained('it is not one of an application and its orderers')
  for (const [name, part] of Object.entries({ Channel: group, Orderer: ordererGroup, Application: application })) checkCapabilities(name, part)
  checkHashes(group)
  const members = new MemberIdentities(crypto, mspConfigurations([application, ordererGroup]))
  const policies = new PolicyTree(members, group)
  for (const path of [blockValidationPath, endorsementPath, lifecycleEndorsementPath]) {
    if (policies.at(path) === undefined) throw unexplained(`there is no policy ${path}`)
  }
  return {
    channel,
    sequence: safeNumber('the sequence of the configuration', config.getSequence()),
    group,
    members,
    ordering: parseOrdering(members, ordererGroup),
    policy: (path) => policies.at(path),
    memberEndorsement: (mspId) => {
      const found = [...groupsOf(application)].find(([, organisation]) => mspIdOf(organisation) === mspId)
      return found === undefined ? undefined : policies.at(`/Channel/Application/${found[0]}/Endorsement`)
    },
  }
}

/** The configuration envelope in a block's only transaction. */
export function parseConfigEnvelope (data: Uint8Array): { config: common.Config, lastUpdate: common.Envelope | undefined } {
  const envelope = decodeLoosely('the configuration', common.ConfigEnvelope, data)
  const config = envelope.getConfig()
  if (config === undefined) throw unexplained('there is none')
  return { config, lastUpdate: envelope.getLastUpdate() }
}

function checkCapabilities (name: string, group: common.ConfigGroup): void {
  const value = valuesOf(group).get('Capabilities')
  const declared = value === undefined ? undefined : decodeLoosely('capabilities', common.Capabilities, value.getValue_asU8())
  const names = declared === undefined ? [] : entriesOf<common.Capability>(declared.getCapabilitiesMap()).map(([capability]) => capability)
  if (names.length === 0 || !names.every((capability) => capabilities[name]!.includes(capability))) {
    throw unexplained(`${name} has the capabilities ${names.join(', ') || 'of before Fabric 2'}`)
  }
}

function checkHashes (group: common.ConfigGroup): void {
  const algorithm = valueOf(group, 'HashingAlgorithm', common.HashingAlgorithm).getName()
  const width = valueOf(group, 'BlockDataHashingStructure', common.BlockDataHashingStructure).getWidth()
  if (algorithm !== 'SHA256' || width !== 0xffffffff) throw unexplained('blocks are hashed otherwise')
}

/** Each member's MSP once: as orderer and as application it must be the same. */
function mspConfigurations (groups: readonly common.ConfigGroup[]): Uint8Array[] {
  const found = new Map<string, Uint8Array>()
  for (const group of groups) {
    for (const organisation of groupsOf(group).values()) {
      const bytes = rawValue(organisation, 'MSP')
      const mspId = mspIdOf(organisation)
      const before = found.get(mspId)
      if (before !== undefined && !equalBytes(before, bytes)) throw unexplained(`${mspId} has two different MSPs`)
      found.set(mspId, bytes)
    }
  }
  return [...found.values()]
}

function mspIdOf (organisation: common.ConfigGroup): string {
  const outer = decode('an MSP', msp.MSPConfig, rawValue(organisation, 'MSP'))
  return decode('an MSP', msp.FabricMSPConfig, outer.getConfig_asU8()).getName()
}

function parseOrdering (members: MemberIdentities, group: common.ConfigGroup): Ordering {
  const type = valueOf(group, 'ConsensusType', orderer.ConsensusType).getType()
  if (type === 'etcdraft') return { type }
  if (type !== 'BFT') throw unexplained(`blocks are ordered by ${type}`)
  const consenters = new Map<number, Identity>()
  for (const consenter of valueOf(group, 'Orderers', common.Orderers).getConsenterMappingList()) {
    const identity = new msp.SerializedIdentity()
    identity.setMspid(consenter.getMspId())
    identity.setIdBytes(consenter.getIdentity_asU8())
    const found = members.identify(identity.serializeBinary())
    if (!isIdentity(found)) throw unexplained(`consenter ${consenter.getId()}: ${found.reason}`)
    if (found.kind !== 'orderer') throw unexplained(`consenter ${consenter.getId()} is a ${found.kind}`)
    if ([...consenters.values()].some(({ certificate }) => certificate.fingerprint === found.certificate.fingerprint)) throw unexplained('two consenters share an identity')
    consenters.set(consenter.getId(), found)
  }
  const count = consenters.size
  if (count === 0) throw unexplained('there are no consenters')
  return { type, consenters, quorum: Math.ceil((count + Math.floor((count - 1) / 3) + 1) / 2) }
}

/** Policies by the group they stand in; compiled when they are asked for. */
class PolicyTree {
  readonly #members: MemberIdentities
  readonly #root: common.ConfigGroup
  readonly #compiled = new Map<string, Policy | undefined>()

  constructor (members: MemberIdentities, root: common.ConfigGroup) {
    this.#members = members
    this.#root = root
  }

  at (path: string): Policy | undefined {
    if (this.#compiled.has(path)) return this.#compiled.get(path)
    const [empty, channel, ...names] = path.split('/')
    const policyName = names.pop()
    let group: common.ConfigGroup | undefined = empty === '' && channel === 'Channel' ? this.#root : undefined
    for (const name of names) group = group === undefined ? undefined : groupsOf(group).get(name)
    const policy = group === undefined || policyName === undefined ? undefined : this.#compile(path, group, policyName)
    this.#compiled.set(path, policy)
    return policy
  }

  #compile (path: string, group: common.ConfigGroup, name: string): Policy | undefined {
    const policy = policiesOf(group).get(name)?.getPolicy()
    if (policy === undefined) return undefined
    const { SIGNATURE, IMPLICIT_META } = common.Policy.PolicyType
    if (policy.getType() === SIGNATURE) return signaturePolicy(this.#members, decode('a policy', common.SignaturePolicyEnvelope, policy.getValue_asU8()))
    if (policy.getType() !== IMPLICIT_META) throw unexplained(`the policy ${path} is of an unknown type`)
    const definition = decode('a policy', common.ImplicitMetaPolicy, policy.getValue_asU8())
    const folder = path.slice(0, path.lastIndexOf('/'))
    const below = [...groupsOf(group).keys()].map((child) => this.at(`${folder}/${child}/${definition.getSubPolicy()}`))
    return implicitMetaPolicy(definition, below)
  }
}

export function groupsOf (group: common.ConfigGroup): Map<string, common.ConfigGroup> {
  return new Map(entriesOf<common.ConfigGroup>(group.getGroupsMap()))
}

export function valuesOf (group: common.ConfigGroup): Map<string, common.ConfigValue> {
  return new Map(entriesOf<common.ConfigValue>(group.getValuesMap()))
}

export function policiesOf (group: common.ConfigGroup): Map<string, common.ConfigPolicy> {
  return new Map(entriesOf<common.ConfigPolicy>(group.getPoliciesMap()))
}

function rawValue (group: common.ConfigGroup, name: string): Uint8Array {
  const value = valuesOf(group).get(name)
  if (value === undefined) throw unexplained(`the value ${name} is missing`)
  return value.getValue_asU8()
}

function valueOf<T extends { serializeBinary (): Uint8Array }> (group: common.ConfigGroup, name: string, type: Parameters<typeof decode<T>>[1]): T {
  return decode(name, type, rawValue(group, name))
}

function unexplained (detail: string): ScrutinError {
  return new ScrutinError('input.malformed', `the channel's configuration is not explained: ${detail}`)
}
