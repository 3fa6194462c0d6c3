import t from 'tap'
import { findTestFiles } from '../test-files.ts'

const root = t.testdir({
  protocol: {
    src: { 'ballot.ts': '' },
    test: {
      'ballot.ts': '',
      kinds: { 'choose.ts': '' },
      support: { 'election.ts': '' },
      fixtures: { 'broken.ts': '' },
      vectors: { 'rfc9496.json': '' }
    }
  },
  ledger: { test: { 'embedded.ts': '', 'ledger.fabric.ts': '', 'ledger-suite.ts': '' } },
  web: { test: { 'voter.browser.ts': '' } },
  scripts: { lint: { test: { 'rooms-rule.ts': '' } } },
  node_modules: { tap: { test: { 'own.ts': '' } } },
  '.scrutin': { test: { 'left.ts': '' } }
})

t.test('tells tests from what they are made of', async t => {
  t.strictSame(findTestFiles(root), {
    fast: [
      'ledger/test/embedded.ts', 'protocol/test/ballot.ts', 'protocol/test/kinds/choose.ts', 'scripts/lint/test/rooms-rule.ts'
    ],
    fabric: ['ledger/test/ledger.fabric.ts'],
    browser: ['web/test/voter.browser.ts']
  })
})

t.test('finds the files asked for', async t => {
  t.strictSame(findTestFiles(root, ['ledger/']), { fast: ['ledger/test/embedded.ts'], fabric: ['ledger/test/ledger.fabric.ts'], browser: [] })
})
