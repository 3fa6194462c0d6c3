/** A member's operator says on the ledger that the member stands for a release of the booth, or no longer does. */
import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { parseArgs } from 'node:util'
import { openLedger } from '../../ledger/src/open-ledger.ts'
import { submitWithPatience } from '../../service/src/submit-with-patience.ts'
import { readGatewayConfig } from './config.ts'

const usage = `Usage: node gateway/src/approve-booth.ts --config FILE --booth FILE --release VERSION [--withdraw] [--json]

Says on the ledger that this member has looked at a release of the booth and stands for it. Voters see how many do.

  --config FILE      the member's gateway.json
  --booth FILE       the single-file booth, as members built it from source
  --release VERSION  its version
  --withdraw         the member no longer stands for it
  --json             print one JSON object
  --help             this text
`

async function approve ({ config: configFile, booth, release, withdraw, json }: Options): Promise<void> {
  const hash = createHash('sha256').update(await readFile(booth)).digest('hex')
  const { organiserLedger: config } = await readGatewayConfig(configFile)
  const ledger = await openLedger(config)
  try {
    const approved = !withdraw
    const { transactionId, blockNumber } = await submitWithPatience(ledger, 'approveBooth', [hash, release, String(approved)])
    const said = { mspId: ledger.mspId, hash, version: release, approved, transactionId, blockNumber: blockNumber.toString() }
    console.log(json ? JSON.stringify(said) : `${said.mspId} ${approved ? 'stands' : 'no longer stands'} for the booth ${release}, SHA-256 ${hash}: block ${said.blockNumber}.`)
  } finally {
    await ledger.close()
  }
}

interface Options { readonly config: string, readonly booth: string, readonly release: string, readonly withdraw: boolean, readonly json: boolean }

function readArguments (): Options | undefined {
  const { values } = parseArgs({
    options: {
      config: { type: 'string' },
      booth: { type: 'string' },
      release: { type: 'string' },
      withdraw: { type: 'boolean', default: false },
      json: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  })
  if (values.help) return undefined
  const { config, booth, release, withdraw, json } = values
  if (config === undefined || booth === undefined || release === undefined) throw new Error('--config, --booth and --release are needed (--help)')
  return { config, booth, release, withdraw, json }
}

try {
  const options = readArguments()
  if (options === undefined) process.stdout.write(usage)
  else await approve(options)
} catch (error) {
  process.stderr.write(`approve-booth: ${error instanceof Error ? error.message : String(error)}\n`)
  process.exitCode = 1
}
