/** The suite on orderers that run Raft, and what becomes of clients when every process of the network dies at once. */
import '../src/fabric/silent-logging.ts'
import { mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { common } from '@hyperledger/fabric-protos'
import t from 'tap'
import Value from 'typebox/value'
import { nativeCrypto } from '../../chain/src/native-crypto.ts'
import { type ChainReading, readChain } from '../../chain/src/read-chain.ts'
import { reset } from '../../network/src/bring-down.ts'
import { bringUp, type RunningMember } from '../../network/src/bring-up.ts'
import { printed } from '../../network/src/progress.ts'
import { killProcesses } from '../../network/test/support/kill-processes.ts'
import { openBlockSource } from '../src/block-source.ts'
import { LedgerConfig } from '../src/config.ts'
import { ownPeer, readProfile } from '../src/fabric/connection-profile.ts'
import { openLedger } from '../src/open-ledger.ts'
import type { Committed, Ledger } from '../src/port.ts'
import { ledgerSuite, type OpenedLedger, rejectsWith, text } from './ledger-suite.ts'
import { eventually, untilAvailable } from './support/until.ts'

const dataFolder = await mkdtemp(join(tmpdir(), 'scrutin-ledger-raft-'))
const options = {
  dataFolder,
  consortiumFile: join(import.meta.dirname, 'fixtures/two-members-raft.yaml'),
  chaincodeFolder: join(import.meta.dirname, 'fixtures/contract'),
  services: false,
  progress: printed(),
}
const opened: OpenedLedger[] = []
let members: readonly RunningMember[] = []

t.before(async () => {
  members = (await bringUp(options)).members
  for (const [index, role] of [[0, 'gateway'], [1, 'organiser'], [0, 'registrar']] as const) {
    const config = Value.Parse(LedgerConfig, members[index]?.ledgers[role])
    opened.push({ ledger: await openLedger(config), mspId: config.mspId, role })
  }
})

t.teardown(async () => {
  for (const { ledger } of opened) await ledger.close()
  await reset({ dataFolder, progress: printed() })
})

ledgerSuite('raft', () => opened)

t.test('its clients outlive the death of every peer, orderer and contract at once: nothing lost, nothing double', async (t) => {
  const [first, second] = opened.map(({ ledger }) => ledger)
  if (first === undefined || second === undefined) throw new Error('no ledger')
  const stop = new AbortController()
  const seen: string[] = []
  const following = (async () => {
    for await (const event of second.events({ signal: stop.signal })) if (event.name === 'kill') seen.push(event.transactionId)
  })()
  const acknowledged: Committed[] = []
  let refused = 0
  const writing = Promise.all([first, second].map(async (ledger, writer) => {
    for (let i = 0; !stop.signal.aborted; i++) {
      await announce(ledger, `${writer} ${i}`).then((committed) => { acknowledged.push(committed) }, async () => {
        refused++
        await sleep(100)
      })
    }
  }))
  await eventually(async () => acknowledged.length >= 6)
  t.equal(await killProcesses(dataFolder, members.map(({ name }) => name), ['peer', 'orderer', 'contract']), 6)
  const before = acknowledged.length
  await rejectsWith(t, first.evaluate('get', ['x']), 'ledger.unavailable')
  await rejectsWith(t, first.status(), 'ledger.unavailable')
  await bringUp(options)
  await eventually(async () => acknowledged.length >= before + 6)
  stop.abort()
  await writing
  const last = await untilAvailable(async () => await announce(first, 'last'))
  acknowledged.push(last)
  t.comment(`${before} before the kill, ${acknowledged.length} in all, ${refused} refused meanwhile`)

  for (const { transactionId, blockNumber, index } of acknowledged) t.same(await first.locate(transactionId), { blockNumber, index })
  // events of the time when `second` followed, then all of them anew
  t.equal(new Set(seen).size, seen.length, 'no event twice')
  await following
  const events: string[] = []
  for await (const event of second.events({ from: 0n })) {
    if (event.name !== 'kill') continue
    events.push(event.transactionId)
    if (event.transactionId === last.transactionId) break
  }
  t.equal(new Set(events).size, events.length)
  t.same(acknowledged.map(({ transactionId }) => transactionId).filter((id) => !events.includes(id)), [], 'every acknowledged one is there')
  t.same(seen, events.slice(0, seen.length), 'the follower missed none')
  t.equal(text(await first.evaluate('get', ['last'])), 'x')
})

t.test('whoever replays its blocks from the first on comes to what its peers hold: one orderer signs each', async (t) => {
  const [member] = members
  const config = Value.Parse(LedgerConfig, member?.ledgers.gateway)
  if (member === undefined || config.kind !== 'fabric') throw new Error('the network is not on Fabric')
  const { connectionProfile, mspId, channel, certificate, privateKey } = config
  const { address } = ownPeer(await readProfile(connectionProfile), mspId)
  const source = await openBlockSource({ channel, mspId, certificate, privateKey, peer: { mspId, address, tlsRootCertificate: join(member.folder, 'public/msp/tlscacerts/tlsca.pem') } })
  t.teardown(() => { source.close() })
  const height = await source.height()
  const blocks: Uint8Array[] = []
  for await (const { bytes } of source.blocks({ from: 0n, to: height - 1n })) blocks.push(bytes)
  const read = async (chain: readonly Uint8Array[]): Promise<ChainReading> =>
    await readChain((async function * () { for (const bytes of chain) yield { bytes } })(), { electionId: null, crypto: nativeCrypto })
  const { checks, height: replayed } = await read(blocks)
  t.equal(replayed, Number(height))
  // this contract is not Scrutin's, so that what it writes is not explained; all else must be
  t.strictSame(checks.filter(({ ok }) => !ok).map(({ name, detail }) => name === 'chain.writes' ? name : `${name}: ${detail}`), ['chain.writes'])
  t.match(checks.find(({ name }) => name === 'chain.orderers'), { count: replayed - 1, detail: /one orderer signs a block/ })
  t.ok(checks.find(({ name }) => name === 'chain.versions')!.count > 50)

  const unsigned = common.Block.deserializeBinary(blocks[3]!)
  const metadata = unsigned.getMetadata()!.getMetadataList_asU8()
  const signatures = common.Metadata.deserializeBinary(metadata[common.BlockMetadataIndex.SIGNATURES]!)
  t.equal(signatures.getSignaturesList().length, 1)
  signatures.setSignaturesList([])
  unsigned.getMetadata()!.setMetadataList(metadata.with(common.BlockMetadataIndex.SIGNATURES, signatures.serializeBinary()))
  t.match((await read(blocks.with(3, unsigned.serializeBinary()))).checks.find(({ name }) => name === 'chain.orderers'), { ok: false, detail: /block 3: .*do not satisfy the policy for blocks/ })
})

async function announce (ledger: Ledger, key: string): Promise<Committed> {
  return await ledger.submit('announce', [key, 'kill', 'x'])
}
