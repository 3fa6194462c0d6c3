/**
 * Blind signatures, RFC 9474, RSABSSA-SHA384-PSSZERO-Deterministic, the
 * server's side. The raw RSA operation is OpenSSL's, with its own blinding
 * against timing; JavaScript's big numbers see public values only.
 */
import { constants, createPrivateKey, generateKeyPairSync, type KeyObject, privateDecrypt, publicEncrypt } from 'node:crypto'
import { equalBytes, fromBase64url } from '../../protocol/src/bytes.ts'
import { ScrutinError } from '../../protocol/src/errors.ts'
import { modulusBits, publicExponent } from '../../protocol/src/rsa-pss.ts'

export interface RsaKey {
  readonly privateKey: KeyObject
  /** base64url, 256 bytes. */
  readonly modulus: string
}

export function generateRsaKey (): RsaKey {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: modulusBits, publicExponent: Number(publicExponent) })
  return { privateKey, modulus: publicKey.export({ format: 'jwk' }).n! }
}

export function exportPrivateKey (key: RsaKey): Uint8Array {
  return key.privateKey.export({ format: 'der', type: 'pkcs8' })
}

export function importPrivateKey (der: Uint8Array, modulus: string): RsaKey {
  return { privateKey: createPrivateKey({ key: Buffer.from(der), format: 'der', type: 'pkcs8' }), modulus }
}

/**
 * Whether a blinded message can be signed at all: as long as the modulus (256 bytes) and below it.
 *
 * @throws ScrutinError `input.malformed`
 */
export function assertSignable (key: RsaKey, blindedMessage: Uint8Array): void {
  const modulus = fromBase64url(key.modulus)
  if (blindedMessage.length !== modulus.length) throw new ScrutinError('input.malformed', `a blinded message has ${modulus.length} bytes`)
  // big-endian and of one length: comparing bytes compares numbers
  if (Buffer.compare(blindedMessage, modulus) >= 0) throw new ScrutinError('input.malformed', 'the blinded message is not below the modulus')
}

/**
 * BlindSign, RFC 9474 section 4.3: 256 bytes in, 256 bytes out. Always the same for the same message.
 *
 * @throws ScrutinError `input.malformed` for a "message representative out of range"
 */
export function blindSign (key: RsaKey, blindedMessage: Uint8Array): Uint8Array {
  assertSignable(key, blindedMessage) // 1. m = bytes_to_int(blinded_msg); RSASP1's own check of the range
  const signature = privateDecrypt({ key: key.privateKey, padding: constants.RSA_NO_PADDING }, blindedMessage) // 2. s = RSASP1(sk, m)
  const opened = publicEncrypt({ key: key.privateKey, padding: constants.RSA_NO_PADDING }, signature) // 3. m' = RSAVP1(pk, s)
  if (!equalBytes(opened, blindedMessage)) throw new Error('signing failure') // 4. if m != m': a faulty signature would give the key away
  return signature // 5. and 6. blind_sig = int_to_bytes(s, modulus_len)
}
