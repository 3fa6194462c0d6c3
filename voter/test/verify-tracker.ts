import t from 'tap'
import { finishElection, signRoot, countAll, stageOpenElection, voteAll } from '../../chaincode/test/support/staged-election.ts'
import { testBench } from '../../gateway/test/support/gateways.ts'
import { sampleElection } from '../../protocol/test/support/sample-election.ts'
import type { RootStatement } from '../../protocol/src/root-statement.ts'
import type { Signed } from '../../protocol/src/signed-message.ts'
import { signedBoxRoot } from '../src/box-root.ts'
import { GatewayClient } from '../src/gateway-client.ts'
import { readVerifiedElection } from '../src/verified-election.ts'
import { digitsToTell, verifyTracker } from '../src/verify-tracker.ts'

const absent = '0'.repeat(64)

t.test('a ballot is followed to the box that was counted', async (t) => {
  const { as, listening } = await testBench(t)
  const { url } = await listening('MemberD')
  const election = sampleElection()
  await stageOpenElection(as, election)
  const ballots = await voteAll(as, election, [[{ choose: ['option-1'] }], ['blank'], ['blank']])
  const [own, other] = [ballots[0]!, ballots[1]!]
  const gateway = new GatewayClient(url)
  const verified = await readVerifiedElection(gateway, election.id)

  t.match(await verifyTracker(gateway, verified, own.tracker), { standing: 'recorded', status: 'open', among: 3, blockNumber: /^[0-9]+$/, transactionId: /^[0-9a-f]{64}$/ })
  t.strictSame(await verifyTracker(gateway, verified, absent), { standing: 'absent', status: 'open', among: 3 })
  await finishElection(as, election)
  t.match(await verifyTracker(gateway, verified, own.tracker), { standing: 'counted', status: 'published' })
  t.match(await verifyTracker(gateway, verified, absent), { standing: 'absent', status: 'published' })

  await t.test('a gateway that lies is found out', async (t) => {
    const lie = async (liar: GatewayClient): Promise<void> => { await t.rejects(verifyTracker(liar, verified, own.tracker), { code: 'service.answer' }) }
    await lie(new class extends GatewayClient {
      override async * ballots (): AsyncGenerator<{ tracker: string, bytes: Uint8Array }> { yield { tracker: own.tracker, bytes: other.bytes } }
    }(url))
    await lie(new class extends GatewayClient {
      override async * ballots (): AsyncGenerator<{ tracker: string, bytes: Uint8Array }> { yield { tracker: own.tracker, bytes: own.bytes.with(200, own.bytes[200]! ^ 1) } }
    }(url))
    await lie(new class extends GatewayClient {
      override async readStatements (...args: Parameters<GatewayClient['readStatements']>): ReturnType<GatewayClient['readStatements']> {
        const { inclusions, signed } = await super.readStatements(...args)
        return { inclusions: inclusions.map((place) => place === null ? null : { ...place, blockNumber: '1' }), signed }
      }
    }(url))
    // the box it shows lacks another's ballot, or holds one more
    await lie(new class extends GatewayClient {
      override async * trackers (...args: Parameters<GatewayClient['trackers']>): ReturnType<GatewayClient['trackers']> {
        for await (const entry of super.trackers(...args)) if (entry.tracker !== other.tracker) yield entry
      }
    }(url))
    await lie(new class extends GatewayClient {
      override async * trackers (...args: Parameters<GatewayClient['trackers']>): ReturnType<GatewayClient['trackers']> {
        yield * super.trackers(...args)
        yield { tracker: absent, credentialKey: 'f'.repeat(64) }
      }
    }(url))
  })

  await t.test('what too few trustees signed counts for nothing', async (t) => {
    const statements = await gateway.readRootStatements(election.id)
    t.ok(signedBoxRoot(verified, statements))
    const [first] = statements as [Signed<RootStatement>]
    t.equal(signedBoxRoot(verified, [first, first]), undefined, 'one who says it twice is one')
    t.throws(() => signedBoxRoot(verified, [{ ...first, message: { ...first.message, ballots: 2 } }, ...statements]), { code: 'access.signature' })
    t.throws(() => signedBoxRoot({ ...verified, id: 'ab'.repeat(32) }, statements), { code: 'access.signature' }, 'nor is it of another election')
    t.throws(() => signedBoxRoot(verified, [{ ...first, message: { ...first.message, trustee: 60 } }]), { code: 'trustee.unknown' })
    const liar = new class extends GatewayClient {
      override async readRootStatements (): Promise<Signed<RootStatement>[]> { return [first] }
    }(url)
    t.match(await verifyTracker(liar, verified, own.tracker), { standing: 'recorded' })
  })
})

t.test('before the trustees have signed, nothing is called counted', async (t) => {
  const { as, listening } = await testBench(t)
  const gateway = new GatewayClient((await listening('MemberD')).url)
  const election = sampleElection()
  await stageOpenElection(as, election)
  const own = (await voteAll(as, election, [['blank'], ['blank']]))[0]!
  await (await as(election.definition.organiser.mspId, 'organiser')).submit('close', [election.id])
  await countAll(as, election, 10)
  await signRoot(as, election, election.qualified[0]!)
  t.match(await verifyTracker(gateway, await readVerifiedElection(gateway, election.id), own.tracker), { standing: 'recorded', status: 'tallied' })
})

t.test('a look-up tells few digits', async (t) => {
  t.strictSame([0, 16, 255, 256, 4095, 4096, 100_000, 1e8].map(digitsToTell), [0, 0, 0, 1, 1, 2, 3, 5])
})
