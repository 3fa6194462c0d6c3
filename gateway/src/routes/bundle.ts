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
      summary: 'An election, for verifying it',
      description: 'One JSON object a line: every block of the channel from the first on (`scrutin-bundle/2`), to the one in which the election ended, or to the newest. ' +
        'A gateway that tries things out without Fabric gives the election\'s records instead (`scrutin-bundle/1`); of a live election, only what can change no more.',
      params: ElectionParams,
      response: {
        200: describe('The bundle', { 'application/x-ndjson': Type.String() }),
        ...problems,
      },
    },
  }, async (request, reply) => {
    const { id } = request.params
    const { ledger } = app.config
    const { isFinal, version, lines } = await openBundle(app.ledger, id, ledger.kind === 'fabric' ? ledger.channel : undefined)
    if (isFinal) {
      const etag = `"${id}.${version}"`
      reply.isFixed().header('etag', etag)
      if (isKnown(request.headers['if-none-match'], etag)) return await reply.code(304).send()
    }
    reply.type('application/x-ndjson').header('content-disposition', `attachment; filename="${id}.ndjson"`)
    // reads the next page only when the client has taken the last
    return Readable.from(lines)
  })
}

export default routes
