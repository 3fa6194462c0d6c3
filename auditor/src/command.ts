#!/usr/bin/env node
import { Command, InvalidArgumentError } from 'commander'
import { isHex } from '../../protocol/src/bytes.ts'
import { readPeerConfig } from '../../ledger/src/read-peer-config.ts'
import { audit, auditBlocks, type AuditOptions, type AuditReport, withCopies } from './audit.ts'
import { CopyComparison } from './compare-copies.ts'
import { explanation, explanationLines } from './explain.ts'
import { openBlocks } from './open-bundle.ts'
import { withPeerBlocks } from './peer-blocks.ts'
import { exitCode, reportJson, reportLines } from './print-report.ts'
import { type Progress, startProgress } from './progress.ts'
import { readAnchor } from './read-anchor.ts'
import { saveBundle } from './save-bundle.ts'

interface VerifyFlags {
  readonly json?: true
  readonly anchor?: string
  readonly peer: readonly string[]
  readonly election?: string
  readonly minHeight?: number
}

const peerHelp = 'JSON: {channel, mspId, certificate, privateKey, peer: {mspId, address, tlsRootCertificate, hostnameOverride?}}; `network auditor-identity` writes one'

const program = new Command('auditor')
  .description('Recomputes an election from its published records and says whether they hold.')

program.command('verify')
  .description('verifies a bundle, or what a member\'s peer holds; of several, the first, and that the others hold the same blocks')
  .argument('[bundles...]', 'files, - for standard input, or the http(s) addresses of gateways\' bundles')
  .option('--peer <file>', `read the blocks straight from a peer; may be repeated. ${peerHelp}`, (file: string, before: readonly string[]) => [...before, file], [])
  .option('--anchor <file>', 'what you know of the consortium beforehand, from several members: its genesis block, and the election')
  .option('--election, --expect-election <id>', 'the election; fail if the bundle or the anchor is of any other', electionIdArgument)
  .option('--min-height <number>', 'fail unless the chain has so many blocks at least', heightArgument)
  .option('--json', 'print one JSON object: {ok, anchored, electionId, status, chain, checks: [{name, count, ok, detail}], result, open}')
  .addHelpText('after', '\nExit codes: 0 verified and anchored, 1 failed, 2 verified but unanchored, or something was left open: the last lines say what.' +
    '\n`auditor explain` says what that means.')
  .action(async (bundles: readonly string[], flags: VerifyFlags & { readonly expectElection?: string }) => {
    const progress = startProgress(process.stderr)
    const options = await auditOptions({ ...flags, ...(flags.expectElection === undefined ? {} : { election: flags.expectElection }) }, progress)
    const report = await auditCopies([...bundles.map(bundleCopy), ...await Promise.all(flags.peer.map(peerCopy))], options, progress)
    progress.end()
    process.stdout.write(flags.json === true ? `${reportJson(report)}\n` : `${reportLines(report).join('\n')}\n`)
    process.exitCode = exitCode(report)
  })

program.command('bundle')
  .description('saves all blocks that a member\'s peer holds, to verify them later or elsewhere')
  .requiredOption('--peer <file>', peerHelp)
  .requiredOption('--out <file>', 'where the bundle goes')
  .option('--election <id>', 'the election that the bundle is to be verified for', electionIdArgument)
  .action(async ({ peer, out, election }: { readonly peer: string, readonly out: string, readonly election?: string }) => {
    const progress = startProgress(process.stderr)
    const config = await readPeerConfig(peer)
    const height = await withPeerBlocks(config, async (blocks, count) => {
      await saveBundle(out, config.channel, election ?? null, counted(blocks, progress))
      return count
    })
    progress.end()
    process.stdout.write(`${out}: ${height} blocks of ${config.channel} from the peer of ${config.peer.mspId}\n`)
  })

program.command('explain')
  .description('says in plain words what each check proves, and what a pass does not show')
  .option('--json', 'print one JSON object: {checks: [{name, proves}], limits: [text]}')
  .action(({ json }: { readonly json?: true }) => {
    process.stdout.write(json === true ? `${JSON.stringify(explanation())}\n` : `${explanationLines().join('\n')}\n`)
  })

async function auditOptions ({ anchor, election, minHeight }: VerifyFlags, progress: Progress): Promise<AuditOptions> {
  return {
    onProgress: (name, count) => { progress.report(name, count) },
    ...(anchor === undefined ? {} : { anchor: await readAnchor(anchor) }),
    ...(election === undefined ? {} : { expectElection: election }),
    ...(minHeight === undefined ? {} : { minHeight }),
  }
}

type Blocks = AsyncIterable<{ readonly bytes: Uint8Array }>

/** One member's copy of the chain. */
interface Copy {
  readonly name: string
  audit (options: AuditOptions): Promise<AuditReport>
  read (work: (blocks: Blocks) => Promise<void>): Promise<void>
}

function bundleCopy (source: string): Copy {
  return {
    name: source,
    audit: async (options) => await audit(source, options),
    read: async (work) => { await work(openBlocks(source)) },
  }
}

async function peerCopy (file: string): Promise<Copy> {
  const config = await readPeerConfig(file)
  return {
    name: `the peer of ${config.peer.mspId}`,
    audit: async (options) => await withPeerBlocks(config, async (blocks) => await auditBlocks(blocks, options.expectElection ?? null, { ...options, expectChannel: config.channel })),
    read: async (work) => { await withPeerBlocks(config, work) },
  }
}

async function auditCopies ([first, ...others]: readonly Copy[], options: AuditOptions, progress: Progress): Promise<AuditReport> {
  if (first === undefined) throw new Error('give a bundle or --peer')
  if (others.length === 0) return await first.audit(options)
  const comparison = new CopyComparison(first.name)
  const report = await first.audit({ ...options, onBlock: (bytes) => { comparison.note(bytes) } })
  for (const copy of others) {
    await copy.read(async (blocks) => { await comparison.compare(copy.name, blocks, (count) => { progress.report(`blocks of ${copy.name}`, count) }) })
  }
  return withCopies(report, comparison.close())
}

async function * counted (blocks: AsyncIterable<{ readonly bytes: Uint8Array }>, progress: Progress): AsyncGenerator<{ readonly bytes: Uint8Array }> {
  let count = 0
  for await (const block of blocks) {
    progress.report('blocks', ++count)
    yield block
  }
}

function electionIdArgument (value: string): string {
  if (!isHex(value, 32)) throw new InvalidArgumentError('an election id has 64 hexadecimal digits in lower case')
  return value
}

function heightArgument (value: string): number {
  if (!/^[1-9][0-9]{0,14}$/.test(value)) throw new InvalidArgumentError('a height is a number of blocks')
  return Number(value)
}

try {
  await program.parseAsync()
} catch (error) {
  process.stderr.write(`auditor: ${error instanceof Error ? error.message : String(error)}\n`)
  process.exitCode = 1
}
