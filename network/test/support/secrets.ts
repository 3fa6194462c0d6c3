/** Finding the secrets a process's folder holds, in every form they might be copied in. */
import { createPrivateKey } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'

export interface Secret {
  readonly kind: 'private key' | 'API key' | 'passphrase' | 'password' | 'service key'
  readonly folder: string
  readonly file: string
  /** The bytes another file must not contain. */
  readonly forms: readonly Buffer[]
}

export async function secretsWithin (folder: string): Promise<Secret[]> {
  const secrets: Secret[] = []
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue
    const file = join(entry.parentPath, entry.name)
    const text = await readFile(file, 'latin1')
    for (const pem of text.match(/-----BEGIN (?:EC )?PRIVATE KEY-----[^-]+-----END (?:EC )?PRIVATE KEY-----/g) ?? []) {
      secrets.push({ kind: 'private key', folder, file, forms: formsOfKey(pem) })
    }
    if (file.includes('/api-keys/')) secrets.push({ kind: 'API key', folder, file, forms: formsOfText(text) })
    // what gateways and registrars make for themselves at their first start
    if (['gateway-key', 'key', 'code-secret'].includes(entry.name) && /^[0-9a-f]{64}\n?$/.test(text)) {
      secrets.push({ kind: 'service key', folder, file, forms: formsOfHex(text.trim()) })
    }
    if (entry.name === 'passphrase') secrets.push({ kind: 'passphrase', folder, file, forms: formsOfText(text) })
    const password = /^ +pass: (\S+)$/m.exec(text)?.[1]
    if (entry.name === 'fabric-ca-server-config.yaml' && password !== undefined) secrets.push({ kind: 'password', folder, file, forms: formsOfText(password) })
  }
  return secrets
}

/** The folders of all processes of these members. */
export async function processFolders (members: readonly { readonly folder: string }[]): Promise<string[]> {
  const folders: string[] = []
  for (const member of members) {
    for (const entry of await readdir(member.folder, { withFileTypes: true })) if (entry.isDirectory()) folders.push(join(member.folder, entry.name))
  }
  return folders
}

/** A sentence for each file of a folder that holds the secret of another folder. */
export async function misplacedSecrets (secrets: readonly Secret[], folders: readonly string[]): Promise<string[]> {
  const misplaced: string[] = []
  for (const folder of folders) {
    for (const file of await readdir(folder, { recursive: true, withFileTypes: true })) {
      if (!file.isFile()) continue
      const path = join(file.parentPath, file.name)
      const content = await readFile(path)
      for (const secret of secrets) {
        if (secret.folder !== folder && secret.forms.some(form => content.includes(form))) misplaced.push(`${path} holds the ${secret.kind} of ${secret.file}`)
      }
    }
  }
  return misplaced
}

/** The scalar itself, however it is wrapped: raw, hexadecimal, base64 in PEM or in a line. */
function formsOfKey (pem: string): Buffer[] {
  const longestLine = pem.split('\n').filter(line => !line.startsWith('-')).toSorted((a, b) => b.length - a.length)[0] ?? pem
  const scalar = scalarOf(pem)
  return [...formsOfText(longestLine), ...(scalar === undefined ? [] : [scalar, ...textForms(scalar)])]
}

/** Undefined for the keys of Fabric CA's anonymous credentials, which are of a form of their own (and not used here). */
function scalarOf (pem: string): Buffer | undefined {
  try {
    return Buffer.from(createPrivateKey(pem).export({ format: 'jwk' }).d ?? '', 'base64url')
  } catch {
    return undefined
  }
}

function formsOfText (text: string): Buffer[] {
  return [Buffer.from(text), ...textForms(Buffer.from(text, 'base64url'))]
}

function textForms (bytes: Buffer): Buffer[] {
  return [bytes.toString('hex'), bytes.toString('hex').toUpperCase(), bytes.toString('base64').replace(/=+$/, ''), bytes.toString('base64url')].map(text => Buffer.from(text))
}

function formsOfHex (text: string): Buffer[] {
  const bytes = Buffer.from(text, 'hex')
  return [bytes, ...textForms(bytes)]
}
