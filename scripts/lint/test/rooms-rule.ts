import { resolve } from 'node:path'
import { Linter } from 'eslint'
import t, { type Test } from 'tap'
import { parser } from 'typescript-eslint'
import { roomsRule } from '../rooms-rule.ts'

const root = resolve(import.meta.dirname, '../../..')

function complaints (file: string, code: string): string[] {
  const linter = new Linter({ cwd: root })
  const config: Linter.Config = {
    files: ['**/*.ts'],
    languageOptions: { parser },
    plugins: { scrutin: { rules: { rooms: roomsRule } } },
    rules: { 'scrutin/rooms': 'error' }
  }
  return linter.verify(code, config, { filename: resolve(root, file) }).map(message => message.message)
}

function refuses (t: Test, file: string, code: string, reason: RegExp): void {
  const found = complaints(file, code)
  t.equal(found.length, 1, `refuses in ${file}: ${code}`)
  t.match(found[0], reason)
}

function accepts (t: Test, file: string, code: string): void {
  t.strictSame(complaints(file, code), [], `accepts in ${file}: ${code}`)
}

t.test('a room reaches only the rooms below it', async t => {
  refuses(t, 'protocol/src/ballot.ts', "import { open } from '../../ledger/src/open-ledger.ts'", /protocol\/ may not import ledger\/; it may import no other room/)
  refuses(t, 'gateway/src/routes/cast.ts', "import { roll } from '../../../registrar/src/roll.ts'", /may not import registrar\/; it may import protocol, ledger, service/)
  refuses(t, 'registrar/src/app.ts', "export { app } from '../../gateway/src/app.ts'", /may not import gateway/)
  refuses(t, 'voter/src/cast.ts', "import type { Ledger } from '../../ledger/src/port.ts'", /may not import ledger/)
  refuses(t, 'network/src/up.ts', "import { ScrutinError } from '../../protocol/src/errors.ts'", /may not import protocol/)
  accepts(t, 'gateway/src/app.ts', "import { openLedger } from '../../ledger/src/open-ledger.ts'")
  accepts(t, 'trustee/src/log.ts', "import { logOptions } from '../../service/src/log-options.ts'")
  refuses(t, 'service/src/log-options.ts', "import { app } from '../../gateway/src/app.ts'", /may not import gateway/)
  accepts(t, 'web/src/booth.ts', "import { cast } from '../../voter/src/cast.ts'")
  accepts(t, 'scripts/simulate.ts', "import { app } from '../gateway/src/app.ts'")
})

t.test('every form of import is seen', async t => {
  const room = /may not import gateway/
  refuses(t, 'protocol/src/a.ts', "export * from '../../gateway/src/app.ts'", room)
  refuses(t, 'protocol/src/a.ts', "await import('../../gateway/src/app.ts')", room)
  refuses(t, 'protocol/src/a.ts', "const app = require('../../gateway/src/app.ts')", room)
  refuses(t, 'protocol/src/a.ts', "type App = import('../../gateway/src/app.ts').App", room)
})

t.test('a relative import is judged by where it leads', async t => {
  accepts(t, 'protocol/src/kinds/choose.ts', "import { group } from '../group.ts'")
  accepts(t, 'gateway/src/app.ts', "import manifest from '../../package.json' with { type: 'json' }")
  refuses(t, 'protocol/src/a.ts', "import x from './../src/../../gateway/src/app.ts'", /may not import gateway/)
  refuses(t, 'gateway/src/app.ts', "import x from '../../../elsewhere/x.ts'", /outside the repository/)
  refuses(t, 'gateway/src/app.ts', "import x from '../../examples/x.ts'", /in no room/)
  refuses(t, 'gateway/src/app.ts', "import x from '/srv/x.ts'", /is an address/)
})

t.test('only the embedded adapter holds the contract', async t => {
  const code = "import { ScrutinContract } from '../../../chaincode/src/scrutin-contract.ts'"
  accepts(t, 'ledger/src/embedded/contract.ts', code)
  refuses(t, 'ledger/src/fabric/connect.ts', code, /only ledger\/src\/embedded\/ may import chaincode/)
})

t.test('the pure rooms import listed packages and nothing of Node', async t => {
  accepts(t, 'protocol/src/group.ts', "import { ristretto255 } from '@noble/curves/ed25519.js'")
  refuses(t, 'protocol/src/group.ts', "import fastify from 'fastify'", /may not import the package fastify/)
  refuses(t, 'protocol/src/group.ts', "import { createHash } from 'node:crypto'", /runs outside Node too/)
  refuses(t, 'chaincode/src/a.ts', "import { readFile } from 'fs/promises'", /runs outside Node too/)
  accepts(t, 'chaincode/src/a.ts', "import { Contract } from 'fabric-contract-api'")
  refuses(t, 'voter/src/cast.ts', "import { readFile } from 'node:fs/promises'", /runs outside Node too/)
  accepts(t, 'voter/src/command.ts', "import { readFile } from 'node:fs/promises'")
  accepts(t, 'voter/src/command-vote.ts', "import { readFile } from 'node:fs/promises'")
})

t.test('tests are freer, yet stand on the foundations only', async t => {
  accepts(t, 'protocol/test/group.ts', "import t, { type Test } from 'tap'")
  accepts(t, 'protocol/test/group.ts', "import { readFileSync } from 'node:fs'")
  accepts(t, 'gateway/test/app.ts', "import { fakeElection } from '../../protocol/test/support/election.ts'")
  accepts(t, 'gateway/test/app.ts', "import { ScrutinContract } from '../../chaincode/src/scrutin-contract.ts'")
  accepts(t, 'voter/test/cast.ts', "import { app } from '../../gateway/src/app.ts'")
  refuses(t, 'registrar/test/app.ts', "import { app } from '../../gateway/src/app.ts'", /may not import gateway/)
  refuses(t, 'gateway/src/app.ts', "import { fakeElection } from '../../protocol/test/support/election.ts'", /test support/)
})
