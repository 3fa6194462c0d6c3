/** The gateway's REST API, as far as voters need it. */
import Type, { type Static } from 'typebox'
import { maxBundleLineLength } from '../../protocol/src/bundle.ts'
import { splitLines } from '../../protocol/src/bundle-reader.ts'
import { fromBase64url } from '../../protocol/src/bytes.ts'
import { Hash, MspId, PublicKey } from '../../protocol/src/definition-schema.ts'
import type { Receipt } from '../../protocol/src/receipt.ts'
import { directoryKinds, type ElectionStatus, electionStatuses, type SignedDirectoryEntry } from '../../protocol/src/records.ts'
import { parseAnswer, request, type RestAnswer, requestText } from './rest-request.ts'

const Signature = Type.String({ pattern: '^[0-9a-f]{128}$' })
const Base64url = Type.String({ pattern: '^[A-Za-z0-9_-]*$' })

const ElectionAnswer = Type.Object({
  state: Type.Object({ status: Type.Union(electionStatuses.map((status) => Type.Literal(status))) }),
})

const ReceiptAnswer = Type.Object({
  electionId: Hash,
  tracker: Hash,
  transactionId: Hash,
  blockNumber: Type.String({ pattern: '^[0-9]+$' }),
  statements: Type.Array(Type.Object({ mspId: MspId, key: PublicKey, signature: Signature })),
})

const BallotAnswer = Type.Object({ ballot: Base64url, transactionId: Hash })

const DirectoryAnswer = Type.Object({
  entries: Type.Array(Type.Object({
    message: Type.Object({ kind: Type.Union(directoryKinds.map((kind) => Type.Literal(kind))), key: PublicKey, mspId: MspId, sequence: Type.Integer({ minimum: 1 }), url: Type.String() }),
    signature: Signature,
  })),
})

export class GatewayClient {
  /** Without a slash at the end. */
  readonly url: string

  constructor (url: string) {
    this.url = url.replace(/\/+$/, '')
  }

  /** What the gateway says; the definition and keys to believe are those of `readVerifiedElection`. */
  async readStatus (electionId: string, signal?: AbortSignal): Promise<ElectionStatus> {
    return (await this.#get(ElectionAnswer, `/v1/elections/${electionId}`, signal)).state.status
  }

  /** The bundle's lines as they come; who has read enough stops. */
  bundleLines (electionId: string, signal?: AbortSignal): AsyncGenerator<string> {
    return splitLines(requestText(`${this.url}/v1/elections/${electionId}/bundle`, signal), maxBundleLineLength)
  }

  async readDirectory (signal?: AbortSignal): Promise<SignedDirectoryEntry[]> {
    return (await this.#get(DirectoryAnswer, '/v1/directory', signal)).entries
  }

  /** `ballot.unknown` when no ballot has this tracker. The bytes are still to be checked. */
  async readBallot (electionId: string, tracker: string, signal?: AbortSignal): Promise<{ bytes: Uint8Array, transactionId: string }> {
    const { ballot, transactionId } = await this.#get(BallotAnswer, `/v1/elections/${electionId}/ballots/${tracker}`, signal)
    return { bytes: fromBase64url(ballot), transactionId }
  }

  /** Sends a ballot; the receipt is still to be checked. */
  async cast (electionId: string, ballot: Uint8Array, signal?: AbortSignal): Promise<Receipt> {
    const url = `${this.url}/v1/elections/${electionId}/ballots`
    return parseAnswer(ReceiptAnswer, await request(url, { method: 'POST', body: ballot, signal }), url)
  }

  async #get<Schema extends Type.TSchema> (schema: Schema, path: string, signal: AbortSignal | undefined): Promise<Static<Schema>> {
    const url = this.url + path
    const answer: RestAnswer = await request(url, { signal })
    return parseAnswer(schema, answer, url)
  }
}
