/**
 * A file whose content is encrypted under a passphrase: scrypt (RFC 7914) and
 * AES-256-GCM with a fresh nonce at each writing. Mode 0600, replaced in one
 * step, never half written.
 */
import { createCipheriv, createDecipheriv, randomBytes, scryptSync } from 'node:crypto'
import Type, { type Static } from 'typebox'
import { Value } from 'typebox/value'
import { createPrivate, readIfThere, writePrivate } from '../../service/src/private-files.ts'

/** 128 MiB and some tenths of a second. */
export const defaultLogN = 17

const Envelope = Type.Object({
  /** What is in the file, and in which version: authenticated with the rest. */
  format: Type.String({ pattern: '^[a-z-]+/[0-9]+$' }),
  /** scrypt with N = 2^logN, r = 8, p = 1. The upper bound keeps a changed file from taking all memory. */
  logN: Type.Integer({ minimum: 10, maximum: 20 }),
  salt: Type.String({ pattern: '^[0-9a-f]{64}$' }),
  nonce: Type.String({ pattern: '^[0-9a-f]{24}$' }),
  /** Ciphertext and 16-byte tag, base64url. */
  sealed: Type.String({ pattern: '^[A-Za-z0-9_-]+$' }),
}, { additionalProperties: false })
type Envelope = Static<typeof Envelope>

/** The store's file or its passphrase is not as it should be. The message never holds what is in the file. */
export class KeyStoreError extends Error {
  override readonly name = 'KeyStoreError'
}

const tagLength = 16

export interface SealedFileOptions {
  readonly format: string
  /** scrypt's cost for a new file: 2^logN. */
  readonly logN?: number | undefined
}

export class SealedFile {
  readonly file: string
  readonly #passphrase: string
  readonly #format: string
  readonly #logN: number
  // Deriving the key takes long on purpose; the salt, and so the key, stays that of the file.
  #derived: { readonly logN: number, readonly salt: string, readonly key: Buffer } | undefined

  constructor (file: string, passphrase: string, { format, logN = defaultLogN }: SealedFileOptions) {
    this.file = file
    this.#passphrase = passphrase
    this.#format = format
    this.#logN = logN
  }

  /** The decrypted text; undefined when there is no file yet. Throws `KeyStoreError`. */
  read (): string | undefined {
    const text = readIfThere(this.file)
    if (text === undefined) return undefined
    const { sealed, ...header } = this.#parse(text)
    const bytes = Buffer.from(sealed, 'base64url')
    const decipher = createDecipheriv('aes-256-gcm', this.#key(header.logN, header.salt), Buffer.from(header.nonce, 'hex'))
    decipher.setAAD(headerBytes(header)).setAuthTag(bytes.subarray(-tagLength))
    try {
      return Buffer.concat([decipher.update(bytes.subarray(0, -tagLength)), decipher.final()]).toString('utf8')
    } catch {
      throw new KeyStoreError(`the passphrase does not open ${this.file}, or the file was changed`)
    }
  }

  /** Replaces the file, whole or not at all. */
  write (text: string): void {
    writePrivate(this.file, this.#seal(text))
  }

  /** The same for a file that must not exist yet; throws `KeyStoreError` when it does. */
  create (text: string): void {
    try {
      createPrivate(this.file, this.#seal(text))
    } catch (error) {
      if (error instanceof Error && 'code' in error && error.code === 'EEXIST') throw new KeyStoreError(`${this.file} exists already`)
      throw error
    }
  }

  #seal (text: string): string {
    const { logN, salt } = this.#derived ?? { logN: this.#logN, salt: randomBytes(32).toString('hex') }
    const header = { format: this.#format, logN, salt, nonce: randomBytes(12).toString('hex') }
    const cipher = createCipheriv('aes-256-gcm', this.#key(logN, salt), Buffer.from(header.nonce, 'hex')).setAAD(headerBytes(header))
    const sealed = Buffer.concat([cipher.update(text, 'utf8'), cipher.final(), cipher.getAuthTag()]).toString('base64url')
    return `${JSON.stringify({ ...header, sealed })}\n`
  }

  #parse (text: string): Envelope {
    try {
      const envelope: unknown = JSON.parse(text)
      if (Value.Check(Envelope, envelope) && envelope.format === this.#format && envelope.sealed.length >= 22) return envelope
    } catch {
      // said below
    }
    throw new KeyStoreError(`${this.file} is not a file of the form ${this.#format}`)
  }

  #key (logN: number, salt: string): Buffer {
    if (this.#derived?.logN !== logN || this.#derived.salt !== salt) {
      const N = 2 ** logN
      const key = scryptSync(this.#passphrase.normalize('NFC'), Buffer.from(salt, 'hex'), 32, { N, r: 8, p: 1, maxmem: 256 * N * 8 })
      this.#derived = { logN, salt, key }
    }
    return this.#derived.key
  }
}

function headerBytes ({ format, logN, salt, nonce }: Omit<Envelope, 'sealed'>): Buffer {
  return Buffer.from(JSON.stringify([format, logN, salt, nonce]))
}
