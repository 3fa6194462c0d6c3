#!/usr/bin/env node
/** `npm run network -- up | status | down | reset | build` */
import { Command, InvalidArgumentError } from 'commander'
import { bringDown, reset } from './bring-down.ts'
import { bringUp, defaultConsortiumFile } from './bring-up.ts'
import { findFabricBinaries } from './fabric-binaries.ts'
import { defaultDataFolder } from './layout.ts'
import { NetworkError } from './network-error.ts'
import { printed } from './progress.ts'
import { readStatus, type NetworkStatus } from './status.ts'

interface Options {
  readonly config: string
  readonly data: string
  readonly portBase?: number
  readonly json?: true
}

const progress = printed()

const program = new Command('network')
  .description('The consortium as code: one consortium.yaml in, running members out.')
  .showHelpAfterError()

function addCommand (name: string, description: string): Command {
  return program.command(name)
    .description(description)
    .option('--data <dir>', 'where everything of the network is kept', defaultDataFolder)
    .option('--json', 'print the result as one JSON object; progress goes to stderr')
}

addCommand('up', 'bring up the network, or what of it does not run')
  .option('--config <file>', 'the consortium', defaultConsortiumFile)
  .option('--port-base <n>', 'first port of the first member, in place of the one in the file: several networks run side by side', parsePort)
  .action(async (options: Options) => {
    const network = await bringUp({
      dataFolder: options.data,
      consortiumFile: options.config,
      progress,
      ...(options.portBase === undefined ? {} : { portBase: options.portBase }),
    })
    if (options.json) printJson({ kind: network.kind, dataFolder: network.dataFolder, members: network.members })
    else {
      for (const member of network.members) console.log(`${member.title}: gateway ${member.gateway.url}${member.registrar === undefined ? '' : `, registrar ${member.registrar.url}`}`)
    }
  })

addCommand('status', 'say what runs, how far each member\'s chain is, and whether the chains agree')
  .action(async (options: Options) => {
    const status = await readStatus({ dataFolder: options.data })
    if (options.json) printJson(status)
    else printStatus(status)
  })

addCommand('down', 'stop the network; its data stays')
  .action(async (options: Options) => {
    await bringDown({ dataFolder: options.data, progress })
    if (options.json) printJson({ stopped: true })
  })

addCommand('reset', 'stop the network and remove its data, keys and ledger included')
  .action(async (options: Options) => {
    await reset({ dataFolder: options.data, progress })
    if (options.json) printJson({ removed: true })
  })

program.command('build')
  .description('find Fabric\'s programs (FABRIC_BIN, then PATH), or build them, unless that has been done')
  .option('--json', 'print the result as one JSON object; progress goes to stderr')
  .action(async (options: Pick<Options, 'json'>) => {
    const { origin, programs } = await findFabricBinaries(progress)
    if (options.json) printJson({ origin, programs })
    else console.log(origin)
  })

function parsePort (text: string): number {
  const port = Number(text)
  if (!Number.isInteger(port) || port < 1024 || port > 65000) throw new InvalidArgumentError('It must be a number from 1024 to 65000.')
  return port
}

function printJson (value: unknown): void {
  console.log(JSON.stringify(value))
}

function printStatus (status: NetworkStatus): void {
  for (const member of status.members) {
    const chain = member.height === null ? 'no answer from the peer' : `${member.height} blocks, newest ${member.blockHash?.slice(0, 16) ?? ''}…`
    console.log(`${member.name}: ${chain}; certificates good until ${member.certsExpire?.slice(0, 10) ?? '(none)'}`)
    console.log(`  ${member.processes.map(({ name, running }) => running ? name : `${name} STOPPED`).join(', ')}`)
  }
  console.log(status.agree ? 'All members hold the same chain.' : 'The members do not (all) hold the same chain.')
}

try {
  await program.parseAsync()
} catch (error) {
  console.error(error instanceof NetworkError ? error.explain() : error)
  process.exitCode = 1
}
