import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { readConfig } from '../src/config.ts'

t.test('a configuration that is wrong says what to set', async (t) => {
  const folder = t.testdir()
  const file = join(folder, 'registrar.json')
  const whole = {
    listen: { host: '127.0.0.1', port: 8080 },
    member: 'a',
    publicUrl: 'http://a.test',
    folder,
    identifies: 'code',
    ledger: { kind: 'embedded', file: 'ledger.db', mspId: 'A', role: 'registrar' },
  }
  const read = (config: object) => {
    writeFileSync(file, JSON.stringify(config))
    return readConfig(file)
  }
  t.same(read(whole), whole)
  t.throws(() => read({ ...whole, folder: undefined }), { message: /set folder in the configuration/ })
  t.throws(() => read({ ...whole, colour: 'red' }), { message: /take colour out of the configuration/ })
  t.throws(() => read({ ...whole, identifies: 'oidc' }), { message: /set \/identifies/ })
  t.throws(() => readConfig(join(folder, 'none.json')), { message: /none\.json can't be read/ })
})
