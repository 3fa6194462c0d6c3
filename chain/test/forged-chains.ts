/**
 * Chains that a forger brings, each refused by the check that is named. Where
 * one gateway, registrar, peer or orderer could sign it, only its keys are
 * used; what takes a dishonest majority is signed by one, to show that the
 * check sees it even then.
 */
import { common, peer } from '@hyperledger/fabric-protos'
import t, { type Test } from 'tap'
import { recordKeys } from '../../protocol/src/records.ts'
import { canonicalBytes, canonicalText } from '../../protocol/src/canonical-json.ts'
import { anchorFormat } from '../src/anchor.ts'
import { portableCrypto } from '../src/chain-crypto.ts'
import { definitionKeys } from '../src/contract-definition.ts'
import { nativeCrypto } from '../src/native-crypto.ts'
import { type ChainReading, readChain, type ReadChainOptions } from '../src/read-chain.ts'
import { draftedElection } from './support/drafted-election.ts'
import {
  asBlocks, channel, configEnvelope, definitionValue, type DraftBlock, type DraftSet, type DraftTransaction, testConsortium, type TransactionParts, writeChain,
} from './support/test-chain.ts'
import { testMember, withOtherS } from './support/test-identities.ts'

t.setTimeout(180_000)

const { election, consortium, drafts } = await draftedElection()
const anchor = { format: anchorFormat, channel, genesis: consortium.genesisHash, electionId: election.id } as const
const { members } = consortium
const [first] = members
const sound = writeChain(consortium, drafts)

async function read (blocks: readonly Uint8Array[], options: Partial<ReadChainOptions> = {}): Promise<ChainReading> {
  return await readChain(asBlocks(blocks), { electionId: election.id, anchor, crypto: nativeCrypto, ...options })
}

/** The names of the checks that failed. */
async function failed (blocks: readonly Uint8Array[], options: Partial<ReadChainOptions> = {}): Promise<string[]> {
  return (await read(blocks, options)).checks.filter(({ ok }) => !ok).map(({ name }) => name)
}

async function refused (t: Test, name: string, blocks: readonly Uint8Array[], detail: RegExp, options: Partial<ReadChainOptions> = {}): Promise<void> {
  const reading = await read(blocks, options)
  t.equal(reading.ok, false)
  const check = reading.checks.find((candidate) => candidate.name === name)
  t.match(check, { ok: false, detail }, `${name} fails`)
}

const writesOf = (transaction: DraftTransaction): readonly { key: string, value: Uint8Array | undefined }[] => transaction.sets.flatMap(({ writes }) => writes ?? [])

/** Place of the first block, counted in the drafts, with a transaction that writes such a key. */
function placeOf (part: string, from = 0): number {
  const place = drafts.findIndex(({ transactions }, i) => i >= from && transactions.some((transaction) => writesOf(transaction).some(({ key }) => key.includes(part))))
  if (place < 0) throw new Error(`nothing writes ${part}`)
  return place
}

/** The drafts with one transaction changed: the only one of its block, or the first. */
function withTransaction (place: number, change: (transaction: DraftTransaction) => DraftTransaction, block: Partial<DraftBlock> = {}): DraftBlock[] {
  return drafts.map((draft, i) => i === place ? { ...draft, ...block, transactions: draft.transactions.map((transaction, j) => j === 0 ? change(transaction) : transaction) } : draft)
}

const withWrites = (transaction: DraftTransaction, change: (writes: NonNullable<DraftSet['writes']>) => NonNullable<DraftSet['writes']>): DraftTransaction =>
  ({ ...transaction, sets: transaction.sets.map((set) => set.writes === undefined ? set : { ...set, writes: change(set.writes) }) })

const ballotPlace = placeOf('/ballot/')
const ballotBlock = drafts[ballotPlace]!
const ballotTransaction = ballotBlock.transactions[0]!
/** As a block of its own, after the given one. Blocks after it would not read what they did: they are left out. */
const insertedAfter = (place: number, transaction: DraftTransaction): DraftBlock[] => [...drafts.slice(0, place + 1), { transactions: [transaction], signers: [1, 2, 3] }]
const bare = (transaction: Partial<DraftTransaction>, writes: NonNullable<DraftSet['writes']>): DraftTransaction =>
  ({ ...ballotTransaction, ...transaction, sets: [{ namespace: 'scrutin', writes }] })

