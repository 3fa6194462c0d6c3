#!/usr/bin/env node
import { Command, InvalidArgumentError } from 'commander'
import { KeyStore } from './key-store.ts'
import { backUpStore, type BackupOptions, restoreStore } from './back-up-store.ts'
import { readTrusteeConfig, type TrusteeConfig } from './config.ts'
import { decryptElection } from './decrypt-election.ts'
import { eraseElection } from './erase-election.ts'
import { advanceCeremonies, followCeremony } from './follow-ceremony.ts'
import { readPassphrase } from './passphrase.ts'
import { readTrusteeStatus } from './status.ts'
import { closeTrustee, openTrustee, type Trustee } from './trustee.ts'

const program = new Command('trustee')
  .description('Holds a share of elections\' keys: takes part in key ceremonies and decrypts the sums of tallied elections.')

program.command('ceremony')
  .description('take part in the key ceremonies that name this trustee: what can be done now')
  .option('--follow', 'go on as elections are announced, until stopped')
  .requiredOption('--config <file>', 'trustee.json')
  .action(async ({ follow, config: file }: { follow?: true, config: string }) => {
    await withTrustee(file, async (trustee) => {
      if (follow === true) {
        await followCeremony(trustee, { signal: stopSignal() })
      } else {
        const { waiting, failing } = await advanceCeremonies(trustee)
        print(waiting === 0 ? 'No key ceremony waits.' : `Key ceremonies that wait for other trustees: ${waiting}.`)
        if (failing > 0) throw new Error(`key ceremonies that can't go on, see the log: ${failing}`)
      }
    })
  })

program.command('decrypt')
  .description('recount a tallied election from the blocks of several members, sign the root of its box, and decrypt its sums when enough trustees have signed the same')
  .argument('<election>', 'the election\'s id')
  .option('--wait <seconds>', 'how long to wait for the other trustees\' signatures', wholeSeconds, 600)
  .requiredOption('--config <file>', 'trustee.json')
  .addHelpText('after', '\nMay be run again at any time: a trustee signs one root and decrypts one box. With --wait 0 it signs and ends.\nExit code 0 when it decrypted, or when nothing is decrypted; 2 when it signed and others have not yet; 1 for errors.')
  .action(async (electionId: string, { config: file, wait }: { config: string, wait: number }) => {
    await withTrustee(file, async (trustee) => {
      const { boxRoot, withheld, signedBy, decrypted, published } = await decryptElection(trustee, electionId, { waitMs: wait * 1000, onProgress: everySecond(progress) })
      if (withheld) {
        print('Too few ballots were cast: nothing is decrypted.')
      } else {
        print(`Signed the root ${boxRoot}; so did trustees ${signedBy.map((index) => index + 1).join(', ')}.`)
        print(decrypted ? 'Decrypted the sums of this box.' : published ? 'Others have decrypted it meanwhile: this trustee did not.' : 'Too few trustees have signed it so far: nothing was decrypted. Run this again later.')
        if (!decrypted && !published) process.exitCode = 2
      }
      print(published ? 'The result is published.' : 'Other trustees must decrypt before the result can be published.')
    })
  })

program.command('erase')
  .description('erase this trustee\'s shares of an election that several members show published, cancelled or void; nothing brings them back')
  .argument('<election>', 'the election\'s id')
  .requiredOption('--config <file>', 'trustee.json')
  .action(async (electionId: string, { config: file }: { config: string }) => {
    await withTrustee(file, async (trustee) => {
      print(`The election is ${await eraseElection(trustee, electionId)}: its shares are erased. Older backups still hold them.`)
    })
  })

program.command('key')
  .description('print the public key by which definitions name this trustee; made at first use')
  .requiredOption('--config <file>', 'trustee.json')
  .action(async ({ config: file }: { config: string }) => {
    const config = await readTrusteeConfig(file)
    print((await KeyStore.open(config.folder, await readPassphrase(config.passphraseFile))).publicKey)
  })

program.command('status')
  .description('print what this trustee holds and what its elections wait for')
  .requiredOption('--config <file>', 'trustee.json')
  .option('--json', 'print one JSON object')
  .action(async ({ config: file, json }: { config: string, json?: true }) => {
    await withTrustee(file, async (trustee) => {
      const status = await readTrusteeStatus(trustee)
      if (json === true) {
        print(JSON.stringify(status))
      } else {
        print(`Key ${status.key}${status.inDirectory ? '' : ', not in the directory yet'}`)
        for (const { id, title, status: state, holds } of status.elections) print(`${id}  ${state.padEnd(9)}  ${holds}  ${title}`)
      }
    })
  })

