import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import Type from 'typebox'
import { fromBase64url } from '../../../protocol/src/bytes.ts'
import { Hash } from '../../../protocol/src/definition-schema.ts'
import { ScrutinError } from '../../../protocol/src/errors.ts'
import type { IssuingDesk } from '../issuing-desk.ts'
import type { WrongCodes } from '../wrong-codes.ts'

const closed = { additionalProperties: false } as const
const Address = Type.Object({ id: Hash }, closed)
const Code = Type.String({ minLength: 1, maxLength: 64 })
/** 256 bytes, base64url without padding. */
const BlindedMessage = Type.String({ minLength: 342, maxLength: 342, pattern: '^[A-Za-z0-9_-]*$' })

const waitSeconds = { preferred: 10, most: 30 }
const retrySeconds = { most: 60 }

export interface ElectionRoutesOptions {
  readonly desk: IssuingDesk
  readonly wrongCodes: WrongCodes
}

/** The one thing voters come for: to be found on the roll, and a blind signature. */
const electionRoutes: FastifyPluginAsyncTypebox<ElectionRoutesOptions> = async (app, { desk, wrongCodes }) => {
  // nothing that is said to one person may be kept for the next
  app.addHook('onSend', async (_request, reply) => { reply.header('cache-control', 'no-store') })

  app.get('/v1/elections/:id', { schema: { params: Address } }, async (request) => await desk.describe(request.params.id))

  app.post('/v1/elections/:id/identify', { schema: { params: Address, body: Type.Object({ code: Code }, closed) } }, async (request) => {
    const { place, salt } = await counted(request.ip, async () => desk.identify(request.params.id, request.body.code))
    return { classIndex: place.classIndex, salt, place }
  })

  app.post('/v1/elections/:id/credentials', {
    schema: { params: Address, body: Type.Object({ code: Code, blindedMessage: BlindedMessage }, closed) },
  }, async (request, reply) => {
    const waitMs = preferredWaitSeconds(request.headers.prefer) * 1000
    const obtained = await counted(request.ip, async () =>
      await desk.obtain(request.params.id, request.body.code, fromBase64url(request.body.blindedMessage), waitMs))
    if (obtained.status === 'waiting') {
      reply.code(202).header('retry-after', Math.min(obtained.retryAfterSeconds, retrySeconds.most))
      return { status: 'waiting' }
    }
    const { leaf: { place, salt }, signature } = obtained
    return { signature, classIndex: place.classIndex, salt, place }
  })

  /** Counts wrong codes, and refuses those who tried too many before they try another. */
  async function counted<T> (address: string, work: () => Promise<T>): Promise<T> {
    if (wrongCodes.isExceeded(address, Date.now())) throw new ScrutinError('access.rate', 'too many wrong codes')
    try {
      return await work()
    } catch (error) {
      if (error instanceof ScrutinError && error.code === 'access.unauthenticated') wrongCodes.count(address, Date.now())
      throw error
    }
  }
}
export default electionRoutes

/** `Prefer: wait=N` of RFC 7240, in seconds. */
function preferredWaitSeconds (header: string | string[] | undefined): number {
  const match = /(?:^|[,\s])wait=([0-9]{1,5})(?:$|[,;\s])/.exec(String(header ?? ''))
  return match === null ? waitSeconds.preferred : Math.min(Number(match[1]), waitSeconds.most)
}
