#!/usr/bin/env node
import { parseArgs } from 'node:util'
import closeWithGrace from 'close-with-grace'
import { openLedger } from '../../ledger/src/open-ledger.ts'
import { buildApp } from './app.ts'
import { readRegistrarConfig } from './config.ts'

const { values } = parseArgs({ options: { config: { type: 'string' } } })
if (values.config === undefined) throw new Error('Say which configuration: --config registrar.json')
const config = await readRegistrarConfig(values.config)
const app = await buildApp({ config, ledger: await openLedger(config.ledger) })

closeWithGrace({ delay: 10_000 }, async ({ err }) => {
  if (err !== undefined) app.log.fatal({ err }, 'stopped by a failure')
  await app.close()
})
await app.listen(config.listen)
