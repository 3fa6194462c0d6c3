/** The suite on a real network of four members, with the test contract in place of Scrutin's. */
import '../src/fabric/silent-logging.ts'
import { randomBytes } from 'node:crypto'
import { mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { common } from '@hyperledger/fabric-protos'
import t from 'tap'
import Value from 'typebox/value'
import { reset } from '../../network/src/bring-down.ts'
import { bringUp, type RunningMember } from '../../network/src/bring-up.ts'
import { processState, stopProcess } from '../../network/src/processes.ts'
import { printed } from '../../network/src/progress.ts'
import { type BlockSource, openBlockSource, type PeerConfig } from '../src/block-source.ts'
import { type FabricLedgerConfig, LedgerConfig } from '../src/config.ts'
import { openLedger } from '../src/open-ledger.ts'
import { ownPeer, readProfile } from '../src/fabric/connection-profile.ts'
import type { LedgerBlock } from '../src/port.ts'
import { ledgerSuite, type OpenedLedger, rejectsWith } from './ledger-suite.ts'
import { blockHash } from './support/block-hash.ts'
import { eventually, untilAvailable } from './support/until.ts'

/** A network to use and leave running, instead of one of our own: saves its start while one works on the adapter. */
const kept = process.env['SCRUTIN_LEDGER_TEST_NETWORK']
const dataFolder = kept ?? await mkdtemp(join(tmpdir(), 'scrutin-ledger-'))
const options = {
  dataFolder,
  portBase: 23_000,
  chaincodeFolder: join(import.meta.dirname, 'fixtures/contract'),
  services: false,
  progress: printed(),
}
const opened: OpenedLedger[] = []
let members: readonly RunningMember[] = []
const addresses = new Map<number, string>()

t.before(async () => {
  members = (await bringUp(options)).members
  for (const index of members.keys()) addresses.set(index, await addressOf(index))
  for (const [index, role] of [[0, 'gateway'], [1, 'organiser'], [0, 'registrar']] as const) {
    const config = configOf(index, role)
    opened.push({ ledger: await openLedger(config), mspId: config.mspId, role })
  }
})

t.teardown(async () => {
  for (const { ledger } of opened) await ledger.close()
  if (kept === undefined) await reset({ dataFolder, progress: printed() })
})

ledgerSuite('fabric', () => opened)

t.test('shares one connection among those who open the same ledger', async (t) => {
  const config = configOf(0, 'gateway')
  const again = await openLedger(config)
  await again.close()
  await rejectsWith(t, again.evaluate('get', ['x']), 'ledger.unavailable')
  t.ok((await opened[0]?.ledger.status())?.height, 'the other user still has it')
})

t.test('gives whole blocks from genesis on, the same from another member\'s peer', async (t) => {
  const ledger = opened[0]?.ledger
  if (ledger === undefined) throw new Error('no ledger')
  await Promise.all(Array.from({ length: 8 }, async (_, i) => await ledger.submit('put', [`large ${i}`, randomBytes(60_000).toString('base64')])))
  const last = (await ledger.status()).height - 1n
  const own = await collect(ledger.blocks({ to: last }))
  t.same(own.map(({ number }) => number), Array.from({ length: Number(last) + 1 }, (_, i) => BigInt(i)))
  let previous = ''
  for (const { number, bytes } of own) {
    const block = common.Block.deserializeBinary(bytes)
    t.equal(block.getHeader()?.getNumber(), Number(number))
    t.equal(Buffer.from(block.getHeader()?.getPreviousHash_asU8() ?? []).toString('hex'), previous)
    previous = blockHash(block)
  }
  t.equal((await ledger.status()).blockHash, previous, 'the chain of hashes ends at the newest block')

  const source = await openBlockSource(peerConfigOf(0, 3))
  t.teardown(() => { source.close() })
  await eventually(async () => await source.height() > last)
  const theirs = await collect(source.blocks({ from: 2n, to: last }))
  t.same(theirs.map(withoutMetadata), own.slice(2).map(withoutMetadata))

  const stop = new AbortController()
  const following = source.blocks({ from: last + 1n, signal: stop.signal })[Symbol.asyncIterator]()
  const next = following.next()
  const { blockNumber } = await ledger.submit('put', ['next', 'x'])
  t.equal((await next).value?.number, blockNumber, 'a new block comes when it is there')
  const ending = following.next()
  stop.abort()
  t.same(await ending, { done: true, value: undefined })
})

t.test('gives no blocks to whom the channel does not let in, and says when nobody answers', async (t) => {
  const config = peerConfigOf(0, 1)
  const open = async (changed: Partial<PeerConfig>): Promise<BlockSource> => {
    const source = await openBlockSource({ ...config, ...changed })
    t.teardown(() => { source.close() })
    return source
  }
  const stranger = await open({ mspId: 'StrangerMSP' })
  await rejectsWith(t, stranger.height(), 'ledger.refused')
  await rejectsWith(t, collect(stranger.blocks()), 'ledger.refused')
  await rejectsWith(t, (await open({ channel: 'nowhere' })).height(), 'ledger.unavailable')
  await rejectsWith(t, (await open({ peer: { ...config.peer, address: 'localhost:1' } })).height(), 'ledger.unavailable')
  await rejectsWith(t, (await open({ peer: { ...config.peer, tlsRootCertificate: peerConfigOf(0, 2).peer.tlsRootCertificate } })).height(), 'ledger.unavailable')
  await rejectsWith(t, open({ privateKey: 'nowhere.pem' }), 'ledger.unavailable')
})

t.test('says that it is unavailable when no peer answers', async (t) => {
  const config = configOf(0, 'gateway')
  await rejectsWith(t, openLedger({ ...config, channel: 'nowhere' }), 'ledger.unavailable')
})

t.test('goes on after a restart of its peer, and misses no event of that time', async (t) => {
  const [ledger, other] = opened.map((one) => one.ledger)
  const member = members[0]
  if (ledger === undefined || other === undefined || member === undefined) throw new Error('no ledger')
  const stop = new AbortController()
  const seen: string[] = []
  const following = (async () => {
    for await (const event of ledger.events({ signal: stop.signal })) if (event.name === 'restart') seen.push(event.transactionId)
  })()
  const announced = [(await ledger.submit('announce', ['restart 0', 'restart', ''])).transactionId]
  await stopProcess(join(member.folder, 'peer'))
  await rejectsWith(t, ledger.evaluate('get', ['x']), 'ledger.unavailable')
  await rejectsWith(t, ledger.submit('put', ['x', 'y']), 'ledger.unavailable')
  announced.push((await other.submit('announce', ['restart 1', 'restart', ''])).transactionId)
  await bringUp(options)
  await eventually(async () => await ledger.evaluate('get', ['x']).then(() => true, () => false))
  announced.push((await untilAvailable(async () => await ledger.submit('announce', ['restart 2', 'restart', '']))).transactionId)
  await eventually(async () => seen.length >= 3)
  t.same(seen, announced)
  stop.abort()
  await following
})

t.test('goes on while another member is down', async (t) => {
  const ledger = opened[0]?.ledger
  const member = members.at(-1)
  if (ledger === undefined || member === undefined) throw new Error('no ledger')
  await Promise.all([stopProcess(join(member.folder, 'peer')), stopProcess(join(member.folder, 'orderer'))])
  for (let i = 0; i < 5; i++) t.ok(await untilAvailable(async () => await ledger.submit('put', [`without ${member.name} ${i}`, 'x'])))
  await bringUp(options)
})

t.test('takes as long as this', async (t) => {
  const ledger = opened[0]?.ledger
  if (ledger === undefined) throw new Error('no ledger')
  const times: number[] = []
  for (let i = 0; i < 10; i++) {
    const start = performance.now()
    await ledger.submit('put', [`latency ${i}`, 'x'])
    times.push(performance.now() - start)
  }
  times.sort((a, b) => a - b)
  t.comment(`submit, one by one: median ${times[5]?.toFixed(0)} ms, most ${times[9]?.toFixed(0)} ms`)
  const start = performance.now()
  await Promise.all(Array.from({ length: 50 }, async (_, i) => await ledger.submit('put', [`throughput ${i}`, 'x'])))
  t.comment(`50 at once: ${(50_000 / (performance.now() - start)).toFixed(0)} a second`)
})

t.test('goes through another orderer when its own keeps silent', async (t) => {
  const ledger = opened[0]?.ledger
  const { pid } = await processState(join(members[0]?.folder ?? '', 'orderer'))
  if (ledger === undefined || pid === undefined) throw new Error('no ledger')
  process.kill(pid, 'SIGSTOP')
  try {
    const times: number[] = []
    for (let i = 0; i < 4; i++) {
      const start = performance.now()
      t.ok(await ledger.submit('put', [`silent ${i}`, 'x']))
      times.push(performance.now() - start)
    }
    // a new leader may have to be chosen first, and the own peer may have had its blocks from the silent one: 13 s until it knows
    t.ok(Math.max(...times) < 50_000)
    t.comment(`with a silent orderer: ${times.map((time) => time.toFixed(0)).join(', ')} ms`)
  } finally {
    process.kill(pid, 'SIGCONT')
  }
})

function configOf (member: number, role: 'gateway' | 'organiser' | 'registrar'): FabricLedgerConfig {
  const config = Value.Parse(LedgerConfig, members[member]?.ledgers[role])
  if (config.kind !== 'fabric') throw new Error('the network is not on Fabric')
  return config
}

/** As a gateway of one member, to the peer of another. */
function peerConfigOf (member: number, asked: number): PeerConfig {
  const { channel, mspId, certificate, privateKey } = configOf(member, 'gateway')
  const { folder, mspId: askedMspId } = members[asked] ?? {}
  if (folder === undefined || askedMspId === undefined) throw new Error('no such member')
  const address = addresses.get(asked) ?? ''
  return { channel, mspId, certificate, privateKey, peer: { mspId: askedMspId, address, tlsRootCertificate: join(folder, 'public/msp/tlscacerts/tlsca.pem') } }
}

async function addressOf (member: number): Promise<string> {
  const config = Value.Parse(LedgerConfig, members[member]?.ledgers.gateway)
  if (config.kind !== 'fabric') throw new Error('the network is not on Fabric')
  return ownPeer(await readProfile(config.connectionProfile), config.mspId).address
}

async function collect (blocks: AsyncIterable<LedgerBlock>): Promise<LedgerBlock[]> {
  const found: LedgerBlock[] = []
  for await (const block of blocks) found.push(block)
  return found
}

/** Header and transactions: the signatures in the metadata may be those of other orderers. */
function withoutMetadata ({ bytes }: LedgerBlock): string {
  const block = common.Block.deserializeBinary(bytes)
  block.clearMetadata()
  return Buffer.from(block.serializeBinary()).toString('base64')
}
