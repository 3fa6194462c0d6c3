import { createHash, timingSafeEqual } from 'node:crypto'
import fp from 'fastify-plugin'
import type { onRequestAsyncHookHandler } from 'fastify'
import type { Definition } from '../../../protocol/src/definition.ts'
import { ScrutinError } from '../../../protocol/src/errors.ts'

declare module 'fastify' {
  interface FastifyRequest {
    /** The tenant whose API key came with the request; null where none is asked for. */
    tenant: string | null
  }
  interface FastifyInstance {
    /** `onRequest` hook of the organisers' routes: `access.unauthenticated` without a valid key. */
    readonly authenticateTenant: onRequestAsyncHookHandler
    /** Throws unless the definition names this member and the tenant as the organiser. */
    assertOrganiser (definition: Definition, tenant: string | null): void
  }
}

/** Organisers' API keys: each belongs to one tenant of this member; only SHA-256 hashes are kept. */
export default fp(async (app) => {
  const keys = app.config.tenants.flatMap(({ id, apiKeySha256 }) => apiKeySha256.map((hash) => ({ tenant: id, hash: Buffer.from(hash, 'hex') })))

  app.decorateRequest('tenant', null)

  app.decorate('authenticateTenant', async (request, reply) => {
    const [, key] = /^Bearer ([A-Za-z0-9_-]{1,200})$/.exec(request.headers.authorization ?? '') ?? []
    const hash = createHash('sha256').update(key ?? '').digest()
    // all of them, whichever fits: the time must not tell how far the search went
    const fitting = keys.filter((candidate) => timingSafeEqual(candidate.hash, hash))
    if (key === undefined || fitting[0] === undefined) {
      reply.header('www-authenticate', 'Bearer')
      throw new ScrutinError('access.unauthenticated')
    }
    request.tenant = fitting[0].tenant
  })

  app.decorate('assertOrganiser', ({ organiser }, tenant) => {
    if (organiser.mspId !== app.organiserLedger.mspId) throw new ScrutinError('access.msp', `this gateway is of ${app.organiserLedger.mspId}`)
    if (organiser.tenant !== tenant) throw new ScrutinError('access.tenant')
  })
}, { name: 'api-keys', dependencies: ['ports'] })
