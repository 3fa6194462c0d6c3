/** The gateway's REST API, as far as voters need it. */
import Type, { type Static } from 'typebox'
import { maxBundleLineLength } from '../../protocol/src/bundle.ts'
import { splitLines } from '../../protocol/src/bundle-reader.ts'
import { fromBase64url } from '../../protocol/src/bytes.ts'
import { Hash, MspId, PublicKey } from '../../protocol/src/definition-schema.ts'
import { isErrorCode, ScrutinError } from '../../protocol/src/errors.ts'
import type { Receipt } from '../../protocol/src/receipt.ts'
import { directoryKinds, type ElectionStatus, electionStatuses, type SignedDirectoryEntry } from '../../protocol/src/records.ts'
import { RootStatement } from '../../protocol/src/root-statement.ts'
import type { Signed } from '../../protocol/src/signed-message.ts'
import type { VoterCheck } from '../../protocol/src/voter-check.ts'
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

const TurnoutAnswer = Type.Object({ ballots: Type.Integer({ minimum: 0 }), roll: Type.Integer({ minimum: 1 }) })

const Cursor = Type.Union([Type.String({ pattern: '^[0-9a-f]{64}$' }), Type.Null()])
const BallotsAnswer = Type.Object({ ballots: Type.Array(Type.Object({ tracker: Hash, ballot: Base64url })), cursor: Cursor })
const TrackersAnswer = Type.Object({ trackers: Type.Array(Type.Object({ tracker: Hash, credentialKey: PublicKey })), cursor: Cursor })

const StatementsAnswer = Type.Object({
  inclusions: Type.Array(Type.Union([Type.Object({ transactionId: Hash, blockNumber: Type.String({ pattern: '^[0-9]+$' }) }), Type.Null()])),
  signed: Type.Union([Type.Object({ mspId: MspId, key: PublicKey, signature: Signature }), Type.Null()]),
})
export type StatementsAnswer = Static<typeof StatementsAnswer>

const RootStatementsAnswer = Type.Object({ statements: Type.Array(Type.Object({ message: RootStatement, signature: Signature })) })

const VoterCheckCountAnswer = Type.Object({ voters: Type.Integer({ minimum: 0 }) })

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

  /** Ballots in the box of this member. */
  async readTurnout (electionId: string, signal?: AbortSignal): Promise<{ readonly ballots: number, readonly roll: number }> {
    return await this.#get(TurnoutAnswer, `/v1/elections/${electionId}/turnout`, signal)
  }

  /** The ballots whose trackers begin with `start`, up to 8 hex digits: neither names nor bytes are checked yet. */
  async * ballots (electionId: string, start: string, signal?: AbortSignal): AsyncGenerator<{ readonly tracker: string, readonly bytes: Uint8Array }> {
    let cursor: string | null = ''
    while (cursor !== null) {
      const query: string = cursor === '' ? `start=${start}` : `start=${start}&cursor=${cursor}`
      const page: Static<typeof BallotsAnswer> = await this.#get(BallotsAnswer, `/v1/elections/${electionId}/ballots?${query}`, signal)
      for (const { tracker, ballot } of page.ballots) yield { tracker, bytes: fromBase64url(ballot) }
      cursor = next(page.cursor, cursor)
    }
  }

  /** Tracker and credential key of every ballot in the box. */
  async * trackers (electionId: string, signal?: AbortSignal): AsyncGenerator<{ readonly tracker: string, readonly credentialKey: string }> {
    let cursor: string | null = ''
    while (cursor !== null) {
      const query: string = cursor === '' ? 'limit=1000' : `limit=1000&cursor=${cursor}`
      const page: Static<typeof TrackersAnswer> = await this.#get(TrackersAnswer, `/v1/elections/${electionId}/trackers?${query}`, signal)
      yield * page.trackers
      cursor = next(page.cursor, cursor)
    }
  }

  /** What this member states of ballots: 200 at most. The signature is still to be checked. */
  async readStatements (electionId: string, trackers: readonly string[], signal?: AbortSignal): Promise<StatementsAnswer> {
    const url = `${this.url}/v1/elections/${electionId}/statements`
    return parseAnswer(StatementsAnswer, await request(url, { method: 'POST', body: { trackers }, signal }), url)
  }

  /** Says that the ballot was found; returns how many voters have said so. */
  async sayChecked (electionId: string, check: VoterCheck, signal?: AbortSignal): Promise<number> {
    const url = `${this.url}/v1/elections/${electionId}/voter-checks`
    return parseAnswer(VoterCheckCountAnswer, await request(url, { method: 'POST', body: check, signal }), url).voters
  }

  async countVoterChecks (electionId: string, signal?: AbortSignal): Promise<number> {
    return (await this.#get(VoterCheckCountAnswer, `/v1/elections/${electionId}/voter-checks/count`, signal)).voters
  }

  /** The signatures are still to be checked. */
  async readRootStatements (electionId: string, signal?: AbortSignal): Promise<Signed<RootStatement>[]> {
    return (await this.#get(RootStatementsAnswer, `/v1/elections/${electionId}/root-statements`, signal)).statements
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

/** Cursors are trackers in ascending order: a gateway that goes in circles is not followed. */
function next (cursor: string | null, before: string): string | null {
  if (cursor !== null && cursor <= before) throw new ScrutinError('service.answer', 'the pages do not go on')
  return cursor
}
