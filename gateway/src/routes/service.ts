/** The gateway itself: is it alive, is it ready, what does it offer. */
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import Type from 'typebox'
import { ScrutinError } from '../../../protocol/src/errors.ts'
import { describe, problems } from '../route-schemas.ts'

const Status = Type.Object({ status: Type.Literal('ok') }, { additionalProperties: false })
const ok = { status: 'ok' } as const

const routes: FastifyPluginAsyncTypebox = async (app) => {
  const tags = ['service']

  app.get('/livez', {
    schema: {
      operationId: 'isAlive',
      tags,
      summary: 'Whether the process answers',
      response: { 200: describe('It does', { 'application/json': Status }), ...problems },
    },
  }, async (_request, reply) => {
    reply.header('cache-control', 'no-store')
    return ok
  })

  app.get('/readyz', {
    schema: {
      operationId: 'isReady',
      tags,
      summary: 'Whether the ledger is in reach and its directory names this gateway',
      response: { 200: describe('It is', { 'application/json': Status }), ...problems },
    },
  }, async (_request, reply) => {
    await app.ledger.status()
    if (!app.isInDirectory()) throw new ScrutinError('ledger.unavailable', 'the directory does not name this gateway yet')
    reply.header('cache-control', 'no-store')
    return ok
  })

  app.get('/openapi.json', {
    schema: {
      operationId: 'readOpenApi',
      tags,
      summary: 'This description',
      response: { 200: describe('OpenAPI 3.1', { 'application/json': Type.Object({}) }), ...problems },
    },
  }, async () => app.swagger())
}

export default routes
