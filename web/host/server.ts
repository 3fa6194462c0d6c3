/** `node web/host/server.ts --folder DIR --settings FILE --port N`: serves a built booth on this machine, for trying out. */
import { readFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { Value } from 'typebox/value'
import { BoothSettings } from '../src/worker/settings.ts'
import { boothServer } from './serve-booth.ts'

const { values } = parseArgs({ options: { folder: { type: 'string' }, settings: { type: 'string' }, port: { type: 'string' } } })
const { folder, settings: file, port } = values
if (folder === undefined || file === undefined || port === undefined) throw new Error('--folder, --settings and --port are needed')
const settings: unknown = JSON.parse(readFileSync(file, 'utf8'))
if (!Value.Check(BoothSettings, settings)) throw new Error(`${file} holds no settings of a booth`)
boothServer({ folder, settings, connect: ['http://127.0.0.1:*', 'http://localhost:*'] }).listen(Number(port), '127.0.0.1')
