/** The ballot box: cast into it, read from it. */
import type { IncomingMessage } from 'node:http'
import type { FastifyRequest } from 'fastify'
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import Type from 'typebox'
import { isHex } from '../../../protocol/src/bytes.ts'
import { Hash } from '../../../protocol/src/definition-schema.ts'
import { ScrutinError } from '../../../protocol/src/errors.ts'
import { BallotPage, RecordedBallot } from '../answers.ts'
import { castBallot } from '../cast-ballot.ts'
import { readBallotBytes } from '../read-ballot-bytes.ts'
import { readContract } from '../read-contract.ts'
import { answers, defaultLimit, ElectionParams, PageQuery } from '../route-schemas.ts'

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
    return await readBallotBytes(body, length)
  })

  app.post('/elections/:id/ballots', {
    schema: {
      operationId: 'castBallot',
      tags,
      summary: 'Casts a ballot',
      description: 'Only a receipt acknowledges. Without one, send the same bytes again, through any gateway: what was recorded is found.',
      params: ElectionParams,
      consumes: [ballotMediaType],
      body: Type.Unsafe<Uint8Array>({ type: 'string', contentMediaType: ballotMediaType, description: 'The bytes of the ballot, SPEC.md' }),
      response: {
        ...answers(200, 'Receipt', 'This very ballot stood in the box before: its receipt'),
        ...answers(201, 'Receipt', 'The ballot is in the box'),
      },
    },
  }, async (request, reply) => {
    const { id } = request.params
    const { receipt, isNew } = await castBallot(app, id, request.body)
    if (isNew) reply.code(201).header('location', `${app.prefix}/elections/${id}/ballots/${receipt.tracker}`)
    return receipt
  })

  app.get('/elections/:id/ballots', {
    schema: {
      operationId: 'listBallots',
      tags,
      summary: 'The ballots in the box, in the order of their credential keys',
      params: ElectionParams,
      querystring: PageQuery,
      response: answers(200, 'BallotPage', 'A page of ballots'),
    },
  }, async (request, reply) => {
    const { id } = request.params
    const { cursor = '', limit = defaultLimit } = request.query
    const { length } = await app.elections.ballotForm(id)
    const fitting = Math.max(1, Math.min(limit, Math.floor(mostPageBytes / length)))
    // asked before the page is read: a ballot may come in between
    const isFixed = await app.elections.isBoxFixed(id)
    const page = await readContract(app.ledger, BallotPage, 'readBallots', [id, cursor, fitting.toString()])
    if (isFixed) reply.isFixed()
    return page
  })

  app.get('/elections/:id/ballots/:tracker', {
    schema: {
      operationId: 'readBallot',
      tags,
      summary: 'A ballot by its tracker',
      params: Type.Object({ id: Hash, tracker: Hash }, { additionalProperties: false }),
      response: answers(200, 'RecordedBallot', 'The ballot as it stands in the box'),
    },
  }, async (request, reply) => {
    const { id, tracker } = request.params
    const ballot = await readContract(app.ledger, RecordedBallot, 'readBallotByTracker', [id, tracker])
    reply.isFixed()
    return ballot
  })
}

export default routes
