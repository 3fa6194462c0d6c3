import { join } from 'node:path'
import t from 'tap'
import Type from 'typebox'
import { Listen, LogLevel } from '../src/config-sections.ts'
import { checkConfig, readConfig } from '../src/read-config.ts'

const Schema = Type.Object({
  listen: Listen,
  store: Type.Union([Type.Object({ file: Type.String() }), Type.Object({ folder: Type.String() })]),
  logLevel: Type.Optional(LogLevel),
}, { additionalProperties: false })
const whole = { listen: { host: '127.0.0.1', port: 0 }, store: { file: 'x' } }

t.test('reads what fits, and says which file cannot be read', async (t) => {
  const folder = t.testdir({ 'whole.json': JSON.stringify(whole), 'broken.json': '{' })
  t.strictSame(await readConfig(Schema, join(folder, 'whole.json')), whole)
  await t.rejects(readConfig(Schema, join(folder, 'broken.json')), { message: /broken\.json can't be read as JSON: / })
  await t.rejects(readConfig(Schema, join(folder, 'none.json')), { message: /none\.json can't be read as JSON: ENOENT/ })
})

t.test('says what to set', async (t) => {
  const refuses = (changes: object, message: string | RegExp): void => {
    t.throws(() => checkConfig(Schema, { ...whole, ...changes }, 'x.json'), { message })
  }
  t.throws(() => checkConfig(Schema, { store: whole.store }, 'x.json'), { message: 'x.json: set listen in the configuration' })
  refuses({ listen: { host: 'a' } }, 'x.json: set port in /listen')
  refuses({ colour: 'red' }, 'x.json: take colour out of the configuration: there is no such setting')
  refuses({ listen: { host: 'a', port: '80' } }, 'x.json: set /listen/port: it must be integer')
  refuses({ logLevel: 'loud' }, /^x\.json: set \/logLevel: it must /)
  refuses({ store: {} }, /in \/store$/)
})
