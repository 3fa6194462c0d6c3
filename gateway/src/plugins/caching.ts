import { createHash } from 'node:crypto'
import fp from 'fastify-plugin'

declare module 'fastify' {
  interface FastifyReply {
    /** Says that this answer will never change. */
    isFixed (): this
  }
}

const forever = 'public, max-age=31536000, immutable'

/** Reads carry the hash of what they answer as their ETag; asked again with it, 304. */
export default fp(async (app) => {
  app.decorateReply('isFixed', function () {
    return this.header('cache-control', forever)
  })

  app.addHook('onSend', async (request, reply, payload) => {
    if (request.method !== 'GET' || reply.statusCode !== 200) return payload
    if (!reply.hasHeader('cache-control')) reply.header('cache-control', 'no-cache')
    if (typeof payload === 'string') reply.header('etag', `"${createHash('sha256').update(payload).digest('base64url')}"`)
    if (!isKnown(request.headers['if-none-match'], reply.getHeader('etag'))) return payload
    reply.code(304).removeHeader('content-length')
    return null
  })
}, { name: 'caching' })

/** Whether the client's `If-None-Match` names this ETag (RFC 9110 section 13.1.2, weak comparison). */
export function isKnown (ifNoneMatch: string | undefined, etag: unknown): boolean {
  if (ifNoneMatch === undefined || typeof etag !== 'string') return false
  return ifNoneMatch.split(',').map((tag) => tag.trim().replace(/^W\//, '')).some((tag) => tag === '*' || tag === etag)
}
