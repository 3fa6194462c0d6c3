import { readFile } from 'node:fs/promises'
import { createInterface } from 'node:readline/promises'
import { Writable } from 'node:stream'

export const passphraseVariable = 'SCRUTIN_TRUSTEE_PASSPHRASE'

/** From the file, else the environment, else asked for at the terminal without showing it. Throws when there is none of them. */
export async function readPassphrase (file: string | undefined, environment: NodeJS.ProcessEnv = process.env): Promise<string> {
  const passphrase = file !== undefined ? (await readFile(file, 'utf8')).replace(/\r?\n$/, '') : environment[passphraseVariable] ?? await ask()
  if (passphrase === '') throw new Error('the passphrase of the key store is empty')
  return passphrase
}

async function ask (): Promise<string> {
  if (!process.stdin.isTTY) throw new Error(`there is no passphrase: set passphraseFile in the configuration, or ${passphraseVariable}`)
  process.stderr.write('Passphrase of the key store: ')
  const silent = new Writable({ write: (_chunk, _encoding, done) => { done() } })
  const terminal = createInterface({ input: process.stdin, output: silent, terminal: true })
  try {
    return await terminal.question('')
  } finally {
    terminal.close()
    process.stderr.write('\n')
  }
}
