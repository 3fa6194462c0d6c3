/** Two thousand requests that Schemathesis makes up from the OpenAPI, against a gateway on the embedded ledger. */
import { randomInt } from 'node:crypto'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import t from 'tap'
import { cast, recordIssuances, stageOpenElection } from '../../../chaincode/test/support/staged-election.ts'
import { testBench } from '../../../gateway/test/support/gateways.ts'
import { castableBallot, sampleElection } from '../../../protocol/test/support/sample-election.ts'
import { leaveOut } from '../../suites/left-out.ts'
import { findSchemathesis, runSchemathesis } from '../schemathesis.ts'

const leastRequests = 2000
const openApi = join(import.meta.dirname, '../../../gateway/openapi.json')

interface Answered { readonly msg: string, readonly method: string, readonly route: string, readonly status: number }

// only what hangs is to fail: a busy machine needs its time
t.setTimeout(900_000)

t.test('no request made up from the OpenAPI gets a 5xx, ends the gateway, or writes what it may not', async (t) => {
  const found = await findSchemathesis()
  if ('missing' in found) {
    leaveOut(t, 'Schemathesis', found.missing)
    return
  }
  const { as, gateway } = await testBench(t)
  const election = sampleElection({ members: ['MemberA', 'MemberB', 'MemberC', 'MemberD'] })
  await stageOpenElection(as, election)
  const ballot = await castableBallot(election, [{ choose: ['option-1'] }])
  await recordIssuances(as, election, 0, ballot.blinded)
  await cast(as, election, [ballot.bytes])
  const { app, apiKey, log } = await gateway(election.definition.organiser.mspId, { config: { logLevel: 'debug' } })
  const url = await app.listen({ host: '127.0.0.1', port: 0 })
  // its entry in the directory is the one thing it writes by itself
  for (let i = 0; (await app.inject('/readyz')).statusCode !== 200; i++) {
    if (i > 100) throw new Error('the gateway does not get ready')
    await sleep(100)
  }
  const ledger = await as('MemberA', 'auditor')
  const readyAt = log.length
  const answered = (): Answered[] => log.slice(readyAt).map((line) => JSON.parse(line) as Answered).filter(({ msg }) => msg === 'answered')
  const seed = randomInt(2 ** 31)
  const folder = t.testdir({ stranger: {}, organiser: {} })
  t.comment(`seed ${seed}`)

  const before = await ledger.status()
  const stranger = await runSchemathesis(found.python, { url, openApi, seed, maxExamples: 12, folder: join(folder, 'stranger'), seconds: 400 })
  t.ok(stranger.ok, `a stranger, seed ${seed}`, { output: stranger.output.slice(-6000) })
  t.same(await ledger.status(), before, 'a stranger writes nothing')
  t.comment(`${answered().length} requests`)

  // the same with an organiser's key, and every {id} that of an open election
  const config = join(folder, 'organiser', 'schemathesis.toml')
  await writeFile(config, `[parameters]\n"path.id" = "${election.id}"\n`)
  const strangers = answered().length
  const organiser = await runSchemathesis(found.python, { url, openApi, seed, maxExamples: 12, headers: { authorization: `Bearer ${apiKey}` }, config, folder: join(folder, 'organiser'), seconds: 400 })
  t.ok(organiser.ok, `an organiser, seed ${seed}`, { output: organiser.output.slice(-6000) })
  const blocks = Number((await ledger.status()).height - before.height)
  // statements are asked for by a POST, and read only
  const writes = answered().slice(strangers).filter(({ method, route, status }) => method === 'POST' && !route.endsWith('/statements') && status >= 200 && status < 300)
  t.equal(blocks, writes.length, 'a block for each request that was granted, and no other')

  t.ok(answered().length >= leastRequests, `${answered().length} requests`)
  t.same(answered().filter(({ status }) => status >= 500), [], 'no 5xx')
  t.equal((await app.inject('/livez')).statusCode, 200)
})
