import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { readRegistrarConfig } from '../src/config.ts'

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
  const read = async (config: object) => {
    writeFileSync(file, JSON.stringify(config))
    return await readRegistrarConfig(file)
  }
  t.same(await read(whole), whole)
  await t.rejects(read({ ...whole, folder: undefined }), { message: /set folder in the configuration/ })
  await t.rejects(read({ ...whole, colour: 'red' }), { message: /take colour out of the configuration/ })
  await t.rejects(read({ ...whole, identifies: 'oidc' }), { message: /set \/identifies/ })
  await t.rejects(readRegistrarConfig(join(folder, 'none.json')), { message: /none\.json can't be read/ })
})
