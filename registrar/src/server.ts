#!/usr/bin/env node
import { setTimeout as sleep } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import closeWithGrace from 'close-with-grace'
import { PatientLedger } from '../../service/src/patient-ledger.ts'
import { buildApp } from './app.ts'
import { readRegistrarConfig } from './config.ts'

/** A ledger in reach is open by then, so that nothing fails at first. */
const mostWaitMs = 2000

const { values } = parseArgs({ options: { config: { type: 'string' } } })
if (values.config === undefined) throw new Error('Say which configuration: --config registrar.json')
const config = await readRegistrarConfig(values.config)
const ledger = new PatientLedger(config.ledger)
const app = await buildApp({ config, ledger })

closeWithGrace({ delay: 10_000 }, async ({ err }) => {
  if (err !== undefined) app.log.fatal({ err }, 'stopped by a failure')
  await app.close()
})
const opening = ledger.open({ log: app.log, onGivenUp: fail }).catch(fail)
// a peer that is down must not take the registrar with it: it takes requests, and says that it is not ready
await Promise.race([opening, sleep(mostWaitMs)])
await app.listen(config.listen)

function fail (error: unknown): never {
  process.stderr.write(`registrar: ${error instanceof Error ? error.message : String(error)}\n`)
  process.exit(1)
}
