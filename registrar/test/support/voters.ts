/** What a voter's device does with one registrar, for tests that look at the registrar alone. */
import { RSABSSA } from '@cloudflare/blindrsa-ts'
import type { FastifyInstance, LightMyRequestResponse } from 'fastify'
import { fromBase64url, toBase64url } from '../../../protocol/src/bytes.ts'
import { credentialMessage } from '../../../protocol/src/credential.ts'
import { rsaJwk } from '../../../protocol/src/rsa-pss.ts'
import { generateKeyPair, type KeyPair } from '../../../protocol/src/schnorr.ts'

const suite = RSABSSA.SHA384.PSSZero.Deterministic()

export interface Blinded {
  readonly keys: KeyPair
  readonly message: Uint8Array
  /** base64url */
  readonly blindedMessage: string
  unblind (signature: string): Promise<Uint8Array>
}

export async function blind (modulus: string, electionId: Uint8Array, keys: KeyPair = generateKeyPair()): Promise<Blinded> {
  const message = credentialMessage(electionId, 0, keys.publicKey.toBytes())
  const publicKey = await crypto.subtle.importKey('jwk', rsaJwk(fromBase64url(modulus)), { name: 'RSA-PSS', hash: 'SHA-384' }, true, ['verify'])
  const { blindedMsg, inv } = await suite.blind(publicKey, message)
  return { keys, message, blindedMessage: toBase64url(blindedMsg), unblind: async (signature) => await suite.finalize(publicKey, message, fromBase64url(signature), inv) }
}

export async function askCredential (desk: FastifyInstance, electionId: string, code: string, blindedMessage: string, wait = 10): Promise<LightMyRequestResponse> {
  return await desk.inject({
    method: 'POST', url: `/v1/elections/${electionId}/credentials`, headers: { prefer: `wait=${wait}` }, payload: { code, blindedMessage },
  })
}
