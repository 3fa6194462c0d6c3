import { Readable } from 'node:stream'
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import type { FastifyReply, FastifyRequest } from 'fastify'
import Type from 'typebox'
import { isKnown } from '../plugins/caching.ts'
import { describe, ElectionParams, problems } from '../route-schemas.ts'
import { type Bundle, openBundle, openRecords } from '../stream-bundle.ts'

const response = {
  200: describe('The bundle', { 'application/x-ndjson': Type.String() }),
  ...problems,
}

const routes: FastifyPluginAsyncTypebox = async (app) => {
  app.get('/elections/:id/bundle', {
    // a HEAD would read the whole election for nothing
    exposeHeadRoute: false,
    schema: {
      operationId: 'downloadBundle',
      tags: ['elections'],
      summary: 'An election, for verifying it',
      description: 'One JSON object a line: every block of the channel from the first on (`scrutin-bundle/2`), to the one in which the election ended, or to the newest. ' +
        'A gateway that tries things out without Fabric gives the election\'s records instead.',
      params: ElectionParams,
      response,
    },
  }, async (request, reply) => {
    const { ledger } = app.config
    const { id } = request.params
    const bundle = ledger.kind === 'fabric' ? await openBundle(app.ledger, id, ledger.channel) : await openRecords(app.ledger, id)
    return await send(request, reply, id, bundle)
  })

  app.get('/elections/:id/records', {
    exposeHeadRoute: false,
    schema: {
      operationId: 'downloadRecords',
      tags: ['elections'],
      summary: 'All records of an election',
      description: 'One JSON object a line (`scrutin-bundle/1`); the last says how many records there were. Of a live election, only what can change no more. ' +
        'They fit together, or not; whose they are, only blocks show.',
      params: ElectionParams,
      response,
    },
  }, async (request, reply) => await send(request, reply, request.params.id, await openRecords(app.ledger, request.params.id)))
}

async function send (request: FastifyRequest, reply: FastifyReply, id: string, { isFinal, version, lines }: Bundle): Promise<Readable | FastifyReply> {
  if (isFinal) {
    const etag = `"${id}.${version}"`
    reply.isFixed().header('etag', etag)
    if (isKnown(request.headers['if-none-match'], etag)) return await reply.code(304).send()
  }
  reply.type('application/x-ndjson').header('content-disposition', `attachment; filename="${id}.ndjson"`)
  // reads on only when the client has taken what was read
  return Readable.from(lines)
}

export default routes
