/** The gateway's REST API, as far as voters need it. */
import Type, { type Static } from 'typebox'
import { maxBundleLineLength } from '../../protocol/src/bundle.ts'
import { splitLines } from '../../protocol/src/bundle-reader.ts'
import { fromBase64url } from '../../protocol/src/bytes.ts'
import { Hash, MspId, PublicKey } from '../../protocol/src/definition-schema.ts'
import { isErrorCode, ScrutinError } from '../../protocol/src/errors.ts'
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
  statements: Type.Array(Type.Object({
    mspId: MspId,
    key: PublicKey,
    signature: Signature,
    size: Type.Integer({ minimum: 1 }),
    index: Type.Integer({ minimum: 0 }),
    path: Type.Array(Hash, { maxItems: 32 }),
  })),
})

/** What has become of a ballot that the gateway took on. */
const CastStatusAnswer = Type.Object({
  tracker: Hash,
  status: Type.Union((['queued', 'recorded', 'refused', 'not-cast'] as const).map((status) => Type.Literal(status))),
  receipt: Type.Union([ReceiptAnswer, Type.Null()]),
  problem: Type.Union([Type.Object({ code: Type.String(), detail: Type.Optional(Type.String()) }), Type.Null()]),
})

/** Asked to wait so long, a gateway answers before proxies lose patience. */
const preferWait = { prefer: 'wait=20' }
/** Between questions, should the gateway not wait. */
const askAgainMs = 500

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

  /** The lines of a bundle of records as they come; who has read enough stops. */
  bundleLines (electionId: string, signal?: AbortSignal): AsyncGenerator<string> {
    return splitLines(requestText(`${this.url}/v1/elections/${electionId}/records`, signal), maxBundleLineLength)
  }

  async readDirectory (signal?: AbortSignal): Promise<SignedDirectoryEntry[]> {
    return (await this.#get(DirectoryAnswer, '/v1/directory', signal)).entries
  }

  /** `ballot.unknown` when no ballot has this tracker. The bytes are still to be checked. */
  async readBallot (electionId: string, tracker: string, signal?: AbortSignal): Promise<{ bytes: Uint8Array, transactionId: string }> {
    const { ballot, transactionId } = await this.#get(BallotAnswer, `/v1/elections/${electionId}/ballots/${tracker}`, signal)
    return { bytes: fromBase64url(ballot), transactionId }
  }

  /**
   * Sends a ballot and waits for its receipt, which is still to be checked. A gateway that answers 202 has the ballot
   * on disk and is asked until it says what became of it: without an end but the signal's.
   */
  async cast (electionId: string, ballot: Uint8Array, signal?: AbortSignal): Promise<Receipt> {
    const url = `${this.url}/v1/elections/${electionId}/ballots`
    const answer = await request(url, { method: 'POST', body: ballot, headers: preferWait, signal })
    if (answer.status !== 202) return parseAnswer(ReceiptAnswer, answer, url)
    const { tracker } = parseAnswer(CastStatusAnswer, answer, url)
    for (;;) {
      const statusUrl = `${this.url}/v1/elections/${electionId}/casts/${tracker}`
      const { receipt, problem } = parseAnswer(CastStatusAnswer, await request(statusUrl, { headers: preferWait, signal }), statusUrl)
      if (receipt !== null) return receipt
      if (problem !== null) throw new ScrutinError(isErrorCode(problem.code) ? problem.code : 'service.answer', problem.detail)
      await new Promise((resolve) => { setTimeout(resolve, askAgainMs) })
      signal?.throwIfAborted()
    }
  }

  async #get<Schema extends Type.TSchema> (schema: Schema, path: string, signal: AbortSignal | undefined): Promise<Static<Schema>> {
    const url = this.url + path
    const answer: RestAnswer = await request(url, { signal })
    return parseAnswer(schema, answer, url)
  }
}
