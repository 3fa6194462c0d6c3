/** What reads blocks from a peer must bear: with a peer that is made up. The real one: `adapter.fabric.ts`. */
import { createPublicKey, randomBytes, verify, X509Certificate } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { p256 } from '@noble/curves/nist.js'
import { common, msp, peer as peerMessages } from '@hyperledger/fabric-protos'
import t, { type Test } from 'tap'
import Value from 'typebox/value'
import { type BlockSource, openBlockSource, PeerConfig } from '../src/block-source.ts'
import type { LedgerBlock } from '../src/port.ts'
import { rejectsWith } from './ledger-suite.ts'
import { inResponse, madeUpPeer } from './support/made-up-peer.ts'

/** Number 100 with the text `hello`: no field of a block. */
const unknownField = Buffer.from('a20605' + Buffer.from('hello').toString('hex'), 'hex')

const peer = await madeUpPeer()
t.teardown(async () => { await peer.close() })

t.test('gives a block of 12 MB byte for byte, with what no one knows in it', async (t) => {
  const bytes = Buffer.concat([block(0, randomBytes(12_000_000)), unknownField])
  peer.answer = (_, stream) => { stream.write(inResponse(bytes)) }
  const [only] = await collect(await open(t), 0n, 0n)
  t.ok(only !== undefined && Buffer.from(only.bytes).equals(bytes))
})

t.test('goes on where the stream broke, leaving out nothing and doubling nothing', async (t) => {
  let given = 0
  peer.answer = ({ from, to }, stream) => {
    // one block further each time, then the connection is gone
    for (let number = from; number <= Math.min(to, given); number++) stream.write(inResponse(block(number)))
    given++
    if (given > to + 1) stream.write(status(common.Status.SUCCESS))
    else stream.emit('error', { code: 14, details: 'gone' })
  }
  const source = await open(t)
  t.same((await collect(source, 0n, 5n)).map(({ number }) => number), [0n, 1n, 2n, 3n, 4n, 5n])
})

t.test('signs each request anew, with the lower s that Fabric wants', async (t) => {
  peer.answer = ({ from }, stream) => { stream.write(inResponse(block(from))) }
  const source = await open(t)
  const before = peer.asked.length
  const key = createPublicKey(new X509Certificate(await readFile(peer.config.certificate)).publicKey.export({ format: 'pem', type: 'spki' }))
  for (let i = 0; i < 20; i++) await collect(source, 0n, 0n)
  const nonces = new Set<string>()
  for (const { envelope } of peer.asked.slice(before)) {
    const payload = common.Payload.deserializeBinary(envelope.getPayload_asU8())
    const header = common.SignatureHeader.deserializeBinary(payload.getHeader()?.getSignatureHeader_asU8() ?? new Uint8Array())
    nonces.add(Buffer.from(header.getNonce_asU8()).toString('hex'))
    if (msp.SerializedIdentity.deserializeBinary(header.getCreator_asU8()).getMspid() !== 'OutsiderMSP') t.fail('another creator')
    if (!verify('sha256', envelope.getPayload_asU8(), key, envelope.getSignature_asU8())) t.fail('a wrong signature')
    if (p256.Signature.fromBytes(envelope.getSignature_asU8(), 'der').hasHighS()) t.fail('the upper s')
  }
  t.equal(nonces.size, 20)
})

t.test('takes nothing but the blocks it asked for', async (t) => {
  const source = await open(t)
  const lies: ReadonlyArray<readonly [string, Uint8Array]> = [
    ['another block', inResponse(block(7))],
    ['a block without a header', inResponse(new Uint8Array())],
    ['a block and something behind it', Buffer.concat([inResponse(block(0)), unknownField])],
    ['two blocks at once', Buffer.concat([inResponse(block(0)), inResponse(block(0))])],
    ['a filtered block', filtered(0)],
    ['nothing', new Uint8Array()],
  ]
  for (const [name, lie] of lies) {
    peer.answer = (_, stream) => { stream.write(lie) }
    await t.test(name, async (t) => { await rejectsWith(t, collect(source, 0n, 1n), 'ledger.unavailable') })
  }
})

t.test('tells refusals from trouble', async (t) => {
  const source = await open(t)
  const answers: ReadonlyArray<readonly [common.StatusMap[keyof common.StatusMap], 'ledger.refused' | 'ledger.unavailable']> = [
    [common.Status.FORBIDDEN, 'ledger.refused'], [common.Status.BAD_REQUEST, 'ledger.refused'], [common.Status.NOT_FOUND, 'ledger.unavailable'],
  ]
  for (const [code, expected] of answers) {
    peer.answer = (_, stream) => { stream.write(status(code)) }
    await rejectsWith(t, collect(source, 0n, 0n), expected)
    await rejectsWith(t, source.height(), expected)
  }
})

t.test('tells the height, and gives up on a peer that keeps silent', async (t) => {
  const source = await open(t)
  peer.answer = (_, stream) => { stream.write(filtered(41)) }
  t.equal(await source.height(), 42n)
  peer.answer = () => {}
  const start = performance.now()
  await rejectsWith(t, source.height(), 'ledger.unavailable')
  t.ok(performance.now() - start < 8_000)
})

t.test('ends quietly when asked to, and when it is closed', async (t) => {
  peer.answer = ({ from }, stream) => { stream.write(inResponse(block(from))) }
  const source = await open(t)
  const stop = new AbortController()
  const endings = [{ signal: stop.signal, end: () => { stop.abort() } }, { end: () => { source.close() } }]
  for (const { end, ...signal } of endings) {
    const blocks = source.blocks({ from: 3n, ...signal })[Symbol.asyncIterator]()
    t.equal((await blocks.next()).value?.number, 3n)
    const next = blocks.next()
    end()
    t.same(await next, { done: true, value: undefined })
  }
})

t.test('takes a configuration only as it is meant', async (t) => {
  t.ok(Value.Check(PeerConfig, peer.config))
  const { peer: asked } = peer.config
  for (const wrong of [{ ...peer.config, extra: 1 }, { ...peer.config, channel: '' }, ...['host', 'https://host:1', 'host:', 'ho st:1'].map((address) => ({ ...peer.config, peer: { ...asked, address } }))]) {
    t.notOk(Value.Check(PeerConfig, wrong), JSON.stringify(wrong))
  }
})

async function open (t: Test): Promise<BlockSource> {
  const source = await openBlockSource(peer.config)
  t.teardown(() => { source.close() })
  return source
}

async function collect (source: BlockSource, from: bigint, to: bigint): Promise<LedgerBlock[]> {
  const found: LedgerBlock[] = []
  for await (const one of source.blocks({ from, to })) found.push(one)
  return found
}

function block (number: number, transaction: Uint8Array = new Uint8Array()): Uint8Array {
  const header = new common.BlockHeader()
  header.setNumber(number)
  const data = new common.BlockData()
  data.setDataList([transaction])
  const made = new common.Block()
  made.setHeader(header)
  made.setData(data)
  return made.serializeBinary()
}

function filtered (number: number): Uint8Array {
  const made = new peerMessages.FilteredBlock()
  made.setNumber(number)
  const response = new peerMessages.DeliverResponse()
  response.setFilteredBlock(made)
  return response.serializeBinary()
}

function status (code: common.StatusMap[keyof common.StatusMap]): Uint8Array {
  const response = new peerMessages.DeliverResponse()
  response.setStatus(code)
  return response.serializeBinary()
}
