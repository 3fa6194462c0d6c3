import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import t from 'tap'
import { checkGatewayConfig, readGatewayConfig } from '../src/config.ts'

const ledger = { kind: 'embedded', file: 'ledger.sqlite', mspId: 'MemberA', role: 'gateway' }
const valid = {
  listen: { host: '127.0.0.1', port: 7000 },
  member: 'a',
  ledger,
  organiserLedger: { ...ledger, role: 'organiser' },
  publicUrl: 'http://127.0.0.1:7000',
  folder: '/var/lib/scrutin/gateway',
  tenants: [{ id: 'town', apiKeySha256: ['00'.repeat(32)] }],
}

t.test('a configuration that does not fit says what to set', async (t) => {
  const folder = t.testdir({ 'gateway.json': JSON.stringify(valid), 'broken.json': '{' })
  t.strictSame(await readGatewayConfig(join(folder, 'gateway.json')), valid)
  await t.rejects(readGatewayConfig(join(folder, 'broken.json')), { message: /broken.json can't be read as JSON/ })
  await t.rejects(readGatewayConfig(join(folder, 'none.json')), { message: /ENOENT/ })
  const refused = (changes: object): unknown => {
    try {
      return checkGatewayConfig(JSON.parse(JSON.stringify({ ...valid, ...changes })), 'gateway.json')
    } catch (error) {
      return (error as Error).message
    }
  }
  t.equal(refused({ publicUrl: undefined }), 'gateway.json: set publicUrl in the configuration')
  t.equal(refused({ colour: 'red' }), 'gateway.json: take colour out of the configuration: there is no such setting')
  t.equal(refused({ listen: { host: 'x', port: '80' } }), 'gateway.json: set /listen/port: it must be integer')
  t.match(refused({ ledger: { ...ledger, file: undefined } }), /\/ledger/)
  t.match(refused({ organiserLedger: { ...ledger, mspId: 'MemberB' } }), /set \/organiserLedger\/mspId to MemberA/)
  t.match(refused({ rateLimit: { max: 0, timeWindowSeconds: 1 } }), /\/rateLimit\/max/)
})

t.test('the program explains itself', async (t) => {
  const run = (...args: string[]): { status: number | null, stdout: string, stderr: string } =>
    spawnSync(process.execPath, [join(import.meta.dirname, '../src/server.ts'), ...args], { encoding: 'utf8', env: { ...process.env, NODE_OPTIONS: '' } })
  t.match(run('--help'), { status: 0, stdout: /--config FILE/ })
  t.match(run(), { status: 1, stderr: /--config FILE is needed/ })
  t.match(run('--colour'), { status: 1, stderr: /gateway: Unknown option/ })
  t.match(run('--config', join(t.testdir({ 'gateway.json': '{}' }), 'gateway.json')), { status: 1, stderr: /gateway.json: set listen/ })
})
