import { appendFileSync, statSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { openServiceKey } from '../src/service-key.ts'

t.test('the key is made once, for its owner only', async (t) => {
  const folder = join(t.testdir(), 'own')
  const file = join(folder, 'key')
  const made = openServiceKey(file)
  t.ok(openServiceKey(file).publicKey.equals(made.publicKey))
  t.equal(statSync(file).mode & 0o777, 0o600)
  t.equal(statSync(folder).mode & 0o777, 0o700)
  appendFileSync(file, '\n')
  t.ok(openServiceKey(file).publicKey.equals(made.publicKey), 'a line end is no part of it')
})

t.test('a damaged key is told without showing it', async (t) => {
  const file = join(t.testdir(), 'key')
  openServiceKey(file)
  const damaged = readFileSync(file, 'utf8').slice(1)
  writeFileSync(file, damaged)
  try {
    openServiceKey(file)
    t.fail('opened')
  } catch (error) {
    t.match(error, { message: /key holds no key; restore it/, cause: undefined })
    t.notMatch(String((error as Error).stack), damaged)
  }
})
