import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import t from 'tap'
import { judgeCommitted } from '../committed-files.ts'

const root = resolve(import.meta.dirname, '../../..')

function problems (file: string, text: string): string[] {
  return judgeCommitted(file, new TextEncoder().encode(text)).map(finding => finding.problem)
}

t.test('finds paths of one machine', async t => {
  for (const folder of ['work', 'root', 'home']) {
    t.match(problems('README.md', `first\nsee /${folder}/someone/x`), [/path of one machine \(line 2\)/])
  }
  t.strictSame(problems('README.md', 'see https://example.org/home/page, ./work/x and $ROOT/work/x'), [])
})

t.test('finds hosts of registries in locks', async t => {
  t.match(problems('package-lock.json', '{ "resolved": "x" }'), [/host of a registry/])
  t.match(problems('.npmrc', 'registry = x'), [/host of a registry/])
  t.strictSame(problems('README.md', 'the registry. Of'), [])
})

t.test('finds builds and binaries', async t => {
  t.match(problems('web/dist/booth.js', ''), [/made by a build/])
  t.match(problems('network/bin/peer', '\x7fELF\x00'), [/is binary/])
  t.strictSame(problems('network/picture.png', '\x00'), [])
  t.match(problems('a.json', ' '.repeat(3_000_000)), [/larger than/])
})

const files = listCommitted()

t.test('the committed files hold none of it', { skip: files === undefined && 'this is no git repository' }, async t => {
  t.strictSame(files?.flatMap(file => judgeCommitted(file, readFileSync(resolve(root, file)))), [])
})

function listCommitted (): string[] | undefined {
  try {
    const files = execFileSync('git', ['ls-files', '-z'], { cwd: root, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] })
    return files.split('\0').filter(file => file !== '' && existsSync(resolve(root, file)))
  } catch {
    return undefined
  }
}
