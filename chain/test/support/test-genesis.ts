/** A channel's configuration, as configtxgen makes it from network/src/channel.ts. */
import { common, msp, orderer } from '@hyperledger/fabric-protos'
import type { IdentityKind } from '../../src/member-identities.ts'
import { mspConfig, type TestMember } from './test-identities.ts'

export interface GenesisOptions {
  readonly type?: 'BFT' | 'etcdraft'
}

export function genesisGroup (members: readonly TestMember[], { type = 'BFT' }: GenesisOptions = {}): common.ConfigGroup {
  const organisations = (): Record<string, common.ConfigGroup> => Object.fromEntries(members.map((member) => [member.mspId, organisation(member)]))
  const application = group({
    values: { Capabilities: capabilities('V2_5') },
    policies: { ...standardPolicies(), Endorsement: implicit('MAJORITY', 'Endorsement'), LifecycleEndorsement: implicit('MAJORITY', 'Endorsement') },
    groups: organisations(),
  })
  const n = members.length
  const quorum = Math.ceil((n + Math.floor((n - 1) / 3) + 1) / 2)
  const consenters = members.map(({ orderer: { serialized } }) => principal('IDENTITY', serialized))
  const ordering = group({
    values: { ConsensusType: consensusType(type), Capabilities: capabilities('V2_0'), Orderers: orderers(members) },
    policies: { ...standardPolicies(), BlockValidation: type === 'BFT' ? signatures(quorum, consenters) : implicit('ANY', 'Writers') },
    groups: organisations(),
  })
  const hashing = new common.HashingAlgorithm()
  hashing.setName('SHA256')
  const width = new common.BlockDataHashingStructure()
  width.setWidth(0xffffffff)
  return group({
    values: { HashingAlgorithm: hashing.serializeBinary(), BlockDataHashingStructure: width.serializeBinary(), Capabilities: capabilities('V3_0') },
    policies: standardPolicies(),
    groups: { Application: application, Orderer: ordering },
  })
}

interface GroupParts {
  readonly values: Readonly<Record<string, Uint8Array>>
  readonly policies: Readonly<Record<string, common.Policy>>
  readonly groups?: Readonly<Record<string, common.ConfigGroup>>
}

/** google-protobuf's types know no values of maps. */
interface WireMap { set (key: string, value: unknown): unknown }

function group ({ values, policies, groups = {} }: GroupParts): common.ConfigGroup {
  const made = new common.ConfigGroup()
  made.setModPolicy('Admins')
  for (const [name, bytes] of Object.entries(values)) {
    const value = new common.ConfigValue()
    value.setModPolicy('Admins')
    value.setValue(bytes)
    ;(made.getValuesMap() as WireMap).set(name, value)
  }
  for (const [name, policy] of Object.entries(policies)) {
    const entry = new common.ConfigPolicy()
    entry.setModPolicy('Admins')
    entry.setPolicy(policy)
    ;(made.getPoliciesMap() as WireMap).set(name, entry)
  }
  for (const [name, child] of Object.entries(groups)) (made.getGroupsMap() as WireMap).set(name, child)
  return made
}

function organisation (member: TestMember): common.ConfigGroup {
  const anyOf = (...kinds: IdentityKind[]): common.Policy => signatures(1, kinds.map((kind) => roleOf(member.mspId, kind)))
  return group({
    values: { MSP: mspConfig(member) },
    policies: { Readers: anyOf('admin', 'peer', 'orderer', 'client'), Writers: anyOf('admin', 'orderer', 'client'), Admins: anyOf('admin'), Endorsement: anyOf('peer') },
  })
}

function standardPolicies (): Record<string, common.Policy> {
  return { Readers: implicit('ANY', 'Readers'), Writers: implicit('ANY', 'Writers'), Admins: implicit('MAJORITY', 'Admins') }
}

function implicit (rule: 'ANY' | 'MAJORITY', subPolicy: string): common.Policy {
  const definition = new common.ImplicitMetaPolicy()
  definition.setRule(common.ImplicitMetaPolicy.Rule[rule])
  definition.setSubPolicy(subPolicy)
  return policy(common.Policy.PolicyType.IMPLICIT_META, definition.serializeBinary())
}

function signatures (needed: number, principals: readonly msp.MSPPrincipal[]): common.Policy {
  const nOutOf = new common.SignaturePolicy.NOutOf()
  nOutOf.setN(needed)
  nOutOf.setRulesList(principals.map((_, i) => {
    const rule = new common.SignaturePolicy()
    rule.setSignedBy(i)
    return rule
  }))
  const rule = new common.SignaturePolicy()
  rule.setNOutOf(nOutOf)
  const envelope = new common.SignaturePolicyEnvelope()
  envelope.setRule(rule)
  envelope.setIdentitiesList([...principals])
  return policy(common.Policy.PolicyType.SIGNATURE, envelope.serializeBinary())
}

function policy (type: common.Policy.PolicyTypeMap[keyof common.Policy.PolicyTypeMap], value: Uint8Array): common.Policy {
  const made = new common.Policy()
  made.setType(type)
  made.setValue(value)
  return made
}

function roleOf (mspId: string, kind: IdentityKind): msp.MSPPrincipal {
  const { ADMIN, CLIENT, PEER, ORDERER } = msp.MSPRole.MSPRoleType
  const role = new msp.MSPRole()
  role.setMspIdentifier(mspId)
  role.setRole({ admin: ADMIN, client: CLIENT, peer: PEER, orderer: ORDERER }[kind])
  return principal('ROLE', role.serializeBinary())
}

function principal (classification: 'ROLE' | 'IDENTITY', bytes: Uint8Array): msp.MSPPrincipal {
  const made = new msp.MSPPrincipal()
  made.setPrincipalClassification(msp.MSPPrincipal.Classification[classification])
  made.setPrincipal(bytes)
  return made
}

function capabilities (name: string): Uint8Array {
  const made = new common.Capabilities()
  ;(made.getCapabilitiesMap() as WireMap).set(name, new common.Capability())
  return made.serializeBinary()
}

function consensusType (type: string): Uint8Array {
  const made = new orderer.ConsensusType()
  made.setType(type)
  return made.serializeBinary()
}

function orderers (members: readonly TestMember[]): Uint8Array {
  const made = new common.Orderers()
  made.setConsenterMappingList(members.map(({ mspId, orderer: { pem } }, i) => {
    const consenter = new common.Consenter()
    consenter.setId(i + 1)
    consenter.setHost('localhost')
    consenter.setPort(7050 + i)
    consenter.setMspId(mspId)
    consenter.setIdentity(new TextEncoder().encode(pem))
    return consenter
  }))
  return made.serializeBinary()
}
