/** Elections as anyone may read them. */
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import Type from 'typebox'
import { Hash } from '../../../protocol/src/definition-schema.ts'
import { BoothRelease, BoothReleases, ElectionPage, History, Issuance, RecordPage, Result } from '../answers.ts'
import { finalStatuses } from '../elections.ts'
import { readContract } from '../read-contract.ts'
import { readCheckedDirectory } from '../read-directory.ts'
import { answers, defaultLimit, ElectionParams, PageQuery } from '../route-schemas.ts'

const tags = ['elections']

const routes: FastifyPluginAsyncTypebox = async (app) => {
  app.get('/elections', {
    config: { asksLedger: true },
    schema: {
      operationId: 'listElections',
      tags,
      summary: 'All elections, in the order of their announcement',
      querystring: PageQuery,
      response: answers(200, 'ElectionPage', 'A page of elections'),
    },
  }, async (request) => {
    const { cursor = '', limit = defaultLimit } = request.query
    return await readContract(app.ledger, ElectionPage, 'readElections', [cursor, limit.toString()])
  })

  app.get('/elections/:id', {
    config: { asksLedger: true },
    schema: {
      operationId: 'readElection',
      tags,
      summary: 'An election: definition, state, keys, registrars, count',
      params: ElectionParams,
      response: answers(200, 'Election', 'The election as it is now'),
    },
  }, async (request, reply) => {
    const election = await app.elections.read(request.params.id)
    if (finalStatuses.has(election.state.status)) reply.isFixed()
    return election
  })

  app.get('/elections/:id/turnout', {
    config: { asksLedger: true },
    schema: {
      operationId: 'readTurnout',
      tags,
      summary: 'How many ballots are in the box: all there is to know before the close',
      params: ElectionParams,
      response: answers(200, 'Turnout', 'The turnout at this moment'),
    },
  }, async (request, reply) => {
    const { id } = request.params
    const { roll } = await app.elections.ballotForm(id)
    const ballots = await app.turnout.of(id)
    reply.header('cache-control', 'no-cache')
    return { ballots, roll }
  })

  app.get('/elections/:id/root-statements', {
    config: { asksLedger: true },
    schema: {
      operationId: 'readRootStatements',
      tags,
      summary: 'The roots of the ballot box that the trustees signed: over the credential keys and trackers of all ballots that are counted',
      params: ElectionParams,
      response: answers(200, 'RootStatements', 'The statements so far'),
    },
  }, async (request, reply) => {
    const { state } = await app.elections.read(request.params.id)
    const { records } = await readContract(app.ledger, RecordPage, 'readRecords', [request.params.id, 'box-root', '', '100'])
    if (finalStatuses.has(state.status)) reply.isFixed()
    return { statements: records.map(({ value }) => JSON.parse(Buffer.from(value, 'base64url').toString()) as unknown) }
  })

  app.get('/elections/:id/result', {
    config: { asksLedger: true },
    schema: {
      operationId: 'readResult',
      tags,
      summary: 'The result, once it is published',
      params: ElectionParams,
      response: answers(200, 'Result', 'The result'),
    },
  }, async (request, reply) => {
    const result = await readContract(app.ledger, Result, 'readResult', [request.params.id])
    reply.isFixed()
    return result
  })

  app.get('/elections/:id/history', {
    config: { asksLedger: true },
    schema: {
      operationId: 'readHistory',
      tags,
      summary: 'Every change of the state of an election, oldest first',
      params: ElectionParams,
      response: answers(200, 'History', 'The history'),
    },
  }, async (request, reply) => {
    const history = await readContract(app.ledger, History, 'readHistory', [request.params.id])
    const last = history.history.at(-1)
    if (last !== undefined && finalStatuses.has(last.state.status)) reply.isFixed()
    return history
  })

  app.get('/elections/:id/issuances/:registrar/:leaf', {
    config: { asksLedger: true },
    schema: {
      operationId: 'readIssuance',
      tags,
      summary: 'Whether a registrar issued a credential for a place on the roll',
      params: Type.Object({
        id: Hash,
        registrar: Type.String({ pattern: '^(0|[1-9][0-9]?)$', description: 'Place among the registrars of the definition, from 0' }),
        leaf: Hash,
      }, { additionalProperties: false }),
      response: answers(200, 'Issuance', 'The issuance'),
    },
  }, async (request, reply) => {
    const { id, registrar, leaf } = request.params
    const issuance = await readContract(app.ledger, Issuance, 'readIssuance', [id, registrar, leaf])
    reply.isFixed()
    return issuance
  })

  app.get('/booths', {
    config: { asksLedger: true },
    schema: {
      operationId: 'listBooths',
      tags,
      summary: 'Releases of the booth, and which members stand for them',
      response: answers(200, 'BoothReleases', 'All that members have spoken of'),
    },
  }, async () => await readContract(app.ledger, BoothReleases, 'readBooths', []))

  app.get('/booths/:hash', {
    config: { asksLedger: true },
    schema: {
      operationId: 'readBooth',
      tags,
      summary: 'Which members stand for one release of the booth',
      params: Type.Object({ hash: Hash }, { additionalProperties: false }),
      response: answers(200, 'BoothRelease', 'What members said of it; nothing when nobody did'),
    },
  }, async (request) => await readContract(app.ledger, BoothRelease, 'readBooth', [request.params.hash]))

  app.get('/directory', {
    config: { asksLedger: true },
    schema: {
      operationId: 'readDirectory',
      tags,
      summary: 'Where the services of the consortium are, each signed by the key it names',
      response: answers(200, 'Directory', 'The directory'),
    },
  }, async () => await readCheckedDirectory(app.ledger))
}

export default routes
