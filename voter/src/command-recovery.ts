/** Recovery files on disk, and `scrutin credential | recover`: obtaining a credential before voting, or going on after a loss. */
import { closeSync, existsSync, fsyncSync, openSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { Command } from 'commander'
import { ScrutinError } from '../../protocol/src/errors.ts'
import { readCodes } from './command-codes.ts'
import { GatewayClient } from './gateway-client.ts'
import { type CredentialState, isComplete, obtainCredential, type ObtainOptions } from './obtain-credential.ts'
import { RecoverySealer } from './recovery-file.ts'
import { meetElection } from './vote.ts'

export interface RecoveryOptions {
  readonly recovery?: string
  readonly recoveryPassphraseFile?: string
}

export function withRecovery (command: Command): Command {
  return command
    .option('--recovery <file>', 'keep the credential in this file, encrypted, before any registrar is asked; if it is there already, go on with it')
    .option('--recovery-passphrase-file <file>', 'file whose first line is its passphrase; or set SCRUTIN_RECOVERY_PASSPHRASE')
}

/** What a recovery file holds, and how it is kept up to date: none without `--recovery`. */
export async function openRecovery (options: RecoveryOptions): Promise<Pick<ObtainOptions, 'resume' | 'keep'>> {
  const file = options.recovery
  if (file === undefined) return {}
  const passphrase = readPassphrase(options)
  if (!existsSync(file)) {
    const sealer = await RecoverySealer.create(passphrase)
    return { keep: async (state) => { writeOnce(file, await sealer.seal(state)) } }
  }
  const { sealer, state } = await RecoverySealer.open(readFileSync(file, 'utf8'), passphrase)
  return { resume: state, keep: async (changed) => { writeOnce(file, await sealer.seal(changed)) } }
}

export function credentialCommand (): Command {
  const command = new Command('credential').description('obtain a credential with your codes, from the key ceremony on, and keep it for `vote --recovery`')
    .requiredOption('--gateway <url>', 'asked about the election')
    .requiredOption('--election <id>', 'id of the election')
  return withRecovery(withCodes(command))
    .action(async (options: ObtainCommandOptions & { readonly election: string }) => {
      if (options.recovery === undefined) throw new ScrutinError('input.malformed', 'say where to keep the credential with --recovery')
      await obtain(options, options.election, await openRecovery(options))
    })
}

export function recoverCommand (): Command {
  const command = new Command('recover').description('go on with the credential in a recovery file: asks the registrars that have not signed yet')
    .argument('<file>', 'the recovery file')
    .requiredOption('--gateway <url>', 'asked about the election')
    .option('--recovery-passphrase-file <file>', 'file whose first line is its passphrase; or set SCRUTIN_RECOVERY_PASSPHRASE')
  return withCodes(command)
    .action(async (file: string, options: ObtainCommandOptions) => {
      if (!existsSync(file)) throw new ScrutinError('input.malformed', `there is no file ${file}`)
      const recovery = await openRecovery({ ...options, recovery: file })
      await obtain({ ...options, recovery: file }, recovery.resume!.electionId, recovery)
    })
}

interface ObtainCommandOptions extends RecoveryOptions {
  readonly gateway: string
  readonly code?: readonly string[]
  readonly codeFile?: string
  readonly json?: true
}

export function withCodes (command: Command): Command {
  return command
    .option('--code <code...>', 'your codes, in the order of the registrars; other users of this machine can see them here')
    .option('--code-file <file>', 'file with one code a line; or set SCRUTIN_CODES, codes between commas')
    .option('--json', 'print one JSON object')
}

async function obtain (options: ObtainCommandOptions, electionId: string, recovery: Pick<ObtainOptions, 'resume' | 'keep'>): Promise<void> {
  const codes = codesFor(options, recovery.resume)
  const { election, directory } = await meetElection(new GatewayClient(options.gateway), electionId)
  await obtainCredential(election, directory.registrars(election.definition), codes, {
    ...recovery,
    onWaiting: (seconds) => { process.stderr.write(`Waiting for others, so that the time points at nobody; asking again in ${seconds} s.\n`) },
  })
  const file = options.recovery!
  console.log(options.json
    ? JSON.stringify({ electionId, recovery: file, registrars: election.definition.registrars.length })
    : `Every registrar has signed. The credential is kept in ${file}: vote with\nnpx scrutin vote --recovery ${file} --gateway ${options.gateway} --election ${electionId}`)
}

/** None are needed when every registrar has signed. */
export function codesFor (options: Pick<ObtainCommandOptions, 'code' | 'codeFile'>, resume: CredentialState | undefined): string[] {
  return resume !== undefined && isComplete(resume) ? [] : readCodes(options)
}

function readPassphrase ({ recoveryPassphraseFile: file }: RecoveryOptions): string {
  const text = file === undefined ? process.env['SCRUTIN_RECOVERY_PASSPHRASE'] : readFileSync(file, 'utf8').split(/\r?\n/, 1)[0]
  if (text === undefined || text === '') throw new ScrutinError('input.malformed', 'give the passphrase with --recovery-passphrase-file or SCRUTIN_RECOVERY_PASSPHRASE')
  return text
}

/** On disk when it returns, and never half written: the key in it can't be had again. */
function writeOnce (file: string, text: string): void {
  const partial = `${file}.${process.pid}.partial`
  rmSync(partial, { force: true })
  const descriptor = openSync(partial, 'wx', 0o600)
  try {
    writeFileSync(descriptor, text)
    fsyncSync(descriptor)
  } finally {
    closeSync(descriptor)
  }
  renameSync(partial, file)
  const folder = openSync(dirname(file), 'r')
  try {
    fsyncSync(folder)
  } finally {
    closeSync(folder)
  }
}
