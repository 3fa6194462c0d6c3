#!/usr/bin/env node
import { Command } from 'commander'
import { KeyStore } from './key-store.ts'
import { readTrusteeConfig, type TrusteeConfig } from './config.ts'
import { decryptElection } from './decrypt-election.ts'
import { advanceCeremonies, followCeremony } from './follow-ceremony.ts'
import { readPassphrase } from './passphrase.ts'
import { readTrusteeStatus } from './status.ts'
import { openTrustee, type Trustee } from './trustee.ts'

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
  .description('recount a tallied election, decrypt its sums and nothing else, publish when enough trustees have')
  .argument('<election>', 'the election\'s id')
  .requiredOption('--config <file>', 'trustee.json')
  .action(async (electionId: string, { config: file }: { config: string }) => {
    await withTrustee(file, async (trustee) => {
      const { boxRoot, withheld, published } = await decryptElection(trustee, electionId)
      print(withheld ? 'Too few ballots were cast: nothing is decrypted.' : `Decrypted the sums of the box ${boxRoot}.`)
      print(published ? 'The result is published.' : 'Other trustees must decrypt before the result can be published.')
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

async function withTrustee (file: string, work: (trustee: Trustee) => Promise<void>): Promise<void> {
  const config: TrusteeConfig = await readTrusteeConfig(file)
  const trustee = await openTrustee(config, await readPassphrase(config.passphraseFile))
  try {
    await work(trustee)
  } finally {
    await trustee.ledger.close()
  }
}

function stopSignal (): AbortSignal {
  const controller = new AbortController()
  for (const name of ['SIGINT', 'SIGTERM'] as const) process.once(name, () => { controller.abort() })
  return controller.signal
}

function print (line: string): void {
  process.stdout.write(`${line}\n`)
}

try {
  await program.parseAsync()
} catch (error) {
  process.stderr.write(`trustee: ${error instanceof Error ? error.message : String(error)}\n`)
  process.exitCode = 1
}
