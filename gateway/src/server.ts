import { setTimeout as sleep } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import closeWithGrace from 'close-with-grace'
import { arithmeticNotice } from '../../protocol/src/point-arithmetic.ts'
import { PatientLedger } from '../../service/src/patient-ledger.ts'
import { buildApp } from './app.ts'
import { readGatewayConfig } from './config.ts'
import { openGatewayKey } from './gateway-key.ts'

const usage = `Usage: node gateway/src/server.ts --config FILE

The REST gateway of one member.

  --config FILE  its configuration: gateway.json (gateway/src/config.ts says what stands in it)
  --help         this text
`

/** A ledger in reach is open by then, so that nothing fails at first. */
const mostWaitMs = 2000

async function start (configFile: string): Promise<void> {
  const config = await readGatewayConfig(configFile)
  const keys = openGatewayKey(config.folder)
  const ledger = new PatientLedger(config.ledger)
  const organiserLedger = new PatientLedger(config.organiserLedger)
  const app = await buildApp({ config, keys, ledger, organiserLedger })
  closeWithGrace({ delay: 10_000, logger: { error: (message: unknown) => { app.log.error(message) } } }, async ({ err }) => {
    if (err !== undefined) app.log.error({ err }, 'stopping after an error')
    await app.close()
    await Promise.all([ledger.close(), organiserLedger.close()])
  })
  const notice = arithmeticNotice()
  if (notice !== undefined) app.log.warn(notice)
  const opening = Promise.all([ledger, organiserLedger].map(async (each) => { await each.open({ log: app.log, onGivenUp: fail }) }))
    .then(() => { if (ledger.notice !== undefined) app.log.warn(ledger.notice) })
  // a peer that is down must not take the gateway with it: it answers what it can, and says that it is not ready
  await Promise.race([opening, sleep(mostWaitMs)])
  await app.listen(config.listen)
  await opening
}

function readArguments (): { config?: string | undefined, help?: boolean | undefined } {
  try {
    return parseArgs({ options: { config: { type: 'string' }, help: { type: 'boolean' } } }).values
  } catch (error) {
    fail(error)
  }
}

function fail (error: unknown): never {
  process.stderr.write(`gateway: ${error instanceof Error ? error.message : String(error)}\n`)
  process.exit(1)
}

const { config, help } = readArguments()
if (help === true) process.stdout.write(usage)
else if (config === undefined) fail(new Error('--config FILE is needed (--help)'))
else await start(config).catch(fail)