program.command('backup')
  .description('copy the key store, encrypted, to a file that does not exist yet: key, secrets, shares and all that was signed')
  .argument('<file>', 'where to; keep it away from this machine')
  .option('--passphrase-file <file>', 'passphrase of the backup, if it is not to be that of the key store')
  .requiredOption('--config <file>', 'trustee.json')
  .option('--json', 'print one JSON object')
  .action(async (file: string, options: BackupArguments) => {
    const contents = await backUpStore(await backupOptions(file, options))
    if (options.json === true) return print(JSON.stringify(contents))
    print(`Backed up the key ${contents.key} and ${Object.keys(contents.elections).length} elections to ${file}.`)
    print('Whoever has this file and its passphrase is this trustee. Make a new backup after each ceremony and each decryption.')
  })

program.command('restore')
  .description('bring the key store back from a backup; refused when the store has anything that the backup lacks')
  .argument('<file>', 'the backup')
  .option('--passphrase-file <file>', 'passphrase of the backup, if it is not that of the key store')
  .option('--dry-run', 'only say what would be done')
  .requiredOption('--config <file>', 'trustee.json')
  .option('--json', 'print one JSON object')
  .action(async (file: string, options: BackupArguments & { dryRun?: true }) => {
    const dryRun = options.dryRun === true
    const { backup, brings } = await restoreStore({ ...await backupOptions(file, options), dryRun })
    if (options.json === true) return print(JSON.stringify({ backup, brings, restored: !dryRun }))
    print(`Backup of ${backup.madeAt} of the trustee ${backup.key}.`)
    for (const [name, parts] of Object.entries(brings)) print(name === 'key' ? `  the key ${parts.join()}` : `  election ${name}: ${parts.join(', ')}`)
    print(Object.keys(brings).length === 0 ? 'The key store has all of it.' : dryRun ? 'This would be restored.' : 'This was restored.')
  })

interface BackupArguments { readonly config: string, readonly passphraseFile?: string, readonly json?: true }

async function backupOptions (file: string, { config: configFile, passphraseFile }: BackupArguments): Promise<BackupOptions> {
  const config = await readTrusteeConfig(configFile)
  const storePassphrase = await readPassphrase(config.passphraseFile)
  const backupPassphrase = passphraseFile === undefined ? storePassphrase : await readPassphrase(passphraseFile)
  return { folder: config.folder, file, storePassphrase, backupPassphrase }
}

async function withTrustee (file: string, work: (trustee: Trustee) => Promise<void>): Promise<void> {
  const config: TrusteeConfig = await readTrusteeConfig(file)
  const trustee = await openTrustee(config, await readPassphrase(config.passphraseFile), { onGivenUp: fail })
  try {
    await work(trustee)
  } finally {
    await closeTrustee(trustee)
  }
}

function stopSignal (): AbortSignal {
  const controller = new AbortController()
  for (const name of ['SIGINT', 'SIGTERM'] as const) process.once(name, () => { controller.abort() })
  return controller.signal
}

function wholeSeconds (text: string): number {
  if (!/^[0-9]{1,6}$/.test(text)) throw new InvalidArgumentError('expected a whole number of seconds')
  return Number(text)
}

/** For work over a second: the first note comes after one. */
function everySecond (note: (text: string) => void): (text: string) => void {
  let last = performance.now()
  return (text) => {
    if (performance.now() - last < 1000) return
    last = performance.now()
    note(text)
  }
}

function progress (text: string): void {
  process.stderr.write(`trustee: ${text}\n`)
}

function say (error: unknown): void {
  process.stderr.write(`trustee: ${error instanceof Error ? error.message : String(error)}\n`)
}

/** Nothing that is under way could come to an end. */
function fail (error: unknown): never {
  say(error)
  process.exit(1)
}

function print (line: string): void {
  process.stdout.write(`${line}\n`)
}

try {
  await program.parseAsync()
} catch (error) {
  say(error)
  process.exitCode = 1
}
