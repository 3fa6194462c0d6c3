#!/usr/bin/env node
import { Command, InvalidArgumentError } from 'commander'
import { isHex } from '../../protocol/src/bytes.ts'
import { audit } from './audit.ts'
import { exitCode, reportJson, reportLines } from './print-report.ts'
import { startProgress } from './progress.ts'

const program = new Command('auditor')
  .description('Recomputes an election from its published records and says whether they hold.')

program.command('verify')
  .argument('<bundle>', 'a file, - for standard input, or the http(s) address of a gateway\'s bundle')
  .option('--json', 'print one JSON object: {ok, anchored, electionId, status, checks: [{name, count, ok, detail}], result}')
  .option('--expect-election <id>', 'fail unless the bundle is of this election', electionIdArgument)
  .addHelpText('after', '\nExit codes: 0 verified and anchored, 1 failed, 2 verified but unanchored.')
  .action(async (bundle: string, { json, expectElection }: { json?: true, expectElection?: string }) => {
    const progress = startProgress(process.stderr)
    const report = await audit(bundle, {
      onProgress: (name, count) => { progress.report(name, count) },
      ...(expectElection === undefined ? {} : { expectElection }),
    })
    progress.end()
    process.stdout.write(json === true ? `${reportJson(report)}\n` : `${reportLines(report).join('\n')}\n`)
    process.exitCode = exitCode(report)
  })

function electionIdArgument (value: string): string {
  if (!isHex(value, 32)) throw new InvalidArgumentError('an election id has 64 hexadecimal digits in lower case')
  return value
}

await program.parseAsync()
