import t from 'tap'
import { GatewayClient } from '../src/gateway-client.ts'
import { obtainCredential } from '../src/obtain-credential.ts'
import { readVerifiedElection } from '../src/verified-election.ts'
import { verifyTracker } from '../src/verify-tracker.ts'
import { castBallot, fillIn, seal } from '../src/cast-ballot.ts'
import { meetElection, vote } from '../src/vote.ts'
import { openElection } from './support/open-election.ts'

t.test('a voter', async (t) => {
  const open = await openElection({ folder: t.testdir(), voters: 6 })
  t.teardown(open.close)
  const { id } = open.election
  const [first, second] = open.gateways.map((url) => new GatewayClient(url)) as [GatewayClient, GatewayClient]
  const atHand = await meetElection(first, id)

  await t.test('believes the keys that trustees and registrars signed', async (t) => {
    t.same(atHand.election.rules.electionKeys.map((key) => key.toHex()), open.election.keys.map((key) => key.toHex()))
    t.same(atHand.election.rules.moduli, (await readVerifiedElection(second, id)).rules.moduli)
  })

  await t.test('goes the whole way and finds the ballot at another member', async (t) => {
    const trackers: string[] = []
    const { receipt, gateway } = await vote(atHand, open.codes('1'), [{ choose: ['option-2'] }], { onFilled: (tracker) => { trackers.push(tracker) } })
    t.same(trackers, [receipt.tracker])
    t.equal(gateway.url, second.url, 'casts by default through a member that is no registrar of the election')
    t.match(await verifyTracker(first, atHand.election, receipt.tracker), { standing: 'recorded', status: 'open', transactionId: receipt.transactionId })
    t.match(await verifyTracker(first, atHand.election, '0'.repeat(64)), { standing: 'absent' })
  })

  await t.test('obtains one credential only', async (t) => {
    await t.rejects(vote(atHand, open.codes('1'), ['blank']), { code: 'issuance.exists', message: /registrar/ })
  })

  await t.test('is told which code is wrong, and the code is not repeated', async (t) => {
    const [code] = open.codes('2')
    await t.rejects(vote(atHand, [code!, open.codes('3')[1]!], ['blank']), { code: 'issuance.leaf' }, 'codes of two people')
    await t.rejects(vote(atHand, [open.codes('2')[1]!, code!], ['blank']), { code: 'access.unauthenticated', detail: /registrar 1/ }, 'the wrong order')
    const error: Error = await vote(atHand, ['nonsense-code', code!], ['blank']).then(() => { throw new Error('accepted') }, (reason: unknown) => reason as Error)
    t.notMatch(`${error.message} ${error.stack} ${JSON.stringify(error)}`, /nonsense-code/)
  })

  await t.test('checks the place on the roll against what it knows of itself', async (t) => {
    const registrars = atHand.directory.registrars(atHand.election.definition)
    const identity = { id: '2', name: 'Person 2' }
    await t.rejects(obtainCredential(atHand.election, registrars, open.codes('3'), { identity }), { code: 'issuance.leaf' })
    t.equal((await obtainCredential(atHand.election, registrars, open.codes('2'), { identity })).signatures.length, 2)
  })

  await t.test('sends the same bytes through another member when no receipt comes', async (t) => {
    const credential = await obtainCredential(atHand.election, atHand.directory.registrars(atHand.election.definition), open.codes('3'))
    const filled = fillIn(atHand.election, credential, [{ choose: ['option-1'] }])
    const bytes = seal(atHand.election, credential, filled)
    const dead = new GatewayClient('http://127.0.0.1:9')
    const tried: string[] = []
    const cast = async (gateways: readonly GatewayClient[]) =>
      await castBallot(atHand.election, atHand.directory, gateways, bytes, filled.tracker, { onAttempt: ({ url }) => { tried.push(url) } })
    await t.rejects(cast([dead]), { code: 'receipt.missing' })
    const { receipt } = await cast([dead, first])
    t.same(tried, [dead.url, dead.url, first.url])
    t.same((await cast([first])).receipt, receipt, 'the same bytes again get the same receipt')
    const other = fillIn(atHand.election, credential, ['blank'])
    await t.rejects(castBallot(atHand.election, atHand.directory, [second], seal(atHand.election, credential, other), other.tracker), { code: 'ballot.credential-used' })
  })

  await t.test('is refused an answer that the question does not allow', async (t) => {
    await t.rejects(vote(atHand, open.codes('4'), [{ choose: ['option-1', 'option-2'] }]), { code: 'input.malformed' })
    t.match(await vote(atHand, open.codes('4'), ['blank']), { receipt: { electionId: id } }, 'and can still vote')
  })
})
