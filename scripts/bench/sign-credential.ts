/** A credential signed by the registrars' own keys: what blinding, signing and unblinding come to, as the scheme has one signature for each message. */
import { constants, type KeyObject, sign } from 'node:crypto'
import { credentialMessage } from '../../protocol/src/credential.ts'
import { generateKeyPair, type KeyPair } from '../../protocol/src/schnorr.ts'

export function signCredential (electionId: Uint8Array, registrarKeys: readonly KeyObject[]): { readonly keys: KeyPair, readonly signatures: readonly Uint8Array[] } {
  const keys = generateKeyPair()
  const message = credentialMessage(electionId, 0, keys.publicKey.toBytes())
  return { keys, signatures: registrarKeys.map((key) => sign('sha384', message, { key, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: 0 })) }
}
