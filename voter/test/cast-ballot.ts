/** Whom a voter's device believes that a ballot is refused: with gateways that are made up, and receipts that are not. */
import { setTimeout as sleep } from 'node:timers/promises'
import t from 'tap'
import { type ErrorCode, ScrutinError } from '../../protocol/src/errors.ts'
import { pointToHex } from '../../protocol/src/group.ts'
import { type Inclusion, type Receipt, signInclusions, statementsOf } from '../../protocol/src/receipt.ts'
import { generateKeyPair } from '../../protocol/src/schnorr.ts'
import { castBallot, type CastBallot } from '../src/cast-ballot.ts'
import { Directory } from '../src/directory.ts'
import { GatewayClient } from '../src/gateway-client.ts'
import type { VerifiedElection } from '../src/verified-election.ts'

const mspIds = ['MemberA', 'MemberB', 'MemberC', 'MemberD']
const members = mspIds.map((mspId) => ({ mspId, keys: generateKeyPair(), url: `http://${mspId.toLowerCase()}.test` }))
const directory = new Directory(members.map(({ mspId, keys, url }) => ({ kind: 'gateway', mspId, key: pointToHex(keys.publicKey), sequence: 1, url: `${url}/` })))
// what casting looks at
const election = { id: '11'.repeat(32), definition: { members: mspIds } } as Partial<VerifiedElection> as VerifiedElection
const tracker = '22'.repeat(32)
const inclusion: Inclusion = { electionId: election.id, tracker, transactionId: '33'.repeat(32), blockNumber: '7' }
const receipt: Receipt = { ...inclusion, statements: members.slice(0, 2).flatMap(({ mspId, keys }) => statementsOf([inclusion], signInclusions([inclusion], mspId, keys))) }

type Conduct = Receipt | ErrorCode | 'silent'

class MadeUpGateway extends GatewayClient {
  readonly #conduct: Conduct
  constructor (url: string, conduct: Conduct) {
    super(url)
    this.#conduct = conduct
  }

  override async cast (_electionId: string, _ballot: Uint8Array, signal?: AbortSignal): Promise<Receipt> {
    if (this.#conduct === 'silent') {
      await sleep(10_000, undefined, { signal })
      throw new Error('nobody gave up')
    }
    if (typeof this.#conduct === 'string') throw new ScrutinError(this.#conduct)
    return this.#conduct
  }
}

/** Gateways of the members in order; further ones are nobody's. */
async function cast (...conducts: readonly Conduct[]): Promise<CastBallot & { tried: number }> {
  return await castAt(conducts.map((conduct, i) => [members[i]?.url ?? `http://nobody-${i}.test`, conduct]))
}

async function castAt (gateways: readonly (readonly [url: string, conduct: Conduct])[]): Promise<CastBallot & { tried: number }> {
  let tried = 0
  const clients = gateways.map(([url, conduct]) => new MadeUpGateway(url, conduct))
  return { ...await castBallot(election, directory, clients, new Uint8Array(), tracker, { timeoutMs: 50, onAttempt: () => { tried++ } }), tried }
}

t.test('one gateway\'s refusal ends no vote', async (t) => {
  for (const lie of ['ballot.not-cast', 'election.state', 'ballot.credential-used', 'ballot.proof', 'input.malformed', 'access.unauthenticated'] as const) {
    t.match(await cast(lie, receipt), { receipt, tried: 2 }, lie)
    t.match(await cast(lie, 'silent', 'service.busy', receipt), { receipt, tried: 4 }, lie)
  }
})

t.test('a refusal is believed when gateways of f + 1 members give it', async (t) => {
  await t.rejects(cast('ballot.credential-used', 'service.unreachable', 'ballot.credential-used', receipt), { code: 'ballot.credential-used' })
  await t.rejects(cast('ballot.not-cast', 'election.state'), { code: 'ballot.not-cast', detail: undefined }, 'two words for one reason')
  t.match(await cast('ballot.credential-used', 'ballot.proof', receipt), { receipt }, 'and not when they give different ones')
})

t.test('several addresses of one member, or of nobody, are no further voices', async (t) => {
  const [a, b] = members as [typeof members[0], typeof members[0]]
  t.match(await castAt([[a.url, 'election.state'], [`${a.url}/`, 'election.state'], ['http://alias.test', 'election.state'], [b.url, receipt]]), { receipt, tried: 3 })
  await t.rejects(castAt([[a.url, 'election.state'], ['http://alias.test', 'election.state'], [b.url, 'silent']]), { code: 'receipt.missing' })
})

t.test('says how few it rests on when fewer gateways are known, and that nothing is known when they do not answer', async (t) => {
  await t.rejects(cast('ballot.credential-used'), { code: 'ballot.credential-used', detail: /word of 1 member's gateway only, where 2/ })
  await t.rejects(cast('ballot.credential-used', 'silent'), { code: 'receipt.missing', detail: /membera\.test: Another ballot.*no answer in time.*too few members refuse it alike/s })
  await t.rejects(cast('ballot.credential-used', 'election.state', 'ledger.unavailable'), { code: 'receipt.missing' })
  await t.rejects(cast('ledger.unavailable', 'silent'), { code: 'receipt.missing', detail: /ledger cannot be reached/ })
  await t.rejects(cast(), { code: 'receipt.missing' })
})
