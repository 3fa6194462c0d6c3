/**
 * A credential: a key pair made on the voter's device for one election, and on
 * its public key one blind signature of every registrar of the definition, in
 * the definition's order (RFC 9474, RSABSSA-SHA384-PSSZERO-Deterministic).
 */
import { ScrutinError } from './errors.ts'
import { concatBytes, frame, fromBase64url, utf8ToBytes } from './bytes.ts'
import { modulusBits, modulusLength, verifyRsaPss } from './rsa-pss.ts'
import { taggedHashHex, tags } from './tagged-hash.ts'

export const credentialSignatureLength = modulusLength

/** The message every registrar signs blindly: tag, election id, class, public key, each framed. */
export function credentialMessage (election: Uint8Array, classIndex: number, publicKey: Uint8Array): Uint8Array {
  return concatBytes(frame(utf8ToBytes(tags.credential)), frame(election), frame(Uint8Array.of(classIndex)), frame(publicKey))
}

/** What an issuance on the ledger says of the blinded message: 32 bytes in hex. */
export function blindedMessageHash (blindedMessage: Uint8Array): string {
  return taggedHashHex(tags.blindedMessage, blindedMessage)
}

/** Throws `ballot.credential` unless `signatures` are those of the registrars' keys, one each and in order. */
export function assertCredential (moduli: readonly Uint8Array[], message: Uint8Array, signatures: readonly Uint8Array[]): void {
  if (signatures.length !== moduli.length) throw new ScrutinError('ballot.credential')
  moduli.forEach((modulus, i) => {
    if (!verifyRsaPss(modulus, message, signatures[i]!)) throw new ScrutinError('ballot.credential', `signature of registrar ${i + 1}`)
  })
}

/** Decodes a registrar's modulus; refuses (`registrar.key`) other sizes. */
export function parseModulus (text: string): Uint8Array {
  const modulus = fromBase64url(text)
  if (modulus.length !== modulusLength || (modulus[0]! & 0x80) === 0) throw new ScrutinError('registrar.key', `a modulus has exactly ${modulusBits} bits`)
  return modulus
}

export function modulusHash (modulus: Uint8Array): string {
  return taggedHashHex(tags.modulus, modulus)
}
