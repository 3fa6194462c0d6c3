#!/usr/bin/env node
/** `registrar`: what the person who keeps a registrar does. */
import { readFileSync } from 'node:fs'
import { Command } from 'commander'
import { openLedger } from '../../ledger/src/open-ledger.ts'
import { readRegistrarConfig } from './config.ts'
import { openDatabase } from './database.ts'
import { importRoll } from './import-roll.ts'
import { putOutCodes } from './put-out-codes.ts'
import { openRegistrarKeys } from './registrar-keys.ts'
import { RollStore } from './roll-store.ts'

interface Options { readonly config: string, readonly election: string, readonly json?: true }

export function registrarCommand (): Command {
  const registrar = new Command('registrar').description('keep a registrar: the roll, invitation codes, its key')

  withConfig(registrar.command('key').description('print the key by which definitions name this registrar (made if there is none)'))
    .action(async (options: Options) => {
      const { publicKey } = openRegistrarKeys((await readRegistrarConfig(options.config)).folder)
      console.log(options.json ? JSON.stringify({ key: publicKey }) : publicKey)
    })

  withConfig(registrar.command('import-roll').description('import the roll, make RSA keys for this election, and sign both on the ledger'))
    .requiredOption('--election <id>', 'id of the announced election')
    .argument('<roll>', 'file made by `scrutin roll prepare`')
    .action(async (rollFile: string, options: Options) => {
      const config = await readRegistrarConfig(options.config)
      const ledger = await openLedger(config.ledger)
      const database = openDatabase(config.folder)
      try {
        const { root, size, registrar } = await importRoll(ledger, new RollStore(database), openRegistrarKeys(config.folder), options.election, readFileSync(rollFile, 'utf8'))
        console.log(options.json
          ? JSON.stringify({ election: options.election, registrar, root, size })
          : `Imported ${size} people and signed root ${root} as registrar ${registrar + 1}.`)
      } finally {
        database.close()
        await ledger.close()
      }
    })

  withConfig(registrar.command('codes').description('make the invitation codes and put them out, once'))
    .requiredOption('--election <id>', 'id of an election whose roll was imported')
    .requiredOption('--out <file>', 'CSV id,code: a new file, readable by its owner only')
    .option('--replace', 'make new codes though some were put out: those stop working')
    .action(async (options: Options & { out: string, replace?: true }) => {
      const { folder } = await readRegistrarConfig(options.config)
      const database = openDatabase(folder)
      try {
        const { codeSecret } = openRegistrarKeys(folder)
        const codes = putOutCodes(new RollStore(database), codeSecret, options.election, options.out, { replace: options.replace ?? false, now: new Date() })
        console.log(options.json ? JSON.stringify({ election: options.election, codes, file: options.out }) : `Put out ${codes} codes in ${options.out}. Only their hashes are kept here.`)
      } finally {
        database.close()
      }
    })

  return registrar
}

function withConfig (command: Command): Command {
  return command.requiredOption('--config <file>', 'registrar.json').option('--json', 'print one JSON object')
}

if (import.meta.main) {
  try {
    await registrarCommand().parseAsync()
  } catch (error) {
    console.error(error instanceof Error ? error.message : 'failed')
    process.exitCode = 1
  }
}
