import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import t from 'tap'
import { codeOf } from '../../chaincode/test/support/staged-election.ts'
import { isApproved } from '../../protocol/src/booth-release.ts'
import { hasForm, testBench } from './support/gateways.ts'

const run = promisify(execFile)
const members = ['MemberA', 'MemberB', 'MemberC', 'MemberD']

t.test('members stand for releases of the booth, each for itself', async (t) => {
  const { as, gateway, file } = await testBench(t)
  const { app } = await gateway('MemberD')
  const folder = t.testdir({ 'booth.html': '<!doctype html>a booth' })
  const booth = join(folder, 'booth.html')
  const hash = createHash('sha256').update('<!doctype html>a booth').digest('hex')
  const read = async (): Promise<Parameters<typeof isApproved>[0]> => (await app.inject({ url: `/v1/booths/${hash}` })).json()
  const approve = async (mspId: string, ...more: string[]): Promise<string> => {
    const config = join(folder, `${mspId}.json`)
    const ledger = { kind: 'embedded', file, mspId }
    await writeFile(config, JSON.stringify({
      listen: { host: '127.0.0.1', port: 0 }, member: mspId, publicUrl: 'http://127.0.0.1:1', folder, tenants: [], ledger: { ...ledger, role: 'gateway' }, organiserLedger: { ...ledger, role: 'organiser' },
    }))
    return (await run(process.execPath, [join(import.meta.dirname, '../src/approve-booth.ts'), '--config', config, '--booth', booth, '--release', '1.0.0', ...more])).stdout
  }

  t.strictSame(await read(), { hash, approvals: {} })
  t.match(await approve('MemberA'), `MemberA stands for the booth 1.0.0, SHA-256 ${hash}`)
  t.match(JSON.parse(await approve('MemberB', '--json')), { mspId: 'MemberB', hash, approved: true })
  const two = await read()
  t.ok(hasForm('BoothRelease', two))
  t.notOk(isApproved(two, members), 'half of them are no majority')
  await approve('MemberC')
  t.ok(isApproved(await read(), members))
  t.notOk(isApproved(await read(), ['MemberA', 'MemberD', 'constructor', '__proto__']), 'of these members')
  t.match(await approve('MemberA', '--withdraw'), /no longer stands/)
  t.notOk(isApproved(await read(), members))
  const all = (await app.inject({ url: '/v1/booths' })).json()
  t.ok(hasForm('BoothReleases', all))
  t.strictSame(all, { booths: [await read()] })

  const submit = async (role: string, ...args: string[]): Promise<string> => await codeOf((await as('MemberA', role)).submit('approveBooth', args))
  t.equal(await submit('gateway', hash, '1.0.0', 'true'), 'access.role')
  t.equal(await submit('organiser', `${hash}/MemberB`, '1.0.0', 'true'), 'input.malformed', 'nobody speaks for another')
  t.equal(await submit('organiser', hash, '<script>', 'true'), 'input.malformed')
  t.equal(await submit('organiser', hash, '1.0.0', 'perhaps'), 'input.malformed')
})
