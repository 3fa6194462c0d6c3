import t from 'tap'
import { GatewayClient } from '../src/gateway-client.ts'
import { type CredentialState, obtainCredential } from '../src/obtain-credential.ts'
import { RegistrarClient } from '../src/registrar-client.ts'
import { readVerifiedElection } from '../src/verified-election.ts'
import { verifyTracker } from '../src/verify-tracker.ts'
import type { CheckFile } from '../../protocol/src/opened-ballot.ts'
import { verifyCheckFile } from '../../protocol/src/opened-ballot.ts'
import { ballotTracker, peekBallot } from '../../protocol/src/ballot-encoding.ts'
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
    class StingyGateway extends GatewayClient {
      override async cast (...args: Parameters<GatewayClient['cast']>): ReturnType<GatewayClient['cast']> {
        const full = await super.cast(...args)
        return { ...full, statements: [full.statements[0]!, full.statements[0]!] }
      }
    }
    const stingy = new StingyGateway(first.url)
    await t.rejects(cast([stingy]), { code: 'receipt.missing', message: /1 of 2/ }, 'one member does not acknowledge alone, though it signs twice')
    t.equal((await cast([stingy, second])).gateway, second)
    const other = fillIn(atHand.election, credential, ['blank'])
    await t.rejects(castBallot(atHand.election, atHand.directory, [second], seal(atHand.election, credential, other), other.tracker), { code: 'ballot.credential-used' })
  })

  await t.test('is refused an answer that the question does not allow', async (t) => {
    await t.rejects(vote(atHand, open.codes('4'), [{ choose: ['option-1', 'option-2'] }]), { code: 'input.malformed' })
    t.match(await vote(atHand, open.codes('4'), ['blank']), { receipt: { electionId: id } }, 'and can still vote')
  })

  await t.test('checks as often as wanted, and casts another encryption with the same key', async (t) => {
    const shown: string[] = []
    const opened: CheckFile[] = []
    let sent: Uint8Array | undefined
    const { receipt } = await vote(atHand, open.codes('5'), [{ choose: ['option-2'] }], {
      onFilled: (tracker) => { shown.push(tracker) },
      decide: async (tracker) => {
        t.equal(shown.at(-1), tracker, 'the tracker is shown before the device learns what comes')
        return shown.length < 3 ? 'check' : 'cast'
      },
      onOpened: async (file) => { opened.push(file) },
      onSealed: (bytes) => { sent = bytes },
    })
    t.equal(new Set(shown).size, 3)
    t.same(opened.map(({ tracker }) => tracker), shown.slice(0, 2))
    t.equal(receipt.tracker, shown[2])
    const { rules, definition } = (await meetElection(second, id)).election
    for (const file of opened) {
      t.same(verifyCheckFile(rules, definition.questions, file), { tracker: file.tracker, asked: definition.questions, answers: [{ choose: ['option-2'] }] })
      t.equal(peekBallot(Buffer.from(file.body, 'base64url')).credentialKey, peekBallot(sent!).credentialKey)
      t.match(await verifyTracker(first, atHand.election, file.tracker), { standing: 'absent' }, 'what was opened is not in the box')
    }
    t.equal(ballotTracker(sent!, rules.questions), receipt.tracker)
  })

  await t.test('leaves without a signature', async (t) => {
    let sealed = false
    await t.rejects(vote(atHand, open.codes('6'), ['blank'], {
      decide: async () => { throw new Error('left') },
      onSealed: () => { sealed = true },
    }), { message: 'left' })
    t.notOk(sealed)
  })
})

t.test('a device that is lost between two registrars\' answers', async (t) => {
  const open = await openElection({ folder: t.testdir(), voters: 3 })
  t.teardown(open.close)
  const gateway = new GatewayClient(open.gateways[0])
  const { election, directory } = await meetElection(gateway, open.election.id)
  const [reachable] = directory.registrars(election.definition) as [RegistrarClient, RegistrarClient]
  const kept: CredentialState[] = []
  const asked: number[] = []
  class AskedRegistrar extends RegistrarClient {
    override async askSignature (...args: Parameters<RegistrarClient['askSignature']>): ReturnType<RegistrarClient['askSignature']> {
      asked.push(kept.length)
      return await super.askSignature(...args)
    }
  }
  class SilentRegistrar extends RegistrarClient {
    override async askSignature (): Promise<never> { throw new Error('the device is lost') }
  }
  const keep = async (state: CredentialState): Promise<void> => { kept.push(state) }
  const lost = obtainCredential(election, [new AskedRegistrar(reachable.url), new SilentRegistrar(directory.registrars(election.definition)[1]!.url)], open.codes('1'), { keep })
  await t.rejects(lost, { message: 'the device is lost' })
  while (kept.length < 2) await new Promise((resolve) => setTimeout(resolve, 20))
  t.same(asked, [1], 'all is kept before the first registrar is asked')
  t.same(kept[0]!.requests.map(({ signature }) => signature), [undefined, undefined])
  t.same(kept[1]!.requests.map(({ signature }) => signature?.length), [256, undefined])

  const registrars = directory.registrars(election.definition)
  const resume = kept[1]!
  class SlowRegistrar extends RegistrarClient {
    override async askSignature (): Promise<never> { return await new Promise(() => {}) }
  }
  await t.rejects(obtainCredential(election, [registrars[0]!, new SlowRegistrar(registrars[1]!.url)], open.codes('1')), { code: 'issuance.exists' }, 'without what was kept it could not go on')
  await t.rejects(obtainCredential(election, registrars, open.codes('2'), { resume }), { code: 'issuance.leaf' }, 'with another person\'s codes')
  await t.rejects(obtainCredential({ ...election, id: '0'.repeat(64) }, registrars, open.codes('1'), { resume }), { code: 'recovery.election' })

  await t.test('goes on from the first state too, as the same question gets the same answer', async (t) => {
    const { keys } = await obtainCredential(election, registrars, open.codes('1'), { resume: kept[0]! })
    t.equal(keys.secretKey, resume.keys.secretKey)
  })
  await t.test('goes on elsewhere, and votes once', async (t) => {
    const [, code] = open.codes('1')
    const voted = await vote({ election, directory }, ['unused', code!], [{ choose: ['option-1'] }], { resume, keep })
    t.equal(voted.credential.keys.secretKey, resume.keys.secretKey)
    t.ok(kept.at(-1)!.requests.every(({ signature }) => signature !== undefined))
    await t.rejects(vote({ election, directory }, [], ['blank'], { resume: kept.at(-1)! }), { code: 'ballot.credential-used' }, 'without codes, as all have signed')
  })
})

t.test('before the opening a credential can be obtained, and no ballot cast', async (t) => {
  const open = await openElection({ folder: t.testdir(), voters: 2, keyedOnly: true })
  t.teardown(open.close)
  const gateway = new GatewayClient(open.gateways[0])
  const atHand = await meetElection(gateway, open.election.id)
  t.equal(atHand.election.isOpened, false)
  let resume: CredentialState | undefined
  await obtainCredential(atHand.election, atHand.directory.registrars(atHand.election.definition), open.codes('1'), { keep: async (state) => { resume = state } })
  await t.rejects(vote(atHand, open.codes('2'), ['blank']), { code: 'election.not-ready' }, 'and nothing is issued in vain')
  await open.open()
  const opened = await meetElection(gateway, open.election.id)
  t.match(await vote(opened, [], ['blank'], { resume: resume! }), { receipt: { electionId: open.election.id } })
  t.match(await vote(opened, open.codes('2'), ['blank']), { receipt: { electionId: open.election.id } })
})