t.test('a sound chain passes, by Node\'s crypto and by the portable one', async (t) => {
  const reading = await read(sound)
  t.strictSame(reading.checks.filter(({ ok }) => !ok), [])
  t.match(reading, { ok: true, anchored: true, channel, genesis: consortium.genesisHash, height: sound.length, stateChangedIn: sound.length - 1 })
  t.match(await read(sound, { anchor: undefined }), { ok: true, anchored: false })
  t.strictSame(await failed(sound.slice(0, 12), { crypto: portableCrypto }), [])
})

t.test('blocks', async (t) => {
  await refused(t, 'chain.format', sound.toSpliced(9, 1), /block 9 is missing/)
  await refused(t, 'chain.format', sound.slice(1), /block 0 is missing/)
  await refused(t, 'chain.format', [], /there is no block/)
  await refused(t, 'chain.format', [...sound.slice(0, 5), sound[5]!.subarray(0, -3)], /decoded|encoded/)
  // an unknown field after the last known one, which other readers would pass over
  await refused(t, 'chain.format', [...sound.slice(0, 5), Uint8Array.from([...sound[5]!, 0x78, 1])], /not encoded as Fabric encodes it/)
  const other = writeChain(consortium, drafts)
  await refused(t, 'chain.hashes', sound.with(9, other[9]!), /block 9: it does not follow the block before it/)
  const moved = drafts.map((draft, i) => i === 0 ? { ...draft, transactions: draft.transactions.toReversed() } : draft)
  await refused(t, 'chain.hashes', [sound[0]!, mixed(sound[1]!, writeChain(consortium, moved)[1]!)], /the transactions are not those of its header/)
})

/** The header and signatures of one block over the transactions of another. */
function mixed (header: Uint8Array, data: Uint8Array): Uint8Array {
  const made = common.Block.deserializeBinary(header)
  made.setData(common.Block.deserializeBinary(data).getData())
  return made.serializeBinary()
}

