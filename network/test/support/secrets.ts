/** Finding the secrets a process's folder holds, in every form they might be copied in. */
import { createPrivateKey } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'

export interface Secret {
  readonly kind: 'private key' | 'API key' | 'passphrase' | 'password'
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
    if (entry.name === 'passphrase') secrets.push({ kind: 'passphrase', folder, file, forms: formsOfText(text) })
    const password = /^ +pass: (\S+)$/m.exec(text)?.[1]
    if (entry.name === 'fabric-ca-server-config.yaml' && password !== undefined) secrets.push({ kind: 'password', folder, file, forms: formsOfText(password) })
  }
  return secrets
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
