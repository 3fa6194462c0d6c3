/** The voter's side of a blind signature: RFC 9474, RSABSSA-SHA384-PSSZERO-Deterministic, Blind and Finalize. */
import { RSABSSA } from '@cloudflare/blindrsa-ts'
import { ScrutinError } from '../../protocol/src/errors.ts'
import { rsaJwk } from '../../protocol/src/rsa-pss.ts'

const suite = RSABSSA.SHA384.PSSZero.Deterministic()

export interface BlindedMessage {
  /** 256 bytes: what the registrar is shown. */
  readonly blindedMessage: Uint8Array
  /** 256 bytes, secret: takes the blinding off, later and elsewhere too. */
  readonly inverse: Uint8Array
  /** Takes the blinding off; throws `ballot.credential` unless the result is the registrar's signature of the message. */
  unblind (blindSignature: Uint8Array): Promise<Uint8Array>
}

/** @param modulus 256 bytes, e = 65537 */
export async function blindMessage (modulus: Uint8Array, message: Uint8Array): Promise<BlindedMessage> {
  const { blindedMsg, inv } = await suite.blind(await importKey(modulus), suite.prepare(message))
  return resumeBlinded(modulus, message, { blindedMessage: blindedMsg, inverse: inv })
}

/** What was blinded before, from what was kept of it. */
export function resumeBlinded (modulus: Uint8Array, message: Uint8Array, { blindedMessage, inverse }: Pick<BlindedMessage, 'blindedMessage' | 'inverse'>): BlindedMessage {
  return {
    blindedMessage,
    inverse,
    async unblind (blindSignature) {
      try {
        return await suite.finalize(await importKey(modulus), message, blindSignature, inverse)
      } catch (cause) {
        throw new ScrutinError('ballot.credential', 'a registrar answered with a wrong signature', { cause })
      }
    },
  }
}

async function importKey (modulus: Uint8Array): Promise<CryptoKey> {
  return await crypto.subtle.importKey('jwk', rsaJwk(modulus), { name: 'RSA-PSS', hash: 'SHA-384' }, true, ['verify'])
}
