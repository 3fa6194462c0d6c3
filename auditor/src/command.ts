#!/usr/bin/env node
import { Command, InvalidArgumentError } from 'commander'
import { isHex } from '../../protocol/src/bytes.ts'
import { audit, type AuditOptions } from './audit.ts'
import { explanation, explanationLines } from './explain.ts'
import { exitCode, reportJson, reportLines } from './print-report.ts'
import { startProgress } from './progress.ts'
import { readAnchor } from './read-anchor.ts'

interface VerifyFlags {
  readonly json?: true
  readonly anchor?: string
  readonly expectElection?: string
  readonly minHeight?: number
}

const program = new Command('auditor')
  .description('Recomputes an election from its published records and says whether they hold.')

program.command('verify')
  .argument('<bundle>', 'a file, - for standard input, or the http(s) address of a gateway\'s bundle')
  .option('--anchor <file>', 'what you know of the consortium beforehand, from several members: its genesis block, and the election')
  .option('--expect-election <id>', 'fail unless the bundle is of this election', electionIdArgument)
  .option('--min-height <number>', 'fail unless the chain has so many blocks at least', heightArgument)
  .option('--json', 'print one JSON object: {ok, anchored, electionId, status, chain, checks: [{name, count, ok, detail}], result}')
  .addHelpText('after', '\nExit codes: 0 verified and anchored, 1 failed, 2 verified but unanchored. `auditor explain` says what that means.')
  .action(async (bundle: string, { json, anchor, expectElection, minHeight }: VerifyFlags) => {
    const progress = startProgress(process.stderr)
    const options: AuditOptions = {
      onProgress: (name, count) => { progress.report(name, count) },
      ...(anchor === undefined ? {} : { anchor: await readAnchor(anchor) }),
      ...(expectElection === undefined ? {} : { expectElection }),
      ...(minHeight === undefined ? {} : { minHeight }),
    }
    const report = await audit(bundle, options)
    progress.end()
    process.stdout.write(json === true ? `${reportJson(report)}\n` : `${reportLines(report).join('\n')}\n`)
    process.exitCode = exitCode(report)
  })

program.command('explain')
  .description('says in plain words what each check proves, and what a pass does not show')
  .option('--json', 'print one JSON object: {checks: [{name, proves}], limits: [text]}')
  .action(({ json }: { json?: true }) => {
    process.stdout.write(json === true ? `${JSON.stringify(explanation())}\n` : `${explanationLines().join('\n')}\n`)
  })

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
