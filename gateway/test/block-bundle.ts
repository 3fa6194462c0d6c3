/** The bundle of whole blocks, with a ledger whose blocks are made up; what the contract says of the election is real. */
import t, { type Test } from 'tap'
import { blockBundleFormat, readBundledBlocks } from '../../protocol/src/block-bundle.ts'
import { sampleElection, type SampleElection } from '../../protocol/test/support/sample-election.ts'
import { announce } from '../../chaincode/test/support/staged-election.ts'
import type { FabricLedgerConfig } from '../../ledger/src/config.ts'
import type { BlocksOptions, LedgerBlock } from '../../ledger/src/port.ts'
import type { LedgerAs } from '../../chaincode/test/support/staged-election.ts'
import { changedLedger, testBench, type TestGateway } from './support/gateways.ts'

const config: FabricLedgerConfig = { kind: 'fabric', mspId: 'MemberD', connectionProfile: 'not used', certificate: 'not used', privateKey: 'not used', channel: 'votes', chaincode: 'scrutin' }
const height = 9n

interface Stage {
  readonly gate: TestGateway
  readonly election: SampleElection
  readonly as: LedgerAs
  /** Where the peer says that a transaction stands. */
  place: bigint | undefined
  /** The block before which the peer goes away. */
  brokenAt: bigint | undefined
  readonly asked: BlocksOptions[]
}

async function stage (t: Test): Promise<Stage> {
  const { as, gateway } = await testBench(t)
  const election = sampleElection()
  await announce(as, election)
  const real = await as('MemberD', 'gateway')
  const asked: BlocksOptions[] = []
  async function * blocks (options: BlocksOptions = {}): AsyncGenerator<LedgerBlock> {
    asked.push(options)
    for (let number = options.from ?? 0n; number <= (options.to ?? height - 1n); number++) {
      if (number === staged.brokenAt) throw new Error('the peer is gone')
      yield { number, bytes: blockOf(number) }
    }
  }
  const ledger = changedLedger(real, {
    blocks,
    status: async () => ({ height, blockHash: 'ab'.repeat(32) }),
    locate: async () => staged.place === undefined ? undefined : { blockNumber: staged.place, index: 0 },
  })
  const staged: Stage = { as, election, asked, place: 5n, brokenAt: undefined, gate: await gateway('MemberD', { ledger, enter: false, config: { ledger: config, organiserLedger: config } }) }
  return staged
}

/** Larger than what a socket holds, and telling which it is. */
function blockOf (number: bigint): Uint8Array {
  return new Uint8Array(1000 + Number(number)).fill(Number(number))
}

async function blocksIn (t: Test, body: string, electionId: string): Promise<number[]> {
  const [first, ...rest] = body.trimEnd().split('\n')
  t.strictSame(JSON.parse(first!), { channel: 'votes', electionId, format: blockBundleFormat })
  const numbers: number[] = []
  for await (const { bytes } of readBundledBlocks((async function * () { yield * rest })())) {
    t.strictSame(Buffer.from(bytes), Buffer.from(blockOf(BigInt(numbers.length))))
    numbers.push(bytes[0]!)
  }
  return numbers
}

t.test('of a live election, every block from genesis to the newest; of one that has ended, to its end and no further', async (t) => {
  const { gate: { app }, election, as, asked } = await stage(t)
  const url = `/v1/elections/${election.id}/bundle`
  t.equal((await app.inject(`/v1/elections/${'00'.repeat(32)}/bundle`)).json().code, 'election.unknown')
  t.equal(asked.length, 0)
  const live = await app.inject(url)
  t.equal(live.headers['content-type'], 'application/x-ndjson')
  t.equal(live.headers['cache-control'], 'no-cache')
  t.equal(live.headers['etag'], undefined)
  t.strictSame(await blocksIn(t, live.body, election.id), [0, 1, 2, 3, 4, 5, 6, 7, 8])

  await (await as('MemberA', 'organiser')).submit('cancel', [election.id, 'not needed'])
  const final = await app.inject(url)
  t.match(final.headers['cache-control'], /immutable/)
  t.strictSame(await blocksIn(t, final.body, election.id), [0, 1, 2, 3, 4, 5], 'the block in which the election ended is the last')
  const reads = asked.length
  t.equal((await app.inject({ url, headers: { 'if-none-match': String(final.headers['etag']) } })).statusCode, 304)
  t.equal(asked.length, reads, 'no block is read for who has them')
  t.equal((await app.inject({ url, method: 'HEAD' })).statusCode, 404)
})

t.test('a peer that does not know where it ended, or goes away, gives no bundle that looks whole', async (t) => {
  const staged = await stage(t)
  const { gate: { app }, election, as } = staged
  const url = `/v1/elections/${election.id}/bundle`
  await (await as('MemberA', 'organiser')).submit('cancel', [election.id, 'not needed'])
  staged.place = undefined
  t.match((await app.inject(url)).json(), { status: 503, code: 'ledger.unavailable' })
  staged.place = 5n
  staged.brokenAt = 3n
  const address = await app.listen({ host: '127.0.0.1', port: 0 })
  await t.rejects(fetch(`${address}${url}`).then(async (answer) => await answer.text()), 'the connection breaks instead of ending')
  staged.brokenAt = undefined
  t.equal((await blocksIn(t, await (await fetch(`${address}${url}`)).text(), election.id)).length, 6)
})
