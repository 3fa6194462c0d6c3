import { get, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { setTimeout as sleep } from 'node:timers/promises'
import t from 'tap'
import { parseBundleLine } from '../../protocol/src/bundle.ts'
import { sampleElection } from '../../protocol/test/support/sample-election.ts'
import { announce, finishElection, stageOpenElection, voteAll } from '../../chaincode/test/support/staged-election.ts'
import type { Ledger } from '../../ledger/src/port.ts'
import { testBench } from './support/gateways.ts'

const sectionsOf = (body: string, id: string): string[] => {
  const keys = body.trimEnd().split('\n').map(parseBundleLine).flatMap((line) => 'key' in line ? [line.key] : [])
  return [...new Set(keys.map((key) => key.slice(`election/${id}/`.length).split('/')[0]!))]
}

t.test('a bundle holds what can change no more', async (t) => {
  const { as, gateway } = await testBench(t)
  const { app } = await gateway('MemberD')
  const election = sampleElection()
  const url = `/v1/elections/${election.id}/bundle`
  t.equal((await app.inject(url)).json().code, 'election.unknown')
  await stageOpenElection(as, election)
  await voteAll(as, election, [[{ choose: ['option-1'] }], ['blank']])
  const live = await app.inject(url)
  t.equal(live.headers['content-type'], 'application/x-ndjson')
  t.equal(live.headers['cache-control'], 'no-cache')
  t.strictSame(sectionsOf(live.body, election.id), ['definition', 'state', 'ceremony', 'keys', 'trial', 'registrar', 'opening'], 'no ballot as long as others may come')
  await finishElection(as, election)

  const whole = await app.inject(url)
  t.match(whole.headers['cache-control'], /immutable/)
  t.strictSame(sectionsOf(whole.body, election.id),
    ['definition', 'state', 'ceremony', 'keys', 'trial', 'registrar', 'opening', 'issuance', 'ballot', 'tracker', 'count', 'box-root', 'decryption', 'result'])
  const lines = whole.body.trimEnd().split('\n').map(parseBundleLine)
  t.strictSame(lines[0], { format: 'scrutin-bundle/1', electionId: election.id })
  t.strictSame(lines.at(-1), { end: true, records: lines.length - 2 })
  t.equal((await app.inject({ url, headers: { 'if-none-match': String(whole.headers['etag']) } })).statusCode, 304)
  t.equal((await app.inject({ url, method: 'HEAD' })).statusCode, 404)
})

t.test('a slow reader is waited for, and a failing ledger does not look like the end', async (t) => {
  const { as, gateway } = await testBench(t)
  const election = sampleElection()
  await announce(as, election)
  const real = await as('MemberD', 'gateway')
  let pages = 0
  let broken = false
  const record = { key: `election/${election.id}/definition`, value: 'A'.repeat(100_000) }
  const ledger = Object.create(real, {
    evaluate: {
      value: async (transaction: string, args: string[]) => {
        if (transaction !== 'readRecords' || args[1] !== 'definition') return await real.evaluate(transaction, args)
        if (broken) throw new Error('the peer is gone')
        // a section that goes on and on
        pages++
        return Buffer.from(JSON.stringify({ records: [record], cursor: pages < 2000 ? record.key : null }))
      },
    },
  }) as Ledger
  const { app } = await gateway('MemberD', { ledger, enter: false })
  await app.listen({ host: '127.0.0.1', port: 0 })
  const { port } = app.server.address() as AddressInfo
  const response = await new Promise<IncomingMessage>((resolve) => get({ port, path: `/v1/elections/${election.id}/bundle` }, resolve))
  await sleep(500)
  const read = pages
  t.ok(read < 500, `${read} of 2000 pages were read for a client that takes nothing`)
  await sleep(300)
  t.equal(pages, read)
  broken = true
  await t.rejects(text(response), 'the connection breaks instead of ending')
})
