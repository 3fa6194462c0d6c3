/** This member's own statements of inclusion: for the gateways that make receipts, and for anyone who doubts one. */
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import Type from 'typebox'
import { Hash } from '../../../protocol/src/definition-schema.ts'
import { ScrutinError } from '../../../protocol/src/errors.ts'
import { mostBallotsAtOnce } from '../../../protocol/src/transaction-size.ts'
import { BlockNumber } from '../answers.ts'
import { readWaiting } from '../preferences.ts'
import { answers, BallotParams, ElectionParams } from '../route-schemas.ts'

const tags = ['ballots']
/** How long the own peer may take to get the block that another member's has. */
const waitMs = 4000

const routes: FastifyPluginAsyncTypebox = async (app) => {
  app.get('/elections/:id/ballots/:tracker/statement', {
    schema: {
      operationId: 'readStatement',
      tags,
      summary: "This member's statement that a ballot is in the box",
      description: 'Signed after looking at its own peer. `Prefer: wait=N` (RFC 7240) waits up to N seconds, 4 at most, for the ballot to come.',
      params: BallotParams,
      response: answers(200, 'Stated', 'The statement'),
    },
  }, async (request, reply) => {
    const { id, tracker } = request.params
    const waiting = readWaiting(request.headers.prefer, 0)
    const stated = await app.ownStatements.find(id, tracker, Math.min(waiting.waitMs, waitMs))
    if (stated === undefined) throw new ScrutinError('ballot.unknown')
    reply.isFixed()
    return stated
  })

  app.post('/elections/:id/statements', {
    bodyLimit: 70 * mostBallotsAtOnce + 100,
    schema: {
      operationId: 'readStatements',
      tags,
      summary: "This member's statements for many ballots at once",
      description: 'Waits 4 s for those that its own peer has not got yet; told the number of their block, it asks its peer only if that has it. One signature covers them all.',
      params: ElectionParams,
      body: Type.Object({
        trackers: Type.Array(Hash, { minItems: 1, maxItems: mostBallotsAtOnce }),
        blockNumber: Type.Optional(BlockNumber),
      }, { additionalProperties: false }),
      response: answers(200, 'StatedList', 'The statements'),
    },
  }, async (request, reply) => {
    reply.header('cache-control', 'no-store')
    const { trackers, blockNumber } = request.body
    return await app.ownStatements.findAll(request.params.id, trackers, waitMs, blockNumber === undefined ? undefined : BigInt(blockNumber))
  })
}

export default routes
