/** A registrar's REST API. Codes go in bodies only: addresses end up in logs. */
import Type, { type Static } from 'typebox'
import { fromBase64url, toBase64url } from '../../protocol/src/bytes.ts'
import { Hash } from '../../protocol/src/definition-schema.ts'
import { parseAnswer, request } from './rest-request.ts'

const Identified = Type.Object({
  classIndex: Type.Integer({ minimum: 0, maximum: 15 }),
  /** 32 bytes in hex. */
  salt: Hash,
  place: Type.Object({
    classIndex: Type.Integer({ minimum: 0, maximum: 15 }),
    commitment: Hash,
    index: Type.Integer({ minimum: 0 }),
    path: Type.Array(Hash, { maxItems: 32 }),
  }),
})
export type Identified = Static<typeof Identified>

const Signed = Type.Object({ signature: Type.String({ minLength: 342, maxLength: 342 }) })

export type Asked =
  | { readonly status: 'signed', readonly blindSignature: Uint8Array }
  | { readonly status: 'waiting', readonly retryAfterSeconds: number }

export class RegistrarClient {
  /** Without a slash at the end. */
  readonly url: string

  constructor (url: string) {
    this.url = url.replace(/\/+$/, '')
  }

  /** What the registrar knows of whoever holds this code; writes nothing. */
  async identify (electionId: string, code: string, signal?: AbortSignal): Promise<Identified> {
    const url = `${this.url}/v1/elections/${electionId}/identify`
    return parseAnswer(Identified, await request(url, { method: 'POST', body: { code }, signal }), url)
  }

  /** Asks for a blind signature (256 bytes); while the issuance waits to be written, the same is asked again later. */
  async askSignature (electionId: string, code: string, blindedMessage: Uint8Array, waitSeconds: number, signal?: AbortSignal): Promise<Asked> {
    const url = `${this.url}/v1/elections/${electionId}/credentials`
    const answer = await request(url, {
      method: 'POST', headers: { prefer: `wait=${waitSeconds}` }, body: { code, blindedMessage: toBase64url(blindedMessage) }, signal,
    })
    if (answer.status === 202) return { status: 'waiting', retryAfterSeconds: Number(answer.headers.get('retry-after') ?? '1') || 1 }
    return { status: 'signed', blindSignature: fromBase64url(parseAnswer(Signed, answer, url).signature) }
  }
}