t.test('the anchor', async (t) => {
  const strangers = await testConsortium(election.definition.members)
  await refused(t, 'chain.anchor', writeChain(strangers, []), /the genesis block is/)
  await refused(t, 'chain.anchor', sound, /the channel is scrutin, the anchor's is other/, { anchor: { ...anchor, channel: 'other' } })
  await refused(t, 'chain.anchor', sound, /the anchor is that of the election 00/, { anchor: { ...anchor, electionId: '00'.repeat(32) } })
  const { tipHash } = await read(sound.slice(0, 20))
  const latest = { number: 19, hash: tipHash! }
  t.equal((await read(sound, { anchor: { ...anchor, latest } })).ok, true)
  await refused(t, 'chain.anchor', sound, /block 19 is/, { anchor: { ...anchor, latest: { ...latest, hash: '00'.repeat(32) } } })
  await refused(t, 'chain.anchor', sound.slice(0, 19), /ends after 19 blocks, before the anchor's block 19/, { anchor: { ...anchor, latest } })
  await refused(t, 'chain.anchor', sound.slice(0, 19), /at least 20/, { minHeight: 20 })
  const shorter = await read(sound.slice(0, -1))
  t.match(shorter, { ok: true, height: sound.length - 1 }, 'a chain that is cut off is sound as far as it goes: its height and tip say how far')
  t.not(shorter.tipHash, (await read(sound)).tipHash)
})

t.test('orderers', async (t) => {
  const signedBy = async (block: Partial<DraftBlock>, detail: RegExp): Promise<void> => {
    await refused(t, 'chain.orderers', writeChain(consortium, withTransaction(5, (same) => same, block)), detail)
  }
  await signedBy({ signers: [1, 2] }, /2 orderers signed, 3 must/)
  await signedBy({ signers: [1, 2, 2] }, /2 orderers signed, 3 must/)
  await signedBy({ signers: [1, 2, 3], signWith: () => first!.orderer }, /1 orderers signed, 3 must/)
  await signedBy({ signers: [1, 2, 3], signWith: (consenter) => consenter === 3 ? members[2]!.peer : members[consenter - 1]!.orderer }, /2 orderers signed, 3 must/)
  await signedBy({ signers: [1, 2, 5], signWith: (consenter) => members[(consenter - 1) % 4]!.orderer }, /2 orderers signed, 3 must/)
  await signedBy({ lastConfig: 3 }, /the last configuration is said to be in block 3/)
})

t.test('what one orderer adds to a block\'s metadata spoils nothing', async (t) => {
  const passes = async (block: Partial<DraftBlock>): Promise<void> => { t.strictSame(await failed(writeChain(consortium, withTransaction(5, (same) => same, block))), []) }
  await passes({ signers: [1, 2, 3, 5], signWith: (consenter) => members[(consenter - 1) % 4]!.orderer })
  await passes({ signers: [1, 2, 3, 4], signWith: (consenter) => members[consenter === 4 ? 0 : consenter - 1]!.orderer })
  await passes({ signers: [1, 2, 3, 3] })
  await passes({
    signers: [1, 2, 3],
    changeMetadata: (metadata) => {
      metadata.addSignatures(new common.MetadataSignature())
      return Uint8Array.from([...metadata.serializeBinary(), 0x78, 1])
    },
  })
})

t.test('senders', async (t) => {
  const sentBy = async (change: (transaction: DraftTransaction) => DraftTransaction, detail: RegExp): Promise<void> => {
    await refused(t, 'chain.transactions', writeChain(consortium, withTransaction(ballotPlace, change)), detail)
  }
  const stranger = await testMember(members[3]!.mspId)
  await sentBy((same) => ({ ...same, creator: stranger.clients['gateway']! }), /the certificate was not issued by MemberD/)
  await sentBy((same) => ({ ...same, creator: { ...stranger.clients['gateway']!, serialized: same.creator.serialized } }), /sender's signature does not hold/)
  const outsider = await testMember('Outsider')
  await sentBy((same) => ({ ...same, creator: outsider.clients['gateway']! }), /Outsider is no member/)
  const authority = await members[3]!.certify('authority', { kind: 'client', role: 'gateway', isAuthority: true })
  await sentBy((same) => ({ ...same, creator: authority }), /a certificate authority signs no transactions/)
  await sentBy((same) => ({ ...same, creator: { ...same.creator, sign: (message) => withOtherS(same.creator.sign(message)) } }), /sender's signature does not hold/)
  await sentBy((same) => ({ ...same, change: ({ channelHeader }: TransactionParts) => { channelHeader.setTxId('00'.repeat(32)) } }), /its id is not the hash/)
  await sentBy((same) => ({ ...same, channel: 'other' }), /it is for the channel other/)
  await sentBy((same) => ({ ...same, chaincode: 'another' }), /the chaincode another is not defined/)
  const nonce = new Uint8Array(24)
  const twice = writeChain(consortium, [...drafts.slice(0, 3), { transactions: [{ ...drafts[3]!.transactions[0]!, nonce }], signers: [1, 2, 3] }, { transactions: [{ ...drafts[3]!.transactions[0]!, nonce }], signers: [1, 2, 3] }])
  await refused(t, 'chain.transactions', twice, /its id has been used before/)
})

t.test('certificates that had expired', async (t) => {
  const expired = { notBefore: new Date('2020-01-01T00:00:00Z'), notAfter: new Date('2020-02-01T00:00:00Z') }
  const dated = async (change: (transaction: DraftTransaction) => DraftTransaction): Promise<ChainReading['checks'][number]> => {
    const { checks } = await read(writeChain(consortium, withTransaction(ballotPlace, change)))
    return checks.find(({ name }) => name === 'chain.certificates')!
  }
  const [old, older] = await Promise.all([members[0]!, members[1]!].map(async (member) => await member.certify('old-peer', { kind: 'peer', ...expired })))
  const endorsers = [old!, older!, ...members.slice(2).map((member) => member.peer)]
  t.match(await dated((same) => ({ ...same, endorsers })), { ok: false, detail: /a peer of MemberA, MemberB was not valid/ })
  // one member must not be able to spoil the audit of what others endorsed
  t.match(await dated((same) => ({ ...same, endorsers: [old!, ...members.slice(1).map((member) => member.peer)] })), { ok: true, detail: /a peer of MemberA was not valid/ })
  const gateway = await members[3]!.certify('old-gateway', { kind: 'client', role: 'gateway', ...expired })
  t.match(await dated((same) => ({ ...same, creator: gateway })), { ok: true, detail: /a client of MemberD was not valid/ })
})

t.test('a transaction that changes nothing spoils no audit, whatever its time', async (t) => {
  const reads: DraftTransaction = { ...ballotTransaction, sets: [{ namespace: 'scrutin', reads: [] }] }
  for (const timestampMs of [0, -1000, Date.parse('9999-12-31T00:00:00Z'), 9e15]) {
    const chain = drafts.map((draft, i) => i === ballotPlace ? { ...draft, transactions: [...draft.transactions, { ...reads, timestampMs }] } : draft)
    t.strictSame(await failed(writeChain(consortium, chain)), [], String(timestampMs))
  }
})

t.test('what a member writes to its own collection spoils no audit', async (t) => {
  const own = members[3]!
  const toItself: DraftTransaction = { creator: own.clients['gateway']!, timestampMs: 0, chaincode: 'scrutin', endorsers: [own.peer], sets: [{ namespace: 'scrutin', approvalOf: own.mspId }] }
  const beside = (transaction: DraftTransaction): Uint8Array[] =>
    writeChain(consortium, drafts.map((draft, i) => i === ballotPlace ? { ...draft, transactions: [...draft.transactions, transaction] } : draft))
  t.strictSame(await failed(beside(toItself)), [])
  t.strictSame(await failed(beside({ ...toItself, sets: [{ namespace: 'scrutin', approvalOf: own.mspId, hasPolicy: true }] })), [], 'with a policy for a single key of it')
  t.strictSame(await failed(beside({ ...toItself, flag: 1 })), [], 'whatever the peer makes of it')
  await refused(t, 'chain.endorsements', beside({ ...toItself, sets: [{ namespace: 'scrutin', approvalOf: own.mspId, writes: [{ key: 'x', value: new Uint8Array(1) }] }] }), /MemberD do not suffice for scrutin/)
})

t.test('what Fabric may take and nobody explains fails, whatever the peer says of it', async (t) => {
  const beside = (transaction: Partial<DraftTransaction>): Uint8Array[] =>
    writeChain(consortium, drafts.map((draft, i) => i === ballotPlace ? { ...draft, transactions: [...draft.transactions, { ...ballotTransaction, ...transaction }] } : draft))
  for (const flag of [0, peer.TxValidationCode.ENDORSEMENT_POLICY_FAILURE, peer.TxValidationCode.BAD_CREATOR_SIGNATURE]) {
    await refused(t, 'chain.transactions', beside({ channel: 'other', flag }), /it is for the channel other/)
    const twice = (layer: string, bytes: Uint8Array): Uint8Array => layer === 'envelope' ? Uint8Array.from([...bytes, ...bytes]) : bytes
    await refused(t, 'chain.transactions', beside({ spell: twice, flag }), /not one payload and one signature/)
  }
})

t.test('endorsements', async (t) => {
  const endorsed = async (change: (transaction: DraftTransaction) => DraftTransaction): Promise<void> => {
    await refused(t, 'chain.endorsements', writeChain(consortium, withTransaction(ballotPlace, change)), /do not suffice for scrutin/)
  }
  const peers = members.map((member) => member.peer)
  await endorsed((same) => ({ ...same, endorsers: peers.slice(0, 2) }))
  await endorsed((same) => ({ ...same, endorsers: [peers[0]!, peers[1]!, peers[1]!] }))
  const second = await first!.certify('second-peer', { kind: 'peer' })
  await endorsed((same) => ({ ...same, endorsers: [peers[0]!, second, peers[1]!] }))
  await endorsed((same) => ({ ...same, endorsers: [peers[0]!, peers[1]!, members[2]!.clients['gateway']!, members[3]!.admin] }))
  await endorsed((same) => ({ ...same, endorsers: [] }))
  // one peer signs an altered ballot, and keeps the others' signatures
  const altered = withWrites(ballotTransaction, (writes) => writes.map(({ key, value }) => ({ key, value: key.includes('/ballot/') ? value!.with(200, value![200]! ^ 1) : value })))
  const signatures: TransactionParts['endorsements'] = []
  writeChain(consortium, withTransaction(ballotPlace, (same) => ({ ...same, change: (parts) => { signatures.push(...parts.endorsements) } })))
  await endorsed((same) => ({ ...altered, endorsers: same.endorsers.slice(0, 1), change: (parts) => { parts.endorsements.push(...signatures.slice(1)) } }))
  // the peer may say so itself: then it does not count, and nothing else is wrong
  const honest = writeChain(consortium, [...drafts.slice(0, ballotPlace), { ...ballotBlock, transactions: [{ ...ballotTransaction, endorsers: peers.slice(0, 2), flag: peer.TxValidationCode.ENDORSEMENT_POLICY_FAILURE }] }])
  t.strictSame(await failed(honest), [])
})

t.test('what was read', async (t) => {
  const stale = (same: DraftTransaction): DraftTransaction => ({ ...same, sets: same.sets.map((set) => ({ ...set, reads: (set.reads ?? []).map((entry) => entry.key.endsWith('/state') ? { ...entry, version: { block: 3, transaction: 0 } } : entry) })) })
  await refused(t, 'chain.versions', writeChain(consortium, withTransaction(ballotPlace, stale)), /what it read had changed/)
  const conflict = peer.TxValidationCode.MVCC_READ_CONFLICT
  const said = writeChain(consortium, [...drafts.slice(0, ballotPlace), { ...ballotBlock, transactions: [{ ...stale(ballotTransaction), flag: conflict }] }])
  t.strictSame(await failed(said), [], 'a conflict that is called one changes nothing')
  await refused(t, 'chain.flags', writeChain(consortium, withTransaction(ballotPlace, (same) => ({ ...same, flag: conflict }))), /the peer says MVCC_READ_CONFLICT, it is VALID/)
  const countPlace = placeOf('/count')
  const seesLess = (same: DraftTransaction): DraftTransaction => ({ ...same, sets: same.sets.map((set) => ({ ...set, ranges: (set.ranges ?? []).map((range) => ({ ...range, reads: range.reads.slice(1) })) })) })
  await refused(t, 'chain.versions', writeChain(consortium, withTransaction(countPlace, seesLess)), /a range that it read had changed/)
  // two of the same credential in one block: the second dies
  const twins = writeChain(consortium, [...drafts.slice(0, ballotPlace), { ...ballotBlock, transactions: [ballotTransaction, ballotTransaction] }])
  await refused(t, 'chain.versions', twins, /transaction 1: what it read had changed/)
})

t.test('the contract and the configuration', async (t) => {
  const defined = (options: Parameters<typeof definitionValue>[1]): Uint8Array[] => writeChain(consortium, withTransaction(1, (same) => withWrites(same, (writes) => writes.map(({ key }) => ({ key, value: definitionValue(key, options) })))))
  await refused(t, 'chain.contract', defined({ policy: '/Channel/Application/Writers' }), /not validated by \/Channel\/Application\/Endorsement/)
  await refused(t, 'chain.contract', defined({ sequence: 2 }), /definition 2 follows definition 0/)
  const other = withTransaction(1, (same) => withWrites(same, () => [{ key: 'namespaces/metadata/another', value: definitionValue(definitionKeys.at(-1)!) }]))
  await refused(t, 'chain.writes', writeChain(consortium, other), /no key of the lifecycle is explained/)
  t.strictSame(await failed(writeChain(consortium, withTransaction(1, (same) => ({ ...same, creator: first!.clients['gateway']!, timestampMs: 0 })))), [], 'whoever sends what a majority has approved, and when')
  const config = [...drafts.slice(0, 4), { transactions: [], envelopes: [configEnvelope(new Uint8Array(0), first!.orderer)], signers: [1, 2, 3] }]
  await refused(t, 'chain.configuration', writeChain(consortium, config), /block 5/)
})

t.test('writes that SPEC.md does not explain', async (t) => {
  const { id } = election
  const unexplained = async (chain: readonly DraftBlock[], detail: RegExp): Promise<void> => { await refused(t, 'chain.writes', writeChain(consortium, chain), detail) }
  const gateway = members[3]!.clients['gateway']!
  const stateOf = (status: string, extra: object = {}, timestampMs = ballotTransaction.timestampMs, mspId = gateway.mspId): { key: string, value: Uint8Array } =>
    ({ key: recordKeys.state(id), value: canonicalBytes({ status, at: new Date(timestampMs).toISOString(), by: mspId, ...extra }) })

  for (const key of ['election/x', 'anything', `election/${id}/ballot/xyz`, `election/${id}/ballots/${'00'.repeat(32)}`, `election/${id}/ceremony/commit/0`, '', `election/${id.toUpperCase()}/state`]) {
    await unexplained(insertedAfter(ballotPlace, bare({}, [{ key, value: new Uint8Array(1) }])), /no key of the ledger is explained/)
  }
  await unexplained(insertedAfter(ballotPlace, bare({}, [{ key: writesOf(ballotTransaction)[0]!.key, value: undefined }])), /is deleted; endorsed by Member[A-D], Member[A-D], Member[A-D], sent by MemberD/)
  await unexplained(insertedAfter(ballotPlace, { ...bare({}, writesOf(ballotTransaction)) }), /was written before/)
  await unexplained(insertedAfter(ballotPlace, { ...ballotTransaction, sets: [{ namespace: '_lifecycle', writes: [{ key: definitionKeys[0]!, value: new Uint8Array(1) }] }] }), /a transaction of scrutin writes to _lifecycle/)

  const unrolled = await members[3]!.certify('nobody', { kind: 'client' })
  await unexplained(withTransaction(ballotPlace, (same) => ({ ...same, creator: unrolled })), /(ballot|tracker) is written by a client without a role/)
  await unexplained(withTransaction(ballotPlace, (same) => ({ ...same, creator: members[3]!.clients['organiser']! })), /is written by a organiser/)
  await unexplained(withTransaction(ballotPlace, (same) => withWrites(same, (writes) => writes.filter(({ key }) => !key.includes('/tracker/')))), /ballot is written without/)
  await unexplained(withTransaction(ballotPlace, (same) => withWrites(same, (writes) => writes.filter(({ key }) => !key.includes('/ballot/')))), /tracker comes without its ballot/)

  const closePlace = drafts.findIndex(({ transactions }) => transactions.some((transaction) => writesOf(transaction).some(({ key, value }) => key.endsWith('/state') && new TextDecoder().decode(value).includes('"closed"'))))
  const late = writesOf(drafts[placeOf('/ballot/', ballotPlace + 1)]!.transactions[0]!)
  const withoutSecond = drafts.filter((_, i) => i !== placeOf('/ballot/', ballotPlace + 1)).slice(0, closePlace)
  await unexplained([...withoutSecond, { transactions: [bare({}, late)], signers: [1, 2, 3] }], /is written while the election is closed/)
  const tooLate = Date.parse(election.definition.closesAt) + (election.definition.graceSeconds + 1) * 1000
  await unexplained(withTransaction(ballotPlace, (same) => ({ ...same, timestampMs: tooLate })), /is written too late/)

  // one whose sender claims to be past the cut-off, when others' clocks need not be
  const closing = (timestampMs: number): DraftBlock[] => [...drafts.slice(0, ballotPlace + 1), { transactions: [bare({ timestampMs }, [stateOf('closed', {}, timestampMs)])], signers: [1, 2, 3] }]
  await unexplained(closing(tooLate), /open → closed/)
  t.strictSame(await failed(writeChain(consortium, closing(tooLate + 59_000))), [])
  await unexplained(insertedAfter(ballotPlace, bare({}, [stateOf('published')])), /open → published is no step of the life cycle/)
  await unexplained(insertedAfter(ballotPlace, bare({}, [stateOf('keyed')])), /open → keyed/)
  await unexplained(insertedAfter(ballotPlace, bare({}, [stateOf('closed')])), /open → closed/)
  await unexplained(insertedAfter(ballotPlace, bare({ creator: members[0]!.clients['organiser']! }, [stateOf('void', { reason: 'so' }, undefined, members[0]!.mspId)])), /open → void/)
  await unexplained(insertedAfter(ballotPlace, bare({}, [stateOf('closed', {}, 1000)])), /the state says it was reached at/)
  await unexplained(insertedAfter(ballotPlace, bare({}, [stateOf('closed', {}, undefined, 'MemberA')])), /the state says MemberA reached it/)
  await unexplained(insertedAfter(ballotPlace, bare({}, [{ key: recordKeys.state(id), value: new TextEncoder().encode('{ "status":"open"}') }])), /canonical|form/)

  const stolen = placeOf('/issuance/')
  await unexplained(withTransaction(stolen, (same) => ({ ...same, creator: members[3]!.clients['registrar']! })), /issuance is written by MemberD, not by/)
  await unexplained(withTransaction(stolen, (same) => withWrites(same, (writes) => writes.map(({ key, value }) => ({ key: key.replace(/.{64}$/, '00'.repeat(32)), value })))), /an issuance stands under another key/)
  await unexplained(withTransaction(placeOf('/registrar/'), (same) => withWrites(same, (writes) => writes.filter(({ key }) => !key.startsWith('modulus/')))), /registrar is written without modulus/)
  await unexplained(insertedAfter(ballotPlace, bare({}, [{ key: `modulus/${'00'.repeat(32)}`, value: canonicalBytes({}) }])), /a modulus is in no registrar's message/)
  await unexplained(withTransaction(placeOf('/opening'), (same) => withWrites(same, (writes) => writes.filter(({ key }) => !key.endsWith('/state')))), /opening is written without/)
  await unexplained(withTransaction(placeOf('/ceremony/commit/'), (same) => ({ ...same, creator: members[3]!.clients['trustee']! })), /commit is written by MemberD/)
  await unexplained(withTransaction(placeOf('/definition'), (same) => ({ ...same, creator: members[2]!.clients['organiser']! })), /written by MemberC, not by|new → announced/)
  await unexplained(withTransaction(placeOf('/definition'), (same) => withWrites(same, (writes) => writes.map(({ key, value }) => ({ key, value: key.endsWith('/definition') ? new TextEncoder().encode(canonicalText(election.definition).replace('"graceSeconds":', '"graceSeconds":1')) : value })))), /another election/)
  await unexplained(withTransaction(placeOf('/count'), (same) => withWrites(same, (writes) => writes.map(({ key, value }) => ({ key, value: key.endsWith('/count') ? canonicalBytes({ ...JSON.parse(new TextDecoder().decode(value)) as object, frontier: { size: 99, roots: [] } }) : value })))), /past the box/)
})

t.test('a ballot before its credential', async (t) => {
  const issuances = drafts.flatMap(({ transactions }, i) => transactions.some((transaction) => writesOf(transaction).some(({ key }) => key.includes('/issuance/'))) ? [i] : [])
  const without = drafts.slice(0, ballotPlace + 1).map((draft, i) => i === issuances[0] ? { ...draft, transactions: draft.transactions.map((transaction) => ({ ...transaction, endorsers: [], flag: peer.TxValidationCode.ENDORSEMENT_POLICY_FAILURE })) } : draft)
  await refused(t, 'chain.issuances', writeChain(consortium, without), /registrar 1 had issued/)
})

t.test('hostile bytes end in a report', async (t) => {
  for (const bytes of [new Uint8Array(0), new Uint8Array(5).fill(0xff), Uint8Array.of(0x0a, 0xff, 0xff, 0xff, 0xff, 0x0f)]) {
    t.strictSame(await failed([sound[0]!, bytes]), ['chain.format'])
  }
  const junk = writeChain(consortium, [...drafts.slice(0, 3), { transactions: [], envelopes: [new Uint8Array(0), new Uint8Array(9).fill(0xff)], signers: [1, 2, 3] }])
  await refused(t, 'chain.transactions', junk, /block 4/)
})
