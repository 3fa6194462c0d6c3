import { createHash } from 'node:crypto'
import { readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import t from 'tap'
import { readConsortium } from '../src/consortium.ts'
import { membersOf } from '../src/member.ts'
import { writeServiceConfigs, type LedgerFor } from '../src/service-configs.ts'

const consortium = await readConsortium(join(import.meta.dirname, '../consortium.yaml'))
const ledgerFor: LedgerFor = (member, role) => ({ kind: 'embedded', file: '/tmp/ledger.db', mspId: member.mspId, role })

t.test('writes what each service of a member starts from', async t => {
  const [member] = membersOf(consortium, t.testdir(), 30000)
  if (member === undefined) throw new Error('the example has members')
  const files = await writeServiceConfigs(member, ledgerFor)
  const gateway: unknown = JSON.parse(await readFile(files.gateway.configFile, 'utf8'))
  const keyFile = files.gateway.apiKeyFiles['universite-a'] ?? ''
  const key = await readFile(keyFile, 'utf8')
  t.strictSame(gateway, {
    listen: { host: '127.0.0.1', port: 30009 },
    metrics: { host: '127.0.0.1', port: 30012 },
    member: 'universite-a',
    ledger: { kind: 'embedded', file: '/tmp/ledger.db', mspId: 'UniversiteAMSP', role: 'gateway' },
    organiserLedger: { kind: 'embedded', file: '/tmp/ledger.db', mspId: 'UniversiteAMSP', role: 'organiser' },
    publicUrl: 'http://127.0.0.1:30009',
    folder: member.folders.gateway,
    tenants: [{ id: 'universite-a', apiKeySha256: [createHash('sha256').update(key).digest('hex')] }],
  })
  t.match(JSON.parse(await readFile(files.registrar?.configFile ?? '', 'utf8')), { identifies: 'code', ledger: { role: 'registrar' }, folder: member.folders.registrar })
  t.match(JSON.parse(await readFile(files.trustee?.configFile ?? '', 'utf8')), { ledger: { role: 'trustee' }, passphraseFile: files.trustee?.passphraseFile })
  for (const file of [keyFile, files.trustee?.passphraseFile ?? '', files.gateway.configFile]) {
    t.equal((await stat(file)).mode & 0o777, 0o600, 'for its owner only')
  }
  for (const folder of [member.folders.root, member.folders.gateway, member.folders.trustee]) {
    t.equal((await stat(folder)).mode & 0o777, 0o700)
  }

  await writeServiceConfigs(member, ledgerFor)
  t.equal(await readFile(keyFile, 'utf8'), key, 'a second run keeps the secrets')
})

t.test('a trustee is told which chain it is and whose peers to ask besides its own', async t => {
  const [member] = membersOf(consortium, t.testdir(), 30000)
  if (member === undefined) throw new Error('the example has members')
  const peer = { channel: 'c', mspId: member.mspId, certificate: '/c', privateKey: '/k', peer: { mspId: 'Other', address: 'localhost:1', tlsRootCertificate: '/r' } }
  const anchor = { channel: 'c', genesis: 'ab'.repeat(32) }
  const { trustee } = await writeServiceConfigs(member, ledgerFor, async () => ({ anchor, peers: [peer] }))
  t.match(JSON.parse(await readFile(trustee?.configFile ?? '', 'utf8')), { anchor, peers: [peer] })
  const { trustee: alone } = await writeServiceConfigs(member, ledgerFor)
  t.equal((JSON.parse(await readFile(alone?.configFile ?? '', 'utf8')) as { peers?: unknown }).peers, undefined)
})

t.test('writes nothing for services a member does not run', async t => {
  const members = membersOf(consortium, t.testdir(), 30000)
  const withoutTrustee = members.find(member => member.trustee !== true)
  const withoutRegistrar = members.find(member => member.registrar === undefined)
  if (withoutTrustee === undefined || withoutRegistrar === undefined) throw new Error('the example has such members')
  t.equal((await writeServiceConfigs(withoutTrustee, ledgerFor)).trustee, undefined)
  t.equal((await writeServiceConfigs(withoutRegistrar, ledgerFor)).registrar, undefined)
})
