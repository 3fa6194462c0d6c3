/** The `scrutin` command as people use it: a process of its own, over real HTTP. */
import { execFile } from 'node:child_process'
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import t from 'tap'
import { electionId } from '../../protocol/src/definition.ts'
import { inTerminal } from './support/in-terminal.ts'
import { apiKey, openElection } from './support/open-election.ts'

const program = join(import.meta.dirname, '../../scripts/scrutin.ts')

interface Said { readonly code: number, readonly stdout: string, readonly stderr: string }

async function scrutin (cwd: string, args: readonly string[], env: Record<string, string> = {}): Promise<Said> {
  return await new Promise((resolve) => {
    execFile(process.execPath, [program, ...args], { cwd, env: { ...process.env, ...env } }, (error, stdout, stderr) => {
      resolve({ code: error === null ? 0 : Number(error.code), stdout, stderr })
    })
  })
}

/** Answers what is read as the gateway behind it does, and nothing to who casts. */
async function deafGateway (url: string): Promise<{ url: string, close: () => void }> {
  const server = createServer((request, response) => {
    if (request.method === 'POST') {
      request.destroy()
      return
    }
    void fetch(url + request.url).then(async (answer) => {
      response.writeHead(answer.status).end(new Uint8Array(await answer.arrayBuffer()))
    })
  })
  await new Promise<void>((resolve) => { server.listen(0, '127.0.0.1', resolve) })
  const { port } = server.address() as AddressInfo
  return { url: `http://127.0.0.1:${port}`, close: () => { server.closeAllConnections(); server.close() } }
}

t.test('scrutin roll prepare', async (t) => {
  const folder = t.testdir({ 'good.csv': 'id,name\n1,Ann\n2,Bob\n', 'bad.csv': 'id,name\n1,Ann\n1,\n' })
  const good = await scrutin(folder, ['roll', 'prepare', 'good.csv', '--out', 'roll.json', '--json'])
  t.match(JSON.parse(good.stdout), { root: /^[0-9a-f]{64}$/, size: 2, classes: [{ id: 'all', size: 2 }] })
  t.equal(statSync(join(folder, 'roll.json')).mode & 0o777, 0o600)
  t.match(await scrutin(folder, ['roll', 'prepare', 'good.csv', '--out', 'roll.json']), { code: 1, stderr: /exists/i })
  const bad = await scrutin(folder, ['roll', 'prepare', 'bad.csv', '--out', 'none.json'])
  t.match(bad, { code: 1, stdout: '', stderr: /^line 3: the same id as on line 2\nline 3|^line 3: "name" is empty\nline 3/ })
  t.notOk(existsSync(join(folder, 'none.json')))
})

