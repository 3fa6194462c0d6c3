/**
 * Changes of the channel's configuration. One administrator alone may say where its member's peers are, and whom it
 * certifies: that must spoil no audit. What says who is believed needs more, and is not followed by this version.
 */
import { type common, msp } from '@hyperledger/fabric-protos'
import t from 'tap'
import { policiesOf } from '../src/channel-config.ts'
import { nativeCrypto } from '../src/native-crypto.ts'
import { readChain } from '../src/read-chain.ts'
import { draftedElection } from './support/drafted-election.ts'
import { asBlocks, type DraftBlock, writeChain } from './support/test-chain.ts'
import { mspConfig, testMember } from './support/test-identities.ts'
import { configUpdate, groupAt, setValue, type UpdateOptions } from './support/test-update.ts'

t.setTimeout(60_000)

const { election, consortium, drafts } = await draftedElection()
const { members, group } = consortium
const [first, second] = members
const place = drafts.findIndex(({ transactions }) => transactions.some(({ sets }) => sets.some(({ writes }) => writes?.some(({ key }) => key.includes('/ballot/')))))
const before = drafts.slice(0, place)
const ballotBlock = drafts[place]!
const number = before.length + 1
const text = (value: string): Uint8Array => new TextEncoder().encode(value)

const blockOf = (envelope: Uint8Array, lastConfig = number): DraftBlock => ({ transactions: [], envelopes: [envelope], signers: [1, 2, 3], lastConfig })
const update = (options: Partial<UpdateOptions> & Pick<UpdateOptions, 'change'>): DraftBlock =>
  blockOf(configUpdate({ group, admins: [first!.admin], orderer: second!.orderer, ...options }).envelope)

async function failed (chain: readonly DraftBlock[]): Promise<string[]> {
  const { checks } = await readChain(asBlocks(writeChain(consortium, chain)), { electionId: election.id, crypto: nativeCrypto })
  return checks.filter(({ ok }) => !ok).map(({ name, detail }) => `${name}: ${detail}`)
}

const member = (root: common.ConfigGroup, part = 'Application', mspId = first!.mspId): common.ConfigGroup => groupAt(root, part, mspId)
const moveAnchors = (root: common.ConfigGroup): void => { setValue(member(root), 'AnchorPeers', text('elsewhere')) }

t.test('a member says where its anchor peers are, and voting goes on', async (t) => {
  t.strictSame(await failed([...before, update({ change: moveAnchors }), { ...ballotBlock, lastConfig: number }]), [])
  const once = configUpdate({ group, admins: [first!.admin], orderer: second!.orderer, change: moveAnchors })
  const twice = configUpdate({ group: once.group, sequence: 2, admins: [first!.admin], orderer: first!.orderer, change: moveAnchors })
  t.strictSame(await failed([...before, blockOf(once.envelope), blockOf(twice.envelope, number + 1), { ...ballotBlock, lastConfig: number + 1 }]), [], 'and again')
  t.match(await failed([...before, update({ change: moveAnchors }), ballotBlock]), [new RegExp(`^chain\\.orderers: .*said to be in block 0, it is in ${number}`)], 'later blocks name it')
})

t.test('a member gets a second authority, and what that one certifies counts from then on', async (t) => {
  const namesake = await testMember(first!.mspId)
  const config = msp.FabricMSPConfig.deserializeBinary(msp.MSPConfig.deserializeBinary(mspConfig(first!)).getConfig_asU8())
  config.addRootCerts(text(namesake.rootPem))
  const units = config.getFabricNodeOus()!
  for (const unit of [units.getPeerOuIdentifier(), units.getClientOuIdentifier(), units.getAdminOuIdentifier(), units.getOrdererOuIdentifier()]) unit!.setCertificate('')
  const renewed = new msp.MSPConfig()
  renewed.setConfig(config.serializeBinary())
  const change = (root: common.ConfigGroup): void => { for (const part of ['Application', 'Orderer']) setValue(member(root, part), 'MSP', renewed.serializeBinary()) }
  const byNewPeer = { ...ballotBlock, transactions: ballotBlock.transactions.map((same) => ({ ...same, endorsers: [namesake.peer, ...members.slice(1, 3).map(({ peer }) => peer)] })) }
  t.strictSame(await failed([...before, update({ change }), { ...byNewPeer, lastConfig: number }]), [])
  t.match(await failed([...before, byNewPeer]), [/^chain\.endorsements: .*MemberB, MemberC do not suffice/], 'not before')
  config.addRevocationList(text('-----BEGIN X509 CRL-----\n'))
  renewed.setConfig(config.serializeBinary())
  t.match(await failed([...before, update({ change })]), [new RegExp(`^chain\\.configuration: block ${number}: .*revocations`)], 'revocations are not followed')
})

t.test('what needs other signatures, or is not what was signed, is refused', async (t) => {
  const refused = async (what: RegExp, options: Partial<UpdateOptions> & Pick<UpdateOptions, 'change'>): Promise<void> => {
    const checks = await failed([...before, update(options)])
    t.equal(checks.length, 1)
    t.match(checks[0], new RegExp(`^chain\\.configuration: block ${number}: `))
    t.match(checks[0], what)
  }
  await refused(/those who signed the update may not change \/Channel\/Application\/MemberA/, { change: moveAnchors, admins: [second!.admin] })
  await refused(/may not change/, { change: moveAnchors, admins: [] })
  await refused(/may not change/, { change: moveAnchors, admins: [first!.clients['gateway']!] })
  await refused(/may not change/, { change: moveAnchors, admins: [{ ...first!.admin, sign: (message) => second!.admin.sign(message) }] })
  await refused(/may not change \/Channel\/Orderer/, { change: (root) => { setValue(groupAt(root, 'Orderer'), 'BatchTimeout', text('9s')) } })
  await refused(/sequence 3 follows sequence 0/, { change: moveAnchors, sequence: 3 })
  await refused(/it is not what its update makes of the one before: value \/Channel\/Application\/MemberA\/AnchorPeers/, { change: moveAnchors, changeResult: (root) => { setValue(member(root), 'AnchorPeers', text('other')) } })
  await refused(/it changes nothing/, { change: () => {} })
  await refused(/version 2 of \/Channel\/Application\/MemberA follows version 0/, { change: (root) => { moveAnchors(root); member(root).setVersion(2) } })
})

t.test('who is believed is not changed, whoever signs', async (t) => {
  const admins = members.map(({ admin }) => admin)
  const notFollowed = async (path: string, change: (root: common.ConfigGroup) => void): Promise<void> => {
    t.match(await failed([...before, update({ change, admins })]), [new RegExp(`^chain\\.configuration: block ${number}: .*it changes ${path}, which this version does not follow`)])
  }
  await notFollowed('/Channel/Application/Endorsement', (root) => {
    const policy = policiesOf(groupAt(root, 'Application')).get('Endorsement')!
    policy.setVersion(1)
    policy.setPolicy(policiesOf(root).get('Writers')!.getPolicy())
  })
  await notFollowed('/Channel/Orderer/Orderers', (root) => { setValue(groupAt(root, 'Orderer'), 'Orderers', new Uint8Array(0)) })
  await notFollowed('/Channel/Application/MemberB', (root) => {
    const application = groupAt(root, 'Application')
    application.setVersion(1)
    const orphan = member(root, 'Application', 'MemberB')
    orphan.setVersion(1)
    orphan.setModPolicy('Writers')
  })
  await notFollowed('/Channel/Capabilities', (root) => { setValue(root, 'Capabilities', new Uint8Array(0)) })
})
