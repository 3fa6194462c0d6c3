/** What organisers do, by the API key of a tenant. The member's `organiser` identity signs for them. */
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import Type from 'typebox'
import { canonicalText } from '../../../protocol/src/canonical-json.ts'
import { checkDefinition, electionId, maxDefinitionLength } from '../../../protocol/src/definition.ts'
import { submitWithPatience } from '../../../service/src/submit-with-patience.ts'
import { answers, ElectionParams } from '../route-schemas.ts'
import { shared } from '../shared-schemas.ts'

const Reason = Type.Object({
  reason: Type.String({ minLength: 1, maxLength: 1000, pattern: '\\S', description: 'For the record: it is public' }),
}, { additionalProperties: false })

interface Accepted {
  readonly electionId: string
  readonly transactionId: string
  readonly blockNumber: string
}

const routes: FastifyPluginAsyncTypebox = async (app) => {
  app.addHook('onRequest', app.authenticateTenant)

  const route = { tags: ['organisers'], security: [{ apiKey: [] }] }
  const submit = async (transaction: string, id: string, args: readonly string[]): Promise<Accepted> => {
    const { transactionId, blockNumber } = await submitWithPatience(app.organiserLedger, transaction, args)
    return { electionId: id, transactionId, blockNumber: blockNumber.toString() }
  }

  app.post('/elections', {
    // formatted JSON is longer than the canonical form that counts
    bodyLimit: 4 * maxDefinitionLength,
    schema: {
      ...route,
      operationId: 'announceElection',
      summary: 'Announces an election',
      body: shared('Definition'),
      response: answers(201, 'Accepted', 'The election is announced'),
    },
    // the definition is judged by protocol/, as the contract judges it
    validatorCompiler: () => () => true,
  }, async (request, reply) => {
    const definition = checkDefinition(request.body)
    app.assertOrganiser(definition, request.tenant)
    const id = electionId(definition)
    const accepted = await submit('announce', id, [canonicalText(definition)])
    reply.code(201).header('location', `${app.prefix}/elections/${id}`)
    return accepted
  })

  const steps = [
    { transaction: 'open', operationId: 'openElection', summary: 'Opens the voting' },
    { transaction: 'close', operationId: 'closeElection', summary: 'Closes the voting; before its time only if the definition allows it' },
  ] as const
  for (const { transaction, operationId, summary } of steps) {
    app.post(`/elections/:id/${transaction}`, {
      schema: { ...route, operationId, summary, params: ElectionParams, response: answers(200, 'Accepted', 'Done') },
    }, async (request) => {
      const { id } = request.params
      app.assertOrganiser((await app.elections.read(id)).definition, request.tenant)
      return await submit(transaction, id, [id])
    })
  }

  app.post('/elections/:id/cancel', {
    schema: {
      ...route,
      operationId: 'cancelElection',
      summary: 'Withdraws an election before the voting opens',
      params: ElectionParams,
      body: Reason,
      response: answers(200, 'Accepted', 'The election is cancelled'),
    },
  }, async (request) => {
    const { id } = request.params
    app.assertOrganiser((await app.elections.read(id)).definition, request.tenant)
    return await submit('cancel', id, [id, request.body.reason])
  })

  app.post('/elections/:id/void', {
    schema: {
      ...route,
      operationId: 'voteVoid',
      summary: "Gives this member's voice that an election be void; with a majority of members it is",
      params: ElectionParams,
      body: Reason,
      response: answers(200, 'Accepted', 'The voice is recorded'),
    },
  }, async (request) => {
    const { id } = request.params
    const { definition } = await app.elections.read(id)
    // another member's voice is not bound to a tenant of the organiser's
    if (definition.organiser.mspId === app.organiserLedger.mspId) app.assertOrganiser(definition, request.tenant)
    return await submit('voteVoid', id, [id, request.body.reason])
  })
}

export default routes
