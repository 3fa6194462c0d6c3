/** The ballot box: cast into it, read from it. */
import type { IncomingMessage } from 'node:http'
import type { FastifyRequest } from 'fastify'
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import Type from 'typebox'
import { isHex } from '../../../protocol/src/bytes.ts'
import { peekBallot } from '../../../protocol/src/ballot-encoding.ts'
import { ScrutinError } from '../../../protocol/src/errors.ts'
import type { Receipt } from '../../../protocol/src/receipt.ts'
import { BallotPage, type CastStatus, RecordedBallot, TrackerPage } from '../answers.ts'
import { castingSettings } from '../casting/casting-config.ts'
import type { CastStatus as Cast } from '../casting/casting-desk.ts'
import { readWaiting } from '../preferences.ts'
import { readBallotBytes } from '../read-ballot-bytes.ts'
import { readContract } from '../read-contract.ts'
import { answers, BallotParams, defaultLimit, ElectionParams, PageQuery, TrackerStart } from '../route-schemas.ts'

const tags = ['ballots']
const ballotMediaType = 'application/octet-stream'
/** An answer of the contract must fit into a gRPC message of 4 MiB, ballots in base64url. */
const mostPageBytes = 1_500_000

const routes: FastifyPluginAsyncTypebox = async (app) => {
  app.removeAllContentTypeParsers()
  // exactly as long as a ballot of this election: nothing longer is even read
  app.addContentTypeParser(ballotMediaType, async (request: FastifyRequest, body: IncomingMessage) => {
    const { id } = request.params as { id: string }
    if (!isHex(id, 32)) throw new ScrutinError('election.unknown')
    const { length } = await app.elections.ballotForm(id)
    return await readBallotBytes(body, length, Number(body.headers['content-length'] ?? 0))
  })

  const { waitSeconds } = castingSettings(app.config.casting)

  app.post('/elections/:id/ballots', {
    schema: {
      operationId: 'castBallot',
      tags,
      summary: 'Casts a ballot',
      description: 'Only a receipt acknowledges. Without one, send the same bytes again, through any gateway: what was recorded is found. ' +
        `Waits ${waitSeconds} s for the receipt, or as long as the header \`Prefer\` says (RFC 7240: \`wait=N\`, \`respond-async\`); then 202. ` +
        'The same `Idempotency-Key` with the same bytes gets the same answer for an hour; with another ballot of the same credential it is refused.',
      params: ElectionParams,
      consumes: [ballotMediaType],
      body: Type.Unsafe<Uint8Array>({ type: 'string', contentMediaType: ballotMediaType, description: 'The bytes of the ballot, SPEC.md' }),
      response: {
        ...answers(200, 'Receipt', 'This very ballot stood in the box before: its receipt'),
        ...answers(201, 'Receipt', 'The ballot is in the box'),
        ...answers(202, 'CastStatus', 'The ballot is safe on disk and on its way; `Location` tells where to ask after it'),
      },
    },
  }, async (request, reply) => {
    const { id } = request.params
    const { credentialKey } = peekBallot(request.body)
    const keyed = app.idempotencyKeys.enter(request.headers['idempotency-key'], { electionId: id, credentialKey, bytes: request.body })
    const { waitMs, applied } = readWaiting(request.headers.prefer, waitSeconds)
    const cast = await app.casting.cast(id, request.body, waitMs, keyed.remember)
    if (applied !== undefined) reply.header('preference-applied', applied)
    if (cast.status === 'refused') throw new ScrutinError(cast.refusal.code, cast.refusal.detail)
    const isNew = keyed.correct(cast.isNew)
    if (cast.status === 'queued') {
      reply.code(202).header('location', `${app.prefix}/elections/${id}/casts/${cast.tracker}`).header('retry-after', '1').header('cache-control', 'no-store')
      return castStatus(id, cast)
    }
    if (isNew) reply.code(201).header('location', `${app.prefix}/elections/${id}/ballots/${cast.tracker}`)
    return cast.receipt
  })

  app.get('/elections/:id/casts/:tracker', {
    schema: {
      operationId: 'readCast',
      tags,
      summary: 'What has become of a ballot that this gateway took on',
      description: '`Prefer: wait=N` (RFC 7240) waits up to N seconds for the receipt.',
      params: BallotParams,
      response: answers(200, 'CastStatus', 'Its status'),
    },
  }, async (request, reply) => {
    const { id, tracker } = request.params
    const { waitMs, applied } = readWaiting(request.headers.prefer, 0)
    const cast = await app.casting.status(id, tracker, waitMs)
    if (applied !== undefined) reply.header('preference-applied', applied)
    if (cast.status === 'queued') reply.header('retry-after', '1')
    reply.header('cache-control', 'no-store')
    return castStatus(id, cast)
  })

  app.get('/elections/:id/ballots', {
    config: { asksLedger: true },
    schema: {
      operationId: 'listBallots',
      tags,
      summary: 'The ballots in the box, in the order of their credential keys',
      description: 'With `start`, those whose trackers begin with these digits, in the order of their trackers: so one looks a ballot up without telling which.',
      params: ElectionParams,
      querystring: Type.Object({ ...PageQuery.properties, start: Type.Optional(TrackerStart) }, { additionalProperties: false }),
      response: answers(200, 'BallotPage', 'A page of ballots'),
    },
  }, async (request, reply) => {
    const { id } = request.params
    const { start, cursor = '', limit = defaultLimit } = request.query
    const { length } = await app.elections.ballotForm(id)
    const fitting = Math.max(1, Math.min(limit, Math.floor(mostPageBytes / length))).toString()
    // asked before the page is read: a ballot may come in between
    const isFixed = await app.elections.isBoxFixed(id)
    const page = start === undefined
      ? await readContract(app.ledger, BallotPage, 'readBallots', [id, cursor, fitting])
      : await readContract(app.ledger, BallotPage, 'readBallotsByTracker', [id, start, cursor, fitting])
    if (isFixed) reply.isFixed()
    return page
  })

  app.get('/elections/:id/trackers', {
    config: { asksLedger: true },
    schema: {
      operationId: 'listTrackers',
      tags,
      summary: 'The trackers of the ballots in the box with their credential keys, in the order of the trackers',
      params: ElectionParams,
      querystring: Type.Object({ ...PageQuery.properties, start: Type.Optional(TrackerStart) }, { additionalProperties: false }),
      response: answers(200, 'TrackerPage', 'A page of trackers'),
    },
  }, async (request, reply) => {
    const { id } = request.params
    const { start = '', cursor = '', limit = defaultLimit } = request.query
    const isFixed = await app.elections.isBoxFixed(id)
    const page = await readContract(app.ledger, TrackerPage, 'readTrackers', [id, start, cursor, limit.toString()])
    if (isFixed) reply.isFixed()
    return page
  })

  app.get('/elections/:id/ballots/:tracker', {
    config: { asksLedger: true },
    schema: {
      operationId: 'readBallot',
      tags,
      summary: 'A ballot by its tracker',
      params: BallotParams,
      response: answers(200, 'RecordedBallot', 'The ballot as it stands in the box'),
    },
  }, async (request, reply) => {
    const { id, tracker } = request.params
    const ballot = await readContract(app.ledger, RecordedBallot, 'readBallotByTracker', [id, tracker])
    reply.isFixed()
    return ballot
  })
}

function castStatus (electionId: string, cast: Cast): Omit<CastStatus, 'receipt'> & { receipt: Receipt | null } {
  const { tracker } = cast
  switch (cast.status) {
    case 'queued': return { electionId, tracker, status: 'queued', receipt: null, problem: null }
    case 'recorded': return { electionId, tracker, status: 'recorded', receipt: cast.receipt, problem: null }
    case 'refused': {
      const { code, detail } = cast.refusal
      return { electionId, tracker, status: code === 'ballot.not-cast' ? 'not-cast' : 'refused', receipt: null, problem: { code, ...(detail === undefined ? {} : { detail }) } }
    }
  }
}

export default routes
