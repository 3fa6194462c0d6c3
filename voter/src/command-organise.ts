/** `scrutin announce | open | close | cancel`: for organisers, with a tenant's API key read from a file. */
import { readFileSync } from 'node:fs'
import { Command } from 'commander'
import { parse } from 'yaml'
import { type Accepted, OrganiserClient } from './organiser-client.ts'

interface Options { readonly gateway: string, readonly apiKeyFile: string, readonly json?: true }

export function organiserCommands (): Command[] {
  const announce = withApiKey(new Command('announce').description('announce an election: its definition, as JSON or YAML, becomes its id'))
    .argument('<file>', 'the definition')
    .action(async (file: string, options: Options) => {
      // JSON is YAML; strict: no key twice, no tag that makes anything but data
      const definition: unknown = parse(readFileSync(file, 'utf8'), { strict: true, uniqueKeys: true, schema: 'core', version: '1.2' })
      print(options, await client(options).announce(definition), 'Announced')
    })
  const open = withElection('open', 'open the voting')
    .action(async (options: Options & { election: string }) => { print(options, await client(options).open(options.election), 'Opened') })
  const close = withElection('close', 'close the voting; before its time only if the definition allows it')
    .action(async (options: Options & { election: string }) => { print(options, await client(options).close(options.election), 'Closed') })
  const cancel = withElection('cancel', 'withdraw an election before it opens')
    .requiredOption('--reason <text>', 'for the record: it is public')
    .action(async (options: Options & { election: string, reason: string }) => {
      print(options, await client(options).cancel(options.election, options.reason), 'Cancelled')
    })
  return [announce, open, close, cancel]
}

function withApiKey (command: Command): Command {
  return command
    .requiredOption('--gateway <url>', 'gateway of the member that gave out the API key')
    .requiredOption('--api-key-file <file>', 'file that holds the API key: arguments can be seen by others on this machine')
    .option('--json', 'print one JSON object')
}

function withElection (name: string, description: string): Command {
  return withApiKey(new Command(name).description(description)).requiredOption('--election <id>', 'id of the election')
}

function client ({ gateway, apiKeyFile }: Options): OrganiserClient {
  return new OrganiserClient(gateway, readFileSync(apiKeyFile, 'utf8').trim())
}

function print ({ json }: Options, accepted: Accepted, done: string): void {
  console.log(json ? JSON.stringify(accepted) : `${done} election ${accepted.electionId} (block ${accepted.blockNumber}).`)
}
