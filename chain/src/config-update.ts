/**
 * A later configuration of the channel: whether it follows from the one before
 * by an update that its members' own rules allow (Fabric's common/configtx),
 * and whether it is one that this version follows.
 */
import { common } from '@hyperledger/fabric-protos'
import { concatBytes, equalBytes } from '../../protocol/src/bytes.ts'
import { ScrutinError } from '../../protocol/src/errors.ts'
import { type ChannelConfig, groupsOf, parseConfig, parseConfigEnvelope, policiesOf, valuesOf } from './channel-config.ts'
import type { ChainCrypto } from './chain-crypto.ts'
import { type Identity, isIdentity } from './member-identities.ts'
import * as shapes from './message-shapes.ts'
import { decodeAsGo, decodeLoosely } from './wire.ts'

/** One element of a configuration, without what stands below it. */
interface Item {
  /** From the channel down, as in messages: `/Channel/Application/MemberA/AnchorPeers`. */
  readonly path: string
  readonly kind: 'group' | 'value' | 'policy'
  /** Where a relative mod policy is looked for. */
  readonly folder: string
  readonly version: number
  readonly modPolicy: string
  /** The value, or the policy. */
  readonly content: Uint8Array
  /** Of a group: what stands directly below it. */
  readonly below: readonly string[]
}

type Items = Map<string, Item>

/** What may change without a change in who must be believed: where peers are found, and how large and frequent blocks are. */
const harmless: ReadonlySet<string> = new Set(['AnchorPeers', 'Endpoints', 'OrdererAddresses', 'BatchSize', 'BatchTimeout', 'ChannelRestrictions'])
/** Whom a member certifies is its own affair: what `parseConfig` explains of it is followed. */
const ownAffair = 'MSP'

/** Throws `input.malformed` or `access.signature` with what is wrong, or not followed. */
export function followUpdate (crypto: ChainCrypto, before: ChannelConfig, data: Uint8Array): ChannelConfig {
  const { config, lastUpdate } = parseConfigEnvelope(data)
  const group = config.getChannelGroup()
  if (lastUpdate === undefined || group === undefined) throw refused('it is no update')
  if (config.getSequence() !== before.sequence + 1) throw refused(`sequence ${config.getSequence()} follows sequence ${before.sequence}`)
  const current = itemsOf(before.group)
  const proposed = itemsOf(group)
  const delta = authorise(before, current, lastUpdate)
  const result = reachable(new Map([...current, ...delta]))
  for (const name of new Set([...result.keys(), ...proposed.keys()])) {
    if (!isSame(result.get(name), proposed.get(name))) throw refused(`it is not what its update makes of the one before: ${name}`)
  }
  for (const name of new Set([...current.keys(), ...proposed.keys()])) requireFollowed(current.get(name), proposed.get(name))
  const after = parseConfig(crypto, before.channel, config)
  if (after.members.mspIds.join() !== before.members.mspIds.join()) throw refused('it changes who the members are')
  return after
}

/** The elements that the update changes, each as its mod policy allows. */
function authorise (before: ChannelConfig, current: Items, lastUpdate: common.Envelope): Items {
  const payload = decodeAsGo('an update', common.Payload, shapes.payload, lastUpdate.getPayload_asU8())
  const envelope = decodeLoosely('an update', common.ConfigUpdateEnvelope, payload.getData_asU8())
  const update = decodeLoosely('an update', common.ConfigUpdate, envelope.getConfigUpdate_asU8())
  if (update.getChannelId() !== before.channel) throw refused(`it is for the channel ${update.getChannelId()}`)
  const readSet = itemsOf(update.getReadSet() ?? new common.ConfigGroup())
  const writeSet = itemsOf(update.getWriteSet() ?? new common.ConfigGroup())
  for (const [name, { version }] of readSet) {
    if (current.get(name)?.version !== version) throw refused(`it was made for another version of ${name}`)
  }
  const signers = signersOf(before, envelope)
  const delta: Items = new Map([...writeSet].filter(([name, { version }]) => readSet.get(name)?.version !== version))
  if (delta.size === 0) throw refused('it changes nothing')
  for (const [name, item] of delta) {
    const existing = current.get(name)
    if (item.version !== (existing === undefined ? 0 : existing.version + 1)) throw refused(`version ${item.version} of ${item.path} follows version ${existing?.version ?? 'none'}`)
    if (item.modPolicy === '') throw refused(`nobody may change ${item.path}`)
    if (existing !== undefined && before.policy(policyPath(existing))?.(signers) !== true) {
      throw new ScrutinError('access.signature', `those who signed the update may not change ${existing.path}`)
    }
  }
  return delta
}

