import { Readable } from 'node:stream'
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import Type from 'typebox'
import { isKnown } from '../plugins/caching.ts'
import { describe, ElectionParams, problems } from '../route-schemas.ts'
import { openBundle } from '../stream-bundle.ts'

const routes: FastifyPluginAsyncTypebox = async (app) => {
  app.get('/elections/:id/bundle', {
    // a HEAD would read the whole election for nothing
    exposeHeadRoute: false,
    schema: {
      operationId: 'downloadBundle',
      tags: ['elections'],
      summary: 'All records of an election, for verifying it',
      description: 'One JSON object a line; the last says how many records there were. Of a live election, only what can change no more.',
      params: ElectionParams,
      response: {
        200: describe('The bundle', { 'application/x-ndjson': Type.String() }),
        ...problems,
      },
    },
  }, async (request, reply) => {
    const { id } = request.params
    const { isFinal, lines } = await openBundle(app.ledger, id)
    if (isFinal) {
      reply.isFixed().header('etag', `"${id}"`)
      if (isKnown(request.headers['if-none-match'], `"${id}"`)) return await reply.code(304).send()
    }
    reply.type('application/x-ndjson').header('content-disposition', `attachment; filename="${id}.ndjson"`)
    // reads the next page only when the client has taken the last
    return Readable.from(lines)
  })
}

export default routes
