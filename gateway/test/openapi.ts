import { spawnSync } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import t from 'tap'
import { describeApi } from '../src/describe-api.ts'

const file = join(import.meta.dirname, '../openapi.json')

t.test('the committed description is that of the routes', async (t) => {
  const committed = await readFile(file, 'utf8')
  t.ok(committed === await describeApi(), 'else run: node gateway/write-openapi.ts')
})

t.test('it is valid OpenAPI 3.1', async (t) => {
  const redocly = join(import.meta.dirname, '../../node_modules/.bin/redocly')
  const { status, stdout, stderr } = spawnSync(redocly, ['lint', file], {
    encoding: 'utf8', env: { ...process.env, NODE_OPTIONS: '', REDOCLY_TELEMETRY: 'off', REDOCLY_SUPPRESS_UPDATE_NOTICE: 'true' },
  })
  t.equal(status, 0, stdout + stderr)
})

t.test('every operation answers with problems, and only those of organisers ask for a key', async (t) => {
  const { paths } = JSON.parse(await readFile(file, 'utf8')) as { paths: Record<string, Record<string, { responses: Record<string, unknown>, security?: unknown, tags: string[] }>> }
  for (const [path, operations] of Object.entries(paths)) {
    for (const [method, { responses, security, tags }] of Object.entries(operations)) {
      t.match(responses, { '4XX': {}, '5XX': {} }, `${method} ${path}`)
      t.equal(security !== undefined, tags.includes('organisers'), `${method} ${path}`)
    }
  }
})