t.test('in an open election', async (t) => {
  const tests = t.testdir({ services: {}, person: {} })
  const open = await openElection({ folder: join(tests, 'services'), voters: 6 })
  t.teardown(open.close)
  const folder = join(tests, 'person')
  const [first, second] = open.gateways
  const { id, definition } = open.election
  const at = ['--gateway', first, '--election', id]
  const spoken = (said: Said): string => said.stdout + said.stderr

  await t.test('scrutin vote, then verify at another member', async (t) => {
    const codes = open.codes('1')
    const said = await scrutin(folder, ['vote', ...at, '--answer', 'president=option-2', '--receipt', 'receipt.json', '--json'], { SCRUTIN_CODES: codes.join(',') })
    t.equal(said.code, 0, said.stderr)
    const { tracker, receipt } = JSON.parse(said.stdout) as { tracker: string, receipt: object }
    t.same(JSON.parse(readFileSync(join(folder, 'receipt.json'), 'utf8')), receipt)
    for (const code of codes) t.notOk(spoken(said).includes(code))
    const found = await scrutin(folder, ['verify', tracker, '--gateway', second, '--election', id])
    t.match(found, { code: 0, stdout: /stands in block [0-9]+ and its proofs hold/ })
    t.match(await scrutin(folder, ['verify', '0'.repeat(64), ...at, '--json']), { code: 1, stdout: /"standing":"absent"/ })
  })

  await t.test('says what is wrong, and never a code', async (t) => {
    const [code, other] = open.codes('1')
    writeFileSync(join(folder, 'codes'), `${code}\n${other}\n`)
    const again = await scrutin(folder, ['vote', ...at, '--code-file', 'codes', '--answer', 'president=blank'])
    t.match(again, { code: 1, stderr: /registrar 1.*\(issuance\.exists\)/ })
    t.notOk(spoken(again).includes(code!))
    const wrongOption = await scrutin(folder, ['vote', ...at, '--code', ...open.codes('2'), '--answer', 'president=nobody'])
    t.match(wrongOption, { code: 1, stderr: /has no option nobody \(input\.malformed\)/ })
    t.match(await scrutin(folder, ['vote', ...at, '--code', code!]), { code: 1, stderr: /--answer, or run it in a terminal/ })
    t.match(await scrutin(folder, ['vote', ...at, '--answer', 'president=blank']), { code: 1, stderr: /--code-file/ })
  })

  await t.test('scrutin vote --check, and scrutin check elsewhere, with the network and without', async (t) => {
    writeFileSync(join(folder, 'passphrase'), 'correct horse battery staple\n')
    const recovery = ['--recovery', 'kept.json', '--recovery-passphrase-file', 'passphrase']
    const codes = ['--code', ...open.codes('3')]
    t.match(await scrutin(folder, ['vote', ...at, ...codes, '--answer', 'president=option-1', '--check-only']), { code: 1, stderr: /--recovery/ }, 'a credential is not thrown away')
    const left = await scrutin(folder, ['vote', ...at, ...codes, ...recovery, '--answer', 'president=option-1', '--check-only', '--check', 'first.json', '--json'])
    const [first] = (JSON.parse(left.stdout || '{"checked":[]}') as { checked: { tracker: string, file: string }[] }).checked
    t.match(first, { tracker: /^[0-9a-f]{64}$/, file: 'first.json' }, left.stderr)
    t.ok(left.stderr.indexOf(`Tracker ${first!.tracker}`) < left.stderr.indexOf('Opened into first.json'))
    t.equal(statSync(join(folder, 'kept.json')).mode & 0o777, 0o600)

    const checked = await scrutin(folder, ['check', 'first.json', '--gateway', second, '--tracker', first!.tracker, '--locale', 'en'])
    t.match(checked, { code: 0, stdout: /holds exactly this:[^]*Is this what you chose/ }, checked.stderr)
    const bundle = await fetch(`${second}/v1/elections/${id}/bundle`)
    writeFileSync(join(folder, 'bundle.ndjson'), await bundle.text())
    const offline = await scrutin(folder, ['check', 'first.json', '--bundle', 'bundle.ndjson', '--json'])
    t.match(JSON.parse(offline.stdout || '{}'), { tracker: first!.tracker, answers: [{ question: 'president', answer: { choose: ['option-1'] } }] }, offline.stderr)
    t.match(await scrutin(folder, ['check', 'first.json', '--bundle', 'bundle.ndjson', '--tracker', '0'.repeat(64)]), { code: 1, stdout: '', stderr: /\(ballot\.opening\)/ })
    t.match(await scrutin(folder, ['check', 'first.json']), { code: 1, stderr: /--gateway URL of another member, or --bundle/ })
    writeFileSync(join(folder, 'blocks.ndjson'), '{"channel":"scrutin","electionId":null,"format":"scrutin-bundle/2"}\n')
    t.match(await scrutin(folder, ['check', 'first.json', '--bundle', 'blocks.ndjson']), { code: 1, stdout: '', stderr: /holds the ledger's blocks, .*v1\/elections\/ID\/records/ })
    const lie = JSON.parse(readFileSync(join(folder, 'first.json'), 'utf8')) as { questions: [{ answer: object }] }
    lie.questions[0].answer = { choose: ['option-2'] }
    writeFileSync(join(folder, 'lie.json'), JSON.stringify(lie))
    t.match(await scrutin(folder, ['check', 'lie.json', '--bundle', 'bundle.ndjson']), { code: 1, stdout: '', stderr: /\(ballot\.opening\)/ })

    t.match(await scrutin(folder, ['recover', 'kept.json', '--gateway', second], { SCRUTIN_RECOVERY_PASSPHRASE: 'another passphrase' }), { code: 1, stderr: /\(recovery\.sealed\)/ })
    t.match(await scrutin(folder, ['recover', 'kept.json', '--gateway', second, '--recovery-passphrase-file', 'passphrase']), { code: 0, stdout: /Every registrar has signed/ })
    const voted = await scrutin(folder, ['vote', ...at, ...recovery, '--answer', 'president=option-1', '--check', '--json'])
    const { tracker, checked: [again] } = JSON.parse(voted.stdout || '{"checked":[]}') as { tracker: string, checked: { tracker: string, file: string }[] }
    t.equal(voted.code, 0, voted.stderr)
    t.match(again, { file: `check-${again!.tracker.slice(0, 8)}.json` }, 'without codes, from the file alone')
    t.equal(new Set([tracker, again!.tracker, first!.tracker]).size, 3)
    t.match(await scrutin(folder, ['vote', ...at, ...recovery, '--answer', 'president=blank']), { code: 1, stderr: /\(ballot\.credential-used\)/ })
    for (const said of [left, voted]) for (const code of open.codes('3')) t.notOk(spoken(said).includes(code))
  })

  await t.test('in a terminal, scrutin vote asks for the answer, and whether to check, to cast or to quit', async (t) => {
    const question = 'Check this encryption on a second device, cast it, or quit? [check/cast/quit]'
    writeFileSync(join(folder, 'passphrase'), 'correct horse battery staple\n')
    const hint = ': '
    const checking = await inTerminal(folder, [program, 'vote', ...at, '--locale', 'en', '--code', ...open.codes('5'), '--recovery', 'five.json', '--recovery-passphrase-file', 'passphrase'], [
      [hint, '9'], [hint, '1'], [question, 'c'], [question, 'check'], [question, 'quit'],
    ])
    t.match(checking, { code: 0, unasked: '[]', screen: /Opened into check-[^]*Nothing was cast\. Your credential is kept in five\.json\./ }, 'neither an option that is none nor a letter for two words is taken')
    t.equal(checking.screen.split('Tracker ').length, 3, 'after a check another encryption, with its own tracker')
    t.ok(checking.screen.indexOf('Tracker ') < checking.screen.indexOf(question), 'the tracker stands before the question')

    const leaving = 'Quit all the same? [no/yes]'
    const cast = await inTerminal(folder, [program, 'vote', ...at, '--code', ...open.codes('6'), '--answer', 'president=blank'], [[question, 'quit'], [leaving, 'no'], [question, 'cast']])
    t.match(cast, { code: 0, unasked: '[]', screen: /Your ballot is in the box/ })
  })

  await t.test('scrutin credential keeps what it obtains before it asks', async (t) => {
    const secret = { SCRUTIN_RECOVERY_PASSPHRASE: 'correct horse battery staple' }
    const codes = ['--code', ...open.codes('4')]
    t.match(await scrutin(folder, ['credential', ...at, ...codes], secret), { code: 1, stderr: /--recovery/ })
    t.match(await scrutin(folder, ['credential', ...at, ...codes, '--recovery', 'four.json'], { SCRUTIN_RECOVERY_PASSPHRASE: 'short' }), { code: 1, stderr: /at least 8/ })
    t.notOk(existsSync(join(folder, 'four.json')))
    t.match(await scrutin(folder, ['credential', ...at, ...codes, '--recovery', 'four.json', '--json'], secret), { code: 0, stdout: /"registrars":2/ })
    t.match(await scrutin(folder, ['vote', ...at, '--recovery', 'four.json', '--answer', 'president=blank', '--yes'], secret), { code: 0, stdout: /in the box/ })
  })

  await t.test('keeps a ballot that got no receipt, and casts it again', async (t) => {
    const deaf = await deafGateway(first)
    t.teardown(deaf.close)
    const lost = await scrutin(folder, ['vote', '--gateway', deaf.url, 'http://127.0.0.1:9', '--election', id, '--code', ...open.codes('2'), '--answer', 'president=blank'])
    t.match(lost, { code: 1, stdout: '', stderr: /\(receipt\.missing\)/ })
    const [kept] = readdirSync(folder).filter((name) => name.startsWith('ballot-'))
    t.ok(lost.stderr.includes(`scrutin cast ${kept} `))
    const cast = await scrutin(folder, ['cast', kept!, ...at, '--json'])
    t.match(JSON.parse(cast.stdout || '{}'), { tracker: /^[0-9a-f]{64}$/, gateway: first }, cast.stderr)
  })

  await t.test('scrutin announce, with the API key in a file', async (t) => {
    writeFileSync(join(folder, 'api-key'), apiKey)
    const title = { fr: 'Une autre', en: 'Another', es: 'Otra' }
    writeFileSync(join(folder, 'definition.yaml'), JSON.stringify({ ...definition, title }, undefined, 2))
    const organise = ['--gateway', first, '--api-key-file', 'api-key']
    const announced = await scrutin(folder, ['announce', 'definition.yaml', ...organise, '--json'])
    t.match(JSON.parse(announced.stdout || '{}'), { electionId: electionId({ ...definition, title }) }, announced.stderr)
    t.match(await scrutin(folder, ['announce', 'definition.yaml', ...organise]), { code: 1, stderr: /\(election\.exists\)/ })
    writeFileSync(join(folder, 'wrong.yaml'), 'title: x\n')
    t.match(await scrutin(folder, ['announce', 'wrong.yaml', ...organise]), { code: 1, stderr: /\(election\.definition\)/ })
    writeFileSync(join(folder, 'no-key'), 'guessed')
    const refused = await scrutin(folder, ['close', '--gateway', first, '--api-key-file', 'no-key', '--election', id])
    t.match(refused, { code: 1, stderr: /\(access\.unauthenticated\)/ })
    t.notOk(spoken(refused).includes('guessed'))
    t.match(await scrutin(folder, ['close', ...organise, '--election', id]), { code: 0, stdout: /^Closed election/ })
  })

  t.match(await scrutin(folder, ['--version']), { code: 0, stdout: /^\d+\.\d+\.\d+\n$/ })
})
