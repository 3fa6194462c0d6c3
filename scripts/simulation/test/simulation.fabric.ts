/**
 * The ballots of Orsay on a real four-member Fabric network with all its services; meanwhile one voter casts 200
 * ballots at once with one credential, another the same ballot 200 times.
 */
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setImmediate } from 'node:timers/promises'
import { common } from '@hyperledger/fabric-protos'
import t from 'tap'
import { audit } from '../../../auditor/src/audit.ts'
import { type Anchor, anchorFormat } from '../../../chain/src/anchor.ts'
import { headerHash } from '../../../chain/src/block.ts'
import { nativeCrypto } from '../../../chain/src/native-crypto.ts'
import { reset } from '../../../network/src/bring-down.ts'
import { printed } from '../../../network/src/progress.ts'
import { misplacedSecrets, processFolders, secretsWithin } from '../../../network/test/support/secrets.ts'
import type { Receipt } from '../../../protocol/src/receipt.ts'
import { fillIn, seal } from '../../../voter/src/cast-ballot.ts'
import type { GatewayClient } from '../../../voter/src/gateway-client.ts'
import { obtainCredential } from '../../../voter/src/obtain-credential.ts'
import { type ElectionAtHand, vote } from '../../../voter/src/vote.ts'
import { bringUpConsortium } from '../../staging/bring-up-consortium.ts'
import { approvedFrom, pollOf } from '../poll.ts'
import { parseBallots } from '../read-ballots.ts'
import type { Voter } from '../run-voters.ts'
import { simulateElection } from '../simulate-election.ts'

const times = 200
t.setTimeout(840_000)

const dataFolder = await mkdtemp(join(tmpdir(), 'scrutin-simulation-'))
const progress = printed()
t.teardown(async () => {
  await reset({ dataFolder, progress })
  await rm(dataFolder, { recursive: true, force: true })
})

interface Answer { readonly status: number, readonly body: Receipt & { readonly code?: string } }

/** Fingerprint of the genesis block that configtxgen made. */
async function genesisOf (folder: string): Promise<string> {
  const header = common.Block.deserializeBinary(await readFile(join(folder, 'channel/genesis.block'))).getHeader()!
  return Buffer.from(headerHash(nativeCrypto, { number: 0, previousHash: header.getPreviousHash_asU8(), dataHash: header.getDataHash_asU8() })).toString('hex')
}

/** Sends all ballots at the same moment, every other one through the second member's gateway. */
async function castAtOnce (gateways: readonly GatewayClient[], electionId: string, ballots: readonly Uint8Array[]): Promise<Answer[]> {
  return await Promise.all(ballots.map(async (body, i): Promise<Answer> => {
    const response = await fetch(`${gateways[i % 2]!.url}/v1/elections/${electionId}/ballots`, {
      method: 'POST', headers: { 'content-type': 'application/octet-stream' }, body: Uint8Array.from(body)
    })
    return { status: response.status, body: await response.json() as Answer['body'] }
  }))
}

/** How often each status came. */
function tally (answers: readonly Answer[]): Record<number, number> {
  const counts: Record<number, number> = {}
  for (const { status } of answers) counts[status] = (counts[status] ?? 0) + 1
  return counts
}

t.test('Orsay 2007 read as approval, with a voter who casts 200 times', async (t) => {
  const network = await bringUpConsortium({ fabric: true, dataFolder, portBase: 21_000, progress })
  const orsay = new URL('../../../examples/orsay-2007/bureau_01.csv', import.meta.url)
  const poll = pollOf('choose', approvedFrom(parseBallots(await readFile(orsay, 'utf8')), 5))

  const distinct = async ({ election, directory }: ElectionAtHand, { codes, answers }: Voter, gateways: readonly GatewayClient[]): Promise<Receipt> => {
    const credential = await obtainCredential(election, directory.registrars(election.definition), codes)
    const ballots: Uint8Array[] = []
    while (ballots.length < times) {
      ballots.push(fillIn(election, credential, answers).seal(credential.keys, credential.signatures))
      await setImmediate() // let the other voters go on, and see connections that were closed meanwhile
    }
    const answered = await castAtOnce(gateways, election.id, ballots)
    t.strictSame(tally(answered), { 201: 1, 409: times - 1 }, 'of 200 ballots of one credential exactly one is accepted')
    t.ok(answered.every(({ status, body }) => status === 201 || body.code === 'ballot.credential-used'))
    return answered.find(({ status }) => status === 201)!.body
  }
  const same = async ({ election, directory }: ElectionAtHand, { codes, answers }: Voter, gateways: readonly GatewayClient[]): Promise<Receipt> => {
    const credential = await obtainCredential(election, directory.registrars(election.definition), codes)
    const ballot = seal(election, credential, fillIn(election, credential, answers))
    const answered = await castAtOnce(gateways, election.id, Array.from({ length: times }, () => ballot))
    t.equal(tally(answered)[201], 1, 'the same ballot 200 times is accepted once')
    t.equal(tally(answered)[200], times - 1)
    const receipts = new Set(answered.map(({ body: { tracker, transactionId, blockNumber } }) => `${tracker} ${transactionId} ${blockNumber}`))
    t.equal(receipts.size, 1, 'and has one receipt')
    return answered[0]!.body
  }

  const bundle = join(dataFolder, 'orsay.ndjson')
  const outcome = await simulateElection({
    network,
    poll,
    title: 'Orsay 2007',
    out: bundle,
    atOnce: 32,
    progress,
    castOne: async (election, voter, gateways, index) => {
      if (index === 100) return await distinct(election, voter, gateways)
      if (index === 300) return await same(election, voter, gateways)
      return (await vote(election, voter.codes, voter.answers, { gateways })).receipt
    }
  })
  t.comment(`${(outcome.committed / outcome.votingSeconds).toFixed(1)} ballots a second`)
  for (const { name, ok, detail } of outcome.report.checks) t.ok(ok, `${name}${ok ? '' : `: ${detail}`}`)
  t.strictSame(outcome.rejected, {})
  t.equal(outcome.committed, 559)
  t.match(outcome.counts, { Bayrou: 249, Sarkozy: 235, Royal: 191 })
  t.equal(outcome.verified, true)

  const genesis = await genesisOf(dataFolder)
  const anchor: Anchor = { format: anchorFormat, channel: network.consortium.channel, genesis, electionId: outcome.report.electionId }
  t.match(await audit(bundle, { anchor }), { ok: true, anchored: true, chain: { genesis }, result: { ballots: 559 } }, 'anchored in the genesis block that the network was made from')
  t.match(await audit(bundle, { anchor: { ...anchor, genesis: '00'.repeat(32) } }), { ok: false, anchored: false })

  const folders = await processFolders(network.members)
  const secrets = (await Promise.all(folders.map(secretsWithin))).flat()
  t.equal(secrets.filter(({ kind }) => kind === 'service key').length, 4 + 3 * 2, 'a key of each gateway, a key and the codes\' secret of each registrar')
  t.strictSame(await misplacedSecrets(secrets, folders), [], 'no secret of one process lies in the folder of another')
})
