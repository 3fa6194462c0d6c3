/**
 * Transactions, identities and signatures in spellings that a Fabric peer takes. Each is one that a single client, peer or
 * orderer can bring about, so that an audit which did not take it would fail for ever on an honest chain; and must take
 * the same from it, or one member could have the two disagree.
 */
import t from 'tap'
import { parseBlock } from '../src/block.ts'
import { type ChainCrypto, portableCrypto } from '../src/chain-crypto.ts'
import { type ChannelConfig, parseConfig, parseConfigEnvelope } from '../src/channel-config.ts'
import { judgeTransaction, validCode } from '../src/judge-transaction.ts'
import { nativeCrypto } from '../src/native-crypto.ts'
import { readChain } from '../src/read-chain.ts'
import { parseEnvelope } from '../src/transaction.ts'
import { draftedElection } from './support/drafted-election.ts'
import { asBlocks, type DraftTransaction, type Layer, layers, writeChain, writeTransaction } from './support/test-chain.ts'
import { respelled, type TestIdentity, withOtherS } from './support/test-identities.ts'

t.setTimeout(60_000)

const { election, consortium, drafts } = await draftedElection()
const { members } = consortium
const place = drafts.findIndex(({ transactions }) => transactions.some(({ sets }) => sets.some(({ writes }) => writes?.some(({ key }) => key.includes('/ballot/')))))
const ballot = drafts[place]!.transactions[0]!
const gateway = ballot.creator

const genesis = parseEnvelope(parseBlock(consortium.genesis).envelopes[0]!)
const configOf = (crypto: ChainCrypto): ChannelConfig => parseConfig(crypto, genesis.channel, parseConfigEnvelope(genesis.data).config)
const configs = new Map([nativeCrypto, portableCrypto].map((crypto) => [crypto, configOf(crypto)]))

/** What is wrong with the first ballot when it is sent otherwise. */
function judged (change: Partial<DraftTransaction>, crypto: ChainCrypto = nativeCrypto): string {
  const { verdict, detail } = { detail: '', ...judgeTransaction({ crypto, config: configs.get(crypto)!, isDefined: true, isKnown: () => false }, writeTransaction({ ...ballot, ...change })) }
  return verdict === validCode ? 'valid' : `${verdict}: ${detail}`
}

/** What fails in a chain up to that ballot. */
async function failed (change: Partial<DraftTransaction>): Promise<string[]> {
  const chain = drafts.slice(0, place + 1).map((draft, i) => i === place ? { ...draft, transactions: [{ ...ballot, ...change }] } : draft)
  const { checks } = await readChain(asBlocks(writeChain(consortium, chain)), { electionId: election.id, crypto: nativeCrypto })
  return checks.filter(({ ok }) => !ok).map(({ name, detail }) => `${name}: ${detail}`)
}

const append = (...more: readonly number[]) => (bytes: Uint8Array): Uint8Array => Uint8Array.from([...bytes, ...more])
const spellings: Readonly<Record<string, (bytes: Uint8Array) => Uint8Array>> = {
  'an unknown number': append(0x78, 1),
  'unknown bytes': append(0x7a, 2, 1, 2),
  'an unknown group': append(0xa3, 1, 0x08, 1, 0xa4, 1),
  'a longer varint in a tag and in a value': append(0xf8, 0x80, 0x00, 0x81, 0x00),
  'a known number with another type': append(0x0d, 1, 2, 3, 4),
}

t.test('messages', async (t) => {
  for (const layer of layers) {
    for (const [what, respell] of Object.entries(spellings)) {
      t.equal(judged({ spell: (at, bytes) => at === layer ? respell(bytes) : bytes }), 'valid', `${what} in the ${layer}`)
    }
  }
})

t.test('numbers and nestings at the limits of what Go reads', async (t) => {
  const nested = (depth: number): Uint8Array => Uint8Array.from([...Array<number[]>(depth).fill([0xa3, 1]).flat(), ...Array<number[]>(depth).fill([0xa4, 1]).flat()])
  for (const layer of ['channel header', 'response', 'transaction'] satisfies Layer[]) {
    const spelled = (bytes: Uint8Array): string => judged({ spell: (at, same) => at === layer ? Uint8Array.from([...same, ...bytes]) : same })
    t.equal(spelled(nested(10_001)), 'valid', `groups in the ${layer}, as deep as Go goes`)
    t.match(spelled(nested(10_002)), layer === 'channel header' ? /cannot be decoded/ : /^invalid: .*cannot be decoded/, `groups in the ${layer}, one deeper`)
    t.equal(spelled(Uint8Array.of(0xa3, 1, 0xf8, 0xff, 0xff, 0xff, 0x3f, 1, 0xa4, 1)), 'valid', `a number of 31 bits within a group of the ${layer}`)
  }
  // a time that JavaScript can't write back ended whole audits: whoever got it ordered stopped them all
  const lastSecond = [0x1a, 10, 0x08, ...Array<number>(8).fill(0xff), 0x7f]
  const late = { spell: (at: Layer, bytes: Uint8Array) => at === 'channel header' ? append(...lastSecond)(bytes) : bytes }
  t.equal(judged(late), 'valid')
  t.match(await failed(late), [/^chain\.certificates: .*not valid at/, /^chain\.writes: .*too late/], 'it is judged by its time')
  t.match(await failed({ ...late, endorsers: [] }), [], 'one that is not valid changes nothing')
})

