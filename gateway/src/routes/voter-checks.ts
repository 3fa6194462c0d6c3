/** How many voters have looked their ballots up: each says so once, with the key that cast the ballot. */
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { VoterCheck } from '../../../protocol/src/voter-check.ts'
import { VoterCheckPage } from '../answers.ts'
import { readContract } from '../read-contract.ts'
import { answers, defaultLimit, ElectionParams, PageQuery } from '../route-schemas.ts'

const tags = ['ballots']

const routes: FastifyPluginAsyncTypebox = async (app) => {
  app.post('/elections/:id/voter-checks', {
    bodyLimit: 1000,
    config: { asksLedger: true },
    schema: {
      operationId: 'sayChecked',
      tags,
      summary: 'A voter says that the ballot was found',
      description: 'Signed with the credential\'s key over the election\'s id and the tracker (SPEC.md 10). It tells no choice. Said again, it counts no more.',
      params: ElectionParams,
      body: VoterCheck,
      response: answers(201, 'VoterCheckCount', 'It stands on the ledger'),
    },
  }, async (request, reply) => {
    const { id } = request.params
    await app.voterCheckDesk.take(id, request.body)
    reply.code(201).header('cache-control', 'no-store')
    return { voters: await app.voterChecks.of(id) }
  })

  app.get('/elections/:id/voter-checks/count', {
    config: { asksLedger: true },
    schema: {
      operationId: 'countVoterChecks',
      tags,
      summary: 'How many voters have found their ballots',
      params: ElectionParams,
      response: answers(200, 'VoterCheckCount', 'The number'),
    },
  }, async (request, reply) => {
    reply.header('cache-control', 'no-cache')
    return { voters: await app.voterChecks.of(request.params.id) }
  })

  app.get('/elections/:id/voter-checks', {
    config: { asksLedger: true },
    schema: {
      operationId: 'listVoterChecks',
      tags,
      summary: 'What the voters signed who found their ballots, in the order of their trackers',
      params: ElectionParams,
      querystring: PageQuery,
      response: answers(200, 'VoterCheckPage', 'A page of them'),
    },
  }, async (request) => {
    const { cursor = '', limit = defaultLimit } = request.query
    return await readContract(app.ledger, VoterCheckPage, 'readVoterChecks', [request.params.id, cursor, limit.toString()])
  })
}

export default routes
