import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { absentPeer } from '../../service/test/support/absent-peer.ts'
import { temporaryLedger } from '../../chaincode/test/support/staged-election.ts'

const command = join(import.meta.dirname, '../src/command.ts')

async function configured (t: Test): Promise<{ folder: string, config: string, passphraseFile: string }> {
  const { file, as, close } = await temporaryLedger()
  t.teardown(close)
  await (await as('MemberA', 'auditor')).evaluate('readDirectory', ['', '1'])
  const root = t.testdir()
  const [folder, config, passphraseFile] = [join(root, 'trustee'), join(root, 'trustee.json'), join(root, 'passphrase')]
  await writeFile(passphraseFile, 'three swans\n')
  await writeFile(config, JSON.stringify({ member: 'a', ledger: { kind: 'embedded', file, mspId: 'MemberA', role: 'trustee' }, folder, passphraseFile }))
  return { folder, config, passphraseFile }
}

function trustee (...args: readonly string[]): Promise<{ code: number | null, stdout: string, stderr: string }> {
  return new Promise((resolve) => {
    const child = execFile(process.execPath, [command, ...args], (_error, stdout, stderr) => { resolve({ code: child.exitCode, stdout, stderr }) })
  })
}

t.test('the key is made at first use and stays', async (t) => {
  const { config, folder } = await configured(t)
  const first = await trustee('key', '--config', config)
  t.match(first, { code: 0, stdout: /^[0-9a-f]{64}\n$/ })
  t.strictSame(await trustee('key', '--config', config), first)
  t.strictSame(await readdir(folder), ['store'])
})

t.test('the ceremony publishes the key, with --follow until it is stopped', async (t) => {
  const { config } = await configured(t)
  const { stdout: key } = await trustee('key', '--config', config)
  const child = spawn(process.execPath, [command, 'ceremony', '--follow', '--config', config], { stdio: ['ignore', 'pipe', 'pipe'] })
  let log = ''
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    log += text
    if (log.includes('published the key')) child.kill('SIGTERM')
  })
  const [code] = await once(child, 'exit')
  t.equal(code, 0)
  t.match(log, /trying out only/)
  t.match(await trustee('status', '--json', '--config', config), { code: 0, stdout: `{"key":"${key.trim()}","inDirectory":true,"elections":[]}\n` })
  t.match(await trustee('ceremony', '--config', config), { code: 0, stdout: 'No key ceremony waits.\n' })
})

t.test('who follows ceremonies waits for a peer that is down; who came for one answer is told', async (t) => {
  const folder = t.testdir()
  const [config, passphraseFile] = [join(folder, 'trustee.json'), join(folder, 'passphrase')]
  await writeFile(passphraseFile, 'three swans\n')
  // nothing listens there
  await writeFile(config, JSON.stringify({ member: 'd', ledger: await absentPeer(folder, 9), folder: join(folder, 'trustee'), passphraseFile }))
  const child = spawn(process.execPath, [command, 'ceremony', '--follow', '--config', config], { stdio: ['ignore', 'pipe', 'pipe'] })
  t.teardown(() => { child.kill('SIGKILL') })
  let log = ''
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    log += text
    if (log.includes('the ledger cannot be opened yet') && log.includes('trying again')) child.kill('SIGTERM')
  })
  const status = trustee('status', '--config', config)
  t.strictSame(await once(child, 'exit'), [0, null])
  t.match(await status, { code: 1, stdout: '', stderr: /trustee: The ledger cannot be reached/ })
})

t.test('what is wrong is said in a sentence', async (t) => {
  const { config, passphraseFile } = await configured(t)
  await trustee('key', '--config', config)
  t.match(await trustee('decrypt', 'ab'.repeat(32), '--config', config), { code: 1, stderr: /trustee: There is no such election\n$/ })
  await writeFile(passphraseFile, 'four swans')
  t.match(await trustee('key', '--config', config), { code: 1, stdout: '', stderr: /^trustee: the passphrase does not open .*store, or the file was changed\n$/ })
  await writeFile(config, '{"member":"a","ledgr":{}}')
  t.match(await trustee('key', '--config', config), { code: 1, stderr: /^trustee: .*trustee\.json: set .*ledger.* in the configuration\n$/ })
})
