/** Updates of a channel's configuration, as configtxlator computes them and an orderer writes them into a block. */
import { common } from '@hyperledger/fabric-protos'
import { groupsOf, valuesOf } from '../../src/channel-config.ts'
import { channel, configEnvelope } from './test-chain.ts'
import type { TestIdentity } from './test-identities.ts'

export interface UpdateOptions {
  /** The configuration before it. */
  readonly group: common.ConfigGroup
  readonly sequence?: number
  /** Who signs the update. */
  readonly admins: readonly TestIdentity[]
  readonly orderer: TestIdentity
  /** What the update asks for. */
  readonly change: (group: common.ConfigGroup) => void
  /** What the orderer makes of the result besides. */
  readonly changeResult?: (group: common.ConfigGroup) => void
}

/** The envelope that stands alone in a block, and the configuration it brings. */
export function configUpdate ({ group, sequence = 1, admins, orderer, change, changeResult }: UpdateOptions): { envelope: Uint8Array, group: common.ConfigGroup } {
  const wanted = copyOf(group)
  change(wanted)
  const update = new common.ConfigUpdate()
  update.setChannelId(channel)
  update.setReadSet(group)
  update.setWriteSet(wanted)
  const bytes = update.serializeBinary()
  const signed = new common.ConfigUpdateEnvelope()
  signed.setConfigUpdate(bytes)
  signed.setSignaturesList(admins.map((admin) => {
    const header = new common.SignatureHeader()
    header.setCreator(admin.serialized)
    header.setNonce(new Uint8Array(24))
    const signature = new common.ConfigSignature()
    signature.setSignatureHeader(header.serializeBinary())
    signature.setSignature(admin.sign(Buffer.concat([header.serializeBinary(), bytes])))
    return signature
  }))
  const payload = new common.Payload()
  payload.setData(signed.serializeBinary())
  const lastUpdate = new common.Envelope()
  lastUpdate.setPayload(payload.serializeBinary())
  const result = copyOf(wanted)
  changeResult?.(result)
  const config = new common.Config()
  config.setSequence(sequence)
  config.setChannelGroup(result)
  const envelope = new common.ConfigEnvelope()
  envelope.setConfig(config)
  envelope.setLastUpdate(lastUpdate)
  return { envelope: configEnvelope(envelope.serializeBinary(), orderer), group: result }
}

/** The group below another, by its names. */
export function groupAt (root: common.ConfigGroup, ...names: readonly string[]): common.ConfigGroup {
  return names.reduce((group, name) => groupsOf(group).get(name)!, root)
}

/** Sets a value: a new version of it, or of its group where it is the first. */
export function setValue (group: common.ConfigGroup, name: string, bytes: Uint8Array): void {
  const before = valuesOf(group).get(name)
  if (before !== undefined) {
    before.setVersion(before.getVersion() + 1)
    before.setValue(bytes)
    return
  }
  const value = new common.ConfigValue()
  value.setModPolicy('Admins')
  value.setValue(bytes)
  ;(group.getValuesMap() as { set (key: string, value: unknown): unknown }).set(name, value)
  group.setVersion(group.getVersion() + 1)
}

function copyOf (group: common.ConfigGroup): common.ConfigGroup {
  return common.ConfigGroup.deserializeBinary(group.serializeBinary())
}
