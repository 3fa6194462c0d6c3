/**
 * A file whose content is encrypted under a passphrase: scrypt (RFC 7914) and
 * AES-256-GCM with a fresh nonce at each writing. Mode 0600, replaced in one
 * step, never half written.
 */
import { createCipheriv, createDecipheriv, randomBytes, scryptSync } from 'node:crypto'
import Type, { type Static } from 'typebox'
import { Value } from 'typebox/value'
import { readIfThere, writePrivate } from '../../service/src/private-files.ts'

/** 128 MiB and some tenths of a second. */
export const defaultLogN = 17

const Envelope = Type.Object({
  format: Type.Literal('scrutin-trustee-store/1'),
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

export class SealedFile {
  readonly file: string
  readonly #passphrase: string
  readonly #logN: number
  // Deriving the key takes long on purpose; the salt, and so the key, stays that of the file.
  #derived: { readonly logN: number, readonly salt: string, readonly key: Buffer } | undefined

  constructor (file: string, passphrase: string, logN = defaultLogN) {
    this.file = file
    this.#passphrase = passphrase
    this.#logN = logN
  }

  /** The decrypted text; undefined when there is no file yet. Throws `KeyStoreError`. */
  read (): string | undefined {
    const text = readIfThere(this.file)
    if (text === undefined) return undefined
    const { sealed, ...header } = parseEnvelope(this.file, text)
    const bytes = Buffer.from(sealed, 'base64url')
    const decipher = createDecipheriv('aes-256-gcm', this.#key(header.logN, header.salt), Buffer.from(header.nonce, 'hex'))
    decipher.setAAD(headerBytes(header)).setAuthTag(bytes.subarray(-tagLength))
    try {
      return Buffer.concat([decipher.update(bytes.subarray(0, -tagLength)), decipher.final()]).toString('utf8')
    } catch {
      throw new KeyStoreError(`the passphrase does not open ${this.file}, or the file was changed`)
    }
  }

  write (text: string): void {
    const { logN, salt } = this.#derived ?? { logN: this.#logN, salt: randomBytes(32).toString('hex') }
    const header = { format: 'scrutin-trustee-store/1', logN, salt, nonce: randomBytes(12).toString('hex') } as const
    const cipher = createCipheriv('aes-256-gcm', this.#key(logN, salt), Buffer.from(header.nonce, 'hex')).setAAD(headerBytes(header))
    const sealed = Buffer.concat([cipher.update(text, 'utf8'), cipher.final(), cipher.getAuthTag()]).toString('base64url')
    writePrivate(this.file, `${JSON.stringify({ ...header, sealed })}\n`)
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

function parseEnvelope (file: string, text: string): Envelope {
  try {
    const envelope: unknown = JSON.parse(text)
    if (Value.Check(Envelope, envelope) && envelope.sealed.length >= 22) return envelope
  } catch {
    // said below
  }
  throw new KeyStoreError(`${file} is not a key store of this version`)
}

function headerBytes ({ format, logN, salt, nonce }: Omit<Envelope, 'sealed'>): Buffer {
  return Buffer.from(JSON.stringify([format, logN, salt, nonce]))
}
