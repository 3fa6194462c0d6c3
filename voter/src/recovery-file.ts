/**
 * The recovery file: a credential, whole or still being issued, encrypted under
 * a passphrase. With it another device goes on with the same key after the
 * first was lost; it never holds a choice, nor anything of a ballot.
 *
 * scrypt (RFC 7914) with N = 2^17, r = 8, p = 1 (128 MiB; what the OWASP
 * Password Storage Cheat Sheet asks for) gives the key of AES-256-GCM (NIST SP 800-38D)
 * with a fresh nonce of 96 bits at each writing; the header is authenticated.
 */
import { scryptAsync } from '@noble/hashes/scrypt.js'
import Type from 'typebox'
import { Value } from 'typebox/value'
import { fromBase64url, fromHex, toBase64url, toHex, utf8ToBytes } from '../../protocol/src/bytes.ts'
import { Hash } from '../../protocol/src/definition-schema.ts'
import { ScrutinError } from '../../protocol/src/errors.ts'
import { scalarFromHex, scalarToHex } from '../../protocol/src/group.ts'
import { keyPairFromSecret } from '../../protocol/src/schnorr.ts'
import type { CredentialState } from './obtain-credential.ts'

export const defaultLogN = 17
const shortestPassphrase = 8
const format = 'scrutin-recovery/1'
const closed = { additionalProperties: false } as const

const Envelope = Type.Object({
  format: Type.Literal(format),
  /** scrypt's N = 2^logN. The bounds: neither may a changed file make the passphrase cheap to guess, nor take all memory. */
  logN: Type.Integer({ minimum: 10, maximum: 18 }),
  /** 32 bytes, hex. */
  salt: Hash,
  /** 12 bytes, hex. */
  nonce: Type.String({ pattern: '^[0-9a-f]{24}$' }),
  /** Ciphertext and tag of 16 bytes, base64url. */
  sealed: Type.String({ pattern: '^[A-Za-z0-9_-]+$', maxLength: 65_536 }),
}, closed)
type Envelope = Type.Static<typeof Envelope>

/** 256 bytes, base64url. */
const Number2048 = Type.String({ pattern: '^[A-Za-z0-9_-]{342}$' })
const Content = Type.Object({
  electionId: Hash,
  secretKey: Hash,
  classIndex: Type.Integer({ minimum: 0, maximum: 15 }),
  leaf: Hash,
  requests: Type.Array(Type.Object({ blindedMessage: Number2048, inverse: Number2048, signature: Type.Union([Number2048, Type.Null()]) }, closed), { minItems: 1, maxItems: 16 }),
}, closed)

/** Writes the file's text again and again; the passphrase is stretched once. */
export class RecoverySealer {
  readonly #header: Pick<Envelope, 'logN' | 'salt'>
  readonly #key: CryptoKey

  private constructor (header: Pick<Envelope, 'logN' | 'salt'>, key: CryptoKey) {
    this.#header = header
    this.#key = key
  }

  /** Throws `input.malformed` for a passphrase of less than 8 characters. */
  static async create (passphrase: string, logN = defaultLogN): Promise<RecoverySealer> {
    if ([...passphrase].length < shortestPassphrase) throw new ScrutinError('input.malformed', `the passphrase of a recovery file has at least ${shortestPassphrase} characters`)
    const salt = toHex(crypto.getRandomValues(new Uint8Array(32)))
    return new RecoverySealer({ logN, salt }, await deriveKey(passphrase, logN, salt))
  }

  /** @throws ScrutinError `recovery.malformed`, `recovery.sealed` */
  static async open (text: string, passphrase: string): Promise<{ sealer: RecoverySealer, state: CredentialState }> {
    const { sealed, ...header } = parse(Envelope, text)
    const key = await deriveKey(passphrase, header.logN, header.salt)
    let content: ArrayBuffer
    try {
      content = await crypto.subtle.decrypt(parameters(header), key, bytesOf(fromBase64url(sealed)))
    } catch {
      // without the cause: nothing of the content may come near a message
      throw new ScrutinError('recovery.sealed')
    }
    return { sealer: new RecoverySealer({ logN: header.logN, salt: header.salt }, key), state: parseState(new TextDecoder().decode(content)) }
  }

  async seal (state: CredentialState): Promise<string> {
    const header = { format, ...this.#header, nonce: toHex(crypto.getRandomValues(new Uint8Array(12))) } as const
    const sealed = await crypto.subtle.encrypt(parameters(header), this.#key, bytesOf(utf8ToBytes(stateText(state))))
    return `${JSON.stringify({ ...header, sealed: toBase64url(new Uint8Array(sealed)) })}\n`
  }
}

async function deriveKey (passphrase: string, logN: number, salt: string): Promise<CryptoKey> {
  const key = await scryptAsync(utf8ToBytes(passphrase.normalize('NFC')), fromHex(salt, 32), { N: 2 ** logN, r: 8, p: 1, dkLen: 32, maxmem: 2 ** (logN + 11) })
  try {
    return await crypto.subtle.importKey('raw', bytesOf(key), 'AES-GCM', false, ['encrypt', 'decrypt'])
  } finally {
    key.fill(0)
  }
}

function parameters ({ format, logN, salt, nonce }: Omit<Envelope, 'sealed'>): AesGcmParams {
  return { name: 'AES-GCM', iv: bytesOf(fromHex(nonce, 12)), additionalData: bytesOf(utf8ToBytes(JSON.stringify([format, logN, salt, nonce]))) }
}

function stateText ({ electionId, keys, classIndex, leaf, requests }: CredentialState): string {
  return JSON.stringify({
    electionId,
    secretKey: scalarToHex(keys.secretKey),
    classIndex,
    leaf,
    requests: requests.map(({ blindedMessage, inverse, signature }) =>
      ({ blindedMessage: toBase64url(blindedMessage), inverse: toBase64url(inverse), signature: signature === undefined ? null : toBase64url(signature) })),
  })
}

function parseState (text: string): CredentialState {
  const { electionId, secretKey, classIndex, leaf, requests } = parse(Content, text)
  return {
    electionId,
    keys: keyPairFromSecret(scalarFromHex(secretKey)),
    classIndex,
    leaf,
    requests: requests.map(({ blindedMessage, inverse, signature }) =>
      ({ blindedMessage: fromBase64url(blindedMessage), inverse: fromBase64url(inverse), signature: signature === null ? undefined : fromBase64url(signature) })),
  }
}

function parse<Schema extends Type.TSchema> (schema: Schema, text: string): Type.Static<Schema> {
  try {
    const value: unknown = JSON.parse(text)
    if (Value.Check(schema, value)) return value
  } catch {
    // said below; the parser's own message would quote the content
  }
  throw new ScrutinError('recovery.malformed')
}

/** WebCrypto's types want bytes that no other thread shares. */
function bytesOf (bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(bytes)
}