t.test('fields twice, of which the last counts', async (t) => {
  for (const layer of ['channel header', 'signature header', 'extension', 'response', 'chaincode action', 'payload'] satisfies Layer[]) {
    t.equal(judged({ spell: (at, bytes) => at === layer ? Uint8Array.from([...bytes, ...bytes]) : bytes }), 'valid', layer)
  }
  // and of the one before nothing is left
  const other = writeTransaction({ ...ballot, channel: 'other' })
  const { channel } = parseEnvelope(Uint8Array.from([...other, ...writeTransaction(ballot)]))
  t.equal(channel, 'scrutin')
})

t.test('what no peer reads is not valid', async (t) => {
  for (const [what, bytes] of Object.entries({
    'cut off': append(0x7a, 9, 1),
    'a group that does not end': append(0xa3, 1),
    'an end without a group': append(0xa4, 1),
    'no number': append(0x00, 1),
    'an unknown type': append(0x7e, 1),
    'a number of over 64 bits': append(0x78, ...Array<number>(9).fill(0xff), 0x02),
  })) {
    t.match(judged({ spell: (at, same) => at === 'transaction' ? bytes(same) : same }), /^invalid: .*cannot be decoded/, what)
  }
  t.match(judged({ spell: (at, same) => at === 'extension' ? append(0x12, 3, 0x12, 1, 0xff)(same) : same }), /cannot be decoded/, 'a name that is not UTF-8')
})

t.test('certificates, of senders and endorsers', async (t) => {
  const peers = ballot.endorsers
  const both = (what: string, change: (identity: TestIdentity) => TestIdentity): void => {
    t.equal(judged({ creator: change(gateway) }), 'valid', `a sender with ${what}`)
    t.equal(judged({ endorsers: [change(peers[0]!), ...peers.slice(1)] }), 'valid', `an endorser with ${what}`)
  }
  both('text before and after', (identity) => respelled(identity, (pem) => `of my own\n${pem}junk`))
  both('a header', (identity) => respelled(identity, (pem) => pem.replace('\n', '\nNote: x\n\n')))
  both('another type', (identity) => respelled(identity, (pem) => pem.replaceAll('CERTIFICATE', 'ANYTHING')))
  both('carriage returns', (identity) => respelled(identity, (pem) => pem.replaceAll('\n', '\r\n')))
  both('an unknown field', (identity) => ({ ...identity, serialized: append(0x78, 1)(identity.serialized) }))
  for (const namedCurve of ['P-384', 'P-521'] as const) {
    const client = await members[3]!.certify('client', { kind: 'client', role: 'gateway', namedCurve })
    const endorser = await members[0]!.certify('peer', { kind: 'peer', namedCurve })
    const endorsers = [endorser, ...members.slice(1, 3).map((member) => member.peer)]
    for (const crypto of [nativeCrypto, portableCrypto]) t.equal(judged({ creator: client, endorsers }, crypto), 'valid', namedCurve)
  }
})

t.test('of two certificates in one text the peer\'s counts', async (t) => {
  const nobody = await members[3]!.certify('nobody', { kind: 'client' })
  const twoInOne = respelled(nobody, (pem) => gateway.pem.replaceAll('-----BEGIN', ' -----BEGIN').replaceAll('-----END', ' -----END') + pem)
  t.match(await failed({ creator: twoInOne }), [/^chain\.writes: .*by a client without a role/])
})

t.test('signatures', async (t) => {
  const signing = (change: (signature: Uint8Array) => Uint8Array) => (identity: TestIdentity): TestIdentity => ({ ...identity, sign: (message) => change(identity.sign(message)) })
  const both = (change: (identity: TestIdentity) => TestIdentity): string[] =>
    [judged({ creator: change(gateway) }), judged({ endorsers: ballot.endorsers.map((peer, i) => i === 0 ? change(peer) : peer) })]
  t.strictSame(both(signing(append(1, 2, 3))), ['valid', 'valid'], 'bytes after it')
  const third = (signature: Uint8Array): Uint8Array => Uint8Array.from([0x30, signature[1]! + 3, ...signature.subarray(2), 0x02, 1, 1])
  t.strictSame(both(signing(third)), ['valid', 'valid'], 'a third number in it')
  const long = (signature: Uint8Array): Uint8Array => Uint8Array.from([0x30, 0x81, ...signature.subarray(1)])
  for (const [what, change] of [['the higher S', withOtherS], ['a length in two bytes', long], ['a byte', () => new Uint8Array(1)]] as const) {
    t.match(both(signing(change)), [/signature does not hold/, /do not suffice/], what)
  }
})

t.test('the role is that of whom the contract asked, when nonce and sender are cut otherwise', async (t) => {
  const nonce = Uint8Array.from(Array(8).keys())
  const sent = async (outer: TestIdentity, inner: TestIdentity): Promise<string[]> => {
    const length = inner.serialized.length
    // one string of bytes: nonce, outer identity, and the inner one as a field that nobody knows
    const before = Uint8Array.from([...outer.serialized, 0x7a, length & 0x7f | 0x80, length >> 7])
    const creator = { ...outer, serialized: Uint8Array.from([...before, ...inner.serialized]) }
    return await failed({ creator, nonce, proposer: { serialized: inner.serialized, nonce: Uint8Array.from([...nonce, ...before]) } })
  }
  const { clients } = members.find(({ mspId }) => mspId === gateway.mspId)!
  t.strictSame(await sent(clients['organiser']!, gateway), [], 'a gateway\'s proposal, signed once more by its member\'s organiser')
  t.match(await sent(gateway, clients['organiser']!), [/^chain\.writes: .*is written by a organiser/])
  const stranger = members.find(({ mspId }) => mspId !== gateway.mspId)!
  t.match(await sent(stranger.clients['gateway']!, gateway), [/^chain\.transactions: .*was sent by/])
})