/** Each once; those whose signature does not hold are passed over, as in Fabric. */
function signersOf ({ members }: ChannelConfig, envelope: common.ConfigUpdateEnvelope): Identity[] {
  const found = new Map<string, Identity>()
  for (const signature of envelope.getSignaturesList()) {
    const header = signature.getSignatureHeader_asU8()
    const identity = members.identify(decodeAsGo('a signature header', common.SignatureHeader, shapes.signatureHeader, header).getCreator_asU8())
    if (isIdentity(identity) && members.hasSigned(identity, concatBytes(header, envelope.getConfigUpdate_asU8()), signature.getSignature_asU8())) {
      found.set(`${identity.mspId} ${identity.certificate.fingerprint}`, identity)
    }
  }
  return [...found.values()]
}

function policyPath ({ modPolicy, folder }: Item): string {
  return modPolicy.startsWith('/') ? modPolicy : `${folder}/${modPolicy}`
}

function requireFollowed (before: Item | undefined, after: Item | undefined): void {
  if (isSame(before, after)) return
  const item = (after ?? before)!
  const name = item.path.slice(item.path.lastIndexOf('/') + 1)
  const isKept = before !== undefined && after !== undefined && before.modPolicy === after.modPolicy
  if (item.kind === 'value' && (harmless.has(name) || (isKept && name === ownAffair)) && (before === undefined || isKept)) return
  if (item.kind === 'group' && isKept) {
    const changed = [...before.below.filter((key) => !after.below.includes(key)), ...after.below.filter((key) => !before.below.includes(key))]
    if (changed.every((key) => key.startsWith('value ') && harmless.has(key.slice(key.lastIndexOf('/') + 1)))) return
  }
  throw refused(`it changes ${item.path}, which this version does not follow`)
}

function isSame (a: Item | undefined, b: Item | undefined): boolean {
  if (a === undefined || b === undefined) return a === b
  return a.version === b.version && a.modPolicy === b.modPolicy && equalBytes(a.content, b.content) && a.below.join('\0') === b.below.join('\0')
}

/** By kind and path: a value and a policy may have one name. */
function itemsOf (root: common.ConfigGroup): Items {
  const items: Items = new Map()
  const add = (item: Item): void => { items.set(nameOf(item.kind, item.path), item) }
  const visit = (path: string, group: common.ConfigGroup): void => {
    const [groups, values, policies] = [groupsOf(group), valuesOf(group), policiesOf(group)]
    const below = [
      ...[...groups.keys()].map((key) => nameOf('group', `${path}/${key}`)), ...[...values.keys()].map((key) => nameOf('value', `${path}/${key}`)),
      ...[...policies.keys()].map((key) => nameOf('policy', `${path}/${key}`)),
    ].sort()
    add({ path, kind: 'group', folder: path, version: group.getVersion(), modPolicy: group.getModPolicy(), content: new Uint8Array(0), below })
    for (const [key, value] of values) {
      add({ path: `${path}/${key}`, kind: 'value', folder: path, version: value.getVersion(), modPolicy: value.getModPolicy(), content: value.getValue_asU8(), below: [] })
    }
    for (const [key, policy] of policies) {
      add({ path: `${path}/${key}`, kind: 'policy', folder: path, version: policy.getVersion(), modPolicy: policy.getModPolicy(), content: policy.getPolicy()?.serializeBinary() ?? new Uint8Array(0), below: [] })
    }
    for (const [key, child] of groups) visit(`${path}/${key}`, child)
  }
  visit('/Channel', root)
  return items
}

function nameOf (kind: Item['kind'], path: string): string {
  return `${kind} ${path}`
}

/** What is still there: an element that its group no longer names is gone. Throws when a group names one that is not there. */
function reachable (items: Items): Items {
  const found: Items = new Map()
  const visit = (name: string): void => {
    const item = items.get(name)
    if (item === undefined) throw refused(`it names ${name}, which is not there`)
    found.set(name, item)
    for (const below of item.below) visit(below)
  }
  visit(nameOf('group', '/Channel'))
  return found
}

function refused (detail: string): ScrutinError {
  return new ScrutinError('input.malformed', `the configuration is not followed: ${detail}`)
}
