#!/usr/bin/env node
/** `npm run network -- up | status | logs | anchor | auditor-identity | down | reset | build` */
import { writeFile } from 'node:fs/promises'
import { Command, InvalidArgumentError } from 'commander'
import { anchorText, readAnchor } from './anchor.ts'
import { giveAuditorIdentity } from './auditor-identity.ts'
import { bringDown, reset } from './bring-down.ts'
import { bringUp, defaultConsortiumFile } from './bring-up.ts'
import { findFabricBinaries } from './fabric-binaries.ts'
import { defaultDataFolder, processNames, type ProcessName } from './layout.ts'
import { NetworkError } from './network-error.ts'
import { readLogs } from './process-logs.ts'
import { printed } from './progress.ts'
import { readStatus, type NetworkStatus } from './status.ts'

interface Options {
  readonly config: string
  readonly data: string
  readonly portBase?: number
  readonly json?: true
}

interface LogsOptions {
  readonly data: string
  readonly follow?: true
  readonly lines: number
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

program.command('logs')
  .description('print the last lines of the logs, and with --follow what comes')
  .argument('[member]', 'a member; all by default')
  .argument('[process]', `one of ${processNames.join(', ')}; all by default. It may stand alone: that process of all members`)
  .option('--data <dir>', 'where everything of the network is kept', defaultDataFolder)
  .option('--follow', 'go on with what is written from now on, until interrupted')
  .option('--lines <n>', 'how many of the last lines of each log', parseLines, 20)
  .option('--json', 'one JSON object a line: {member, process, line}')
  .action(async (...[first, second, options]: [string | undefined, string | undefined, LogsOptions]) => {
    const [member, name] = second === undefined && processNames.includes(first as ProcessName) ? [undefined, first] : [first, second]
    const interrupted = new AbortController()
    if (options.follow) process.once('SIGINT', () => { interrupted.abort() })
    // a reader such as `head` that has seen enough
    process.stdout.on('error', () => process.exit())
    const lines = readLogs({
      dataFolder: options.data,
      lines: options.lines,
      ...(member === undefined ? {} : { member }),
      ...(name === undefined ? {} : { process: name }),
      ...(options.follow ? { follow: interrupted.signal } : {}),
    })
    const isOfOne = member !== undefined && name !== undefined
    for await (const line of lines) {
      if (options.json) printJson(line)
      else console.log(isOfOne ? visible(line.line) : `${line.member} ${line.process} | ${visible(line.line)}`)
    }
  })

program.command('anchor')
  .description('print what auditors must know beforehand: the channel and the hash of its genesis block (auditor verify --anchor)')
  .option('--data <dir>', 'where everything of the network is kept', defaultDataFolder)
  .option('--election <id>', 'also name the election', parseElectionId)
  .option('--latest', 'also name the newest block that all members hold; the network must run')
  .option('--out <file>', 'write it to this file instead')
  .action(async ({ data, election, latest, out }: { data: string, election?: string, latest?: true, out?: string }) => {
    const text = anchorText(await readAnchor({ dataFolder: data, latest: latest === true, ...(election === undefined ? {} : { electionId: election }) }))
    if (out === undefined) process.stdout.write(text)
    else await writeFile(out, text)
  })

addCommand('auditor-identity', 'give somebody outside an identity to read blocks with, in a folder with all they need (auditor verify --peer)')
  .argument('<name>', 'whose: lower-case letters, digits and hyphens')
  .option('--member <name>', 'the member whose CA certifies it and whose peer is read; the first by default')
  .option('--out <dir>', 'the folder to make; auditor-NAME by default')
  .action(async (name: string, { data, member, out, json }: { data: string, member?: string, out?: string, json?: true }) => {
    const given = await giveAuditorIdentity({ dataFolder: data, name, out: out ?? `auditor-${name}`, ...(member === undefined ? {} : { member }) })
    if (json) printJson(given)
    else console.log(`${given.folder} is for ${name} alone: it holds the private key. Its role reads; every write of the contract is refused to it.`)
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

function parseElectionId (text: string): string {
  if (!/^[0-9a-f]{64}$/.test(text)) throw new InvalidArgumentError('An election id has 64 lower-case hexadecimal digits.')
  return text
}

function parseLines (text: string): number {
  if (!/^[0-9]{1,6}$/.test(text)) throw new InvalidArgumentError('It must be a whole number from 0 to 999999.')
  return Number(text)
}

/** What a process wrote must not command the terminal. */
function visible (line: string): string {
  // eslint-disable-next-line no-control-regex -- they are what is looked for
  return process.stdout.isTTY ? line.replace(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g, '\ufffd') : line
}

/** What the operator can do something about, in a sentence; all there is to know about the rest. */
function explanation (error: unknown): unknown {
  if (error instanceof NetworkError) return error.explain()
  if (!(error instanceof Error && 'code' in error && typeof error.code === 'string')) return error
  const where = 'path' in error && typeof error.path === 'string' ? ` (${error.path})` : ''
  switch (error.code) {
    case 'ENOSPC': case 'EDQUOT': return `There is no space left${where}: make some, then run the command again. \`up\` goes on where it stopped.`
    case 'EROFS': case 'EACCES': case 'EPERM': return `It may not be written or read${where}: see who owns the folder, or choose another with --data.`
    case 'EMFILE': case 'ENFILE': return `Too many files are open${where}: raise the limit (ulimit -n), then run the command again.`
    default: return error
  }
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
  console.log(status.leader === null ? 'No orderer is known to lead.' : `The orderer of ${status.leader} leads.`)
  console.log(status.agree ? 'All members hold the same chain.' : 'The members do not (all) hold the same chain.')
}

try {
  await program.parseAsync()
} catch (error) {
  console.error(explanation(error))
  process.exitCode = 1
}
