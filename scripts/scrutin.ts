#!/usr/bin/env node
/** `scrutin`: for organisers and voters. What services need is in the commands of their rooms. */
import { readFileSync } from 'node:fs'
import { Command } from 'commander'
import { ScrutinError } from '../protocol/src/errors.ts'
import { rollCommand } from '../registrar/src/command-roll.ts'
import { castCommand, checkCommand, credentialCommand, organiserCommands, recoverCommand, verifyCommand, voteCommand } from '../voter/src/command.ts'

const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as { version: string }

const program = new Command('scrutin')
  .description('A voting network that no single party controls')
  .version(version)
  .showHelpAfterError('(--help says how)')
program.addCommand(rollCommand())
for (const command of [...organiserCommands(), credentialCommand(), voteCommand(), checkCommand(), castCommand(), verifyCommand(), recoverCommand()]) program.addCommand(command)

try {
  await program.parseAsync()
} catch (error) {
  console.error(sentenceOf(error))
  process.exitCode = 1
}

function sentenceOf (error: unknown): string {
  if (error instanceof ScrutinError) return `${error.message} (${error.code})`
  return error instanceof Error ? error.message : 'It failed.'
}
