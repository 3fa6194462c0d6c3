/** What happens on the ledger, as it happens. */
import { Readable } from 'node:stream'
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import type { FastifyReply, FastifyRequest } from 'fastify'
import Type from 'typebox'
import { ScrutinError } from '../../../protocol/src/errors.ts'
import { parseEventId } from '../event-feed.ts'
import { ReplaySlots } from '../replay-slots.ts'
import { describe, ElectionParams, problems } from '../route-schemas.ts'
import { streamEvents } from '../stream-events.ts'

const defaultHeartbeatSeconds = 15
const defaultMaxClients = 500
const defaultMaxClientsPerAddress = 50
/** So many read what is no longer in memory at the same time, from as many addresses. */
const readersAtOnce = 4
/** A client that takes nothing for so long is cut off. */
const defaultSlowSeconds = 30
const defaultReplaySeconds = 60

interface Client {
  /** When it was last given something that it has not taken yet. */
  givenAt: number | undefined
  readonly cut: () => void
}

const routes: FastifyPluginAsyncTypebox = async (app) => {
  const {
    heartbeatSeconds = defaultHeartbeatSeconds, maxClients = defaultMaxClients, maxClientsPerAddress = defaultMaxClientsPerAddress, slowSeconds = defaultSlowSeconds, replaySeconds = defaultReplaySeconds,
  } = app.config.events ?? {}
  const clients = new Set<Client>()
  const replays = new ReplaySlots(readersAtOnce, maxClients)
  /** In memory only, while they are connected. */
  const perAddress = new Map<string, number>()
  const sweep = setInterval(() => {
    for (const { givenAt, cut } of clients) if (givenAt !== undefined && performance.now() - givenAt > 1000 * slowSeconds) cut()
  }, Math.min(1000, 250 * slowSeconds))
  sweep.unref()
  const end = new AbortController()
  app.addHook('preClose', async () => { end.abort() })
  app.addHook('onClose', async () => { clearInterval(sweep) })

  const stream = async (request: FastifyRequest, reply: FastifyReply, electionId?: string): Promise<FastifyReply> => {
    const last = request.headers['last-event-id']
    const after = typeof last === 'string' && last !== '' ? parseEventId(last) : undefined
    if (last !== undefined && last !== '' && after === undefined) throw new ScrutinError('input.malformed', 'Last-Event-ID is block:transaction:index')
    const ofAddress = perAddress.get(request.ip) ?? 0
    if (clients.size >= maxClients || ofAddress >= maxClientsPerAddress) throw new ScrutinError('service.busy', 'too many follow the events')
    perAddress.set(request.ip, ofAddress + 1)
    const stop = new AbortController()
    const client: Client = { givenAt: undefined, cut: () => { reply.raw.destroy() } }
    clients.add(client)
    app.eventFeed.clients++
    reply.raw.once('close', () => {
      stop.abort()
      clients.delete(client)
      app.eventFeed.clients--
      const left = (perAddress.get(request.ip) ?? 1) - 1
      if (left > 0) perAddress.set(request.ip, left)
      else perAddress.delete(request.ip)
    })
    const events = streamEvents({
      feed: app.eventFeed,
      ledger: app.ledger,
      enterReplay: async () => await replays.enter(request.ip),
      replayMs: 1000 * replaySeconds,
      electionId,
      after,
      heartbeatMs: 1000 * heartbeatSeconds,
      signal: AbortSignal.any([stop.signal, end.signal]),
    })
    // a stream that ends when the gateway stops must not leave a connection behind that is waited for
    reply.type('text/event-stream').header('cache-control', 'no-store').header('x-accel-buffering', 'no').header('connection', 'close')
    return await reply.send(Readable.from(watched(events, client), { highWaterMark: 1 }))
  }

  const answer = {
    200: describe('Events; `id` is block:transaction:index, `data` one JSON object', { 'text/event-stream': Type.String() }),
    ...problems,
  }
  const description = 'Server-sent events. Resumes after the header `Last-Event-ID` without loss or doubles, however long ago that was.'

  app.get('/events', {
    exposeHeadRoute: false,
    schema: { operationId: 'followEvents', tags: ['elections'], summary: 'What happens on the ledger, as it happens', description, response: answer },
  }, async (request, reply) => await stream(request, reply))

  app.get('/elections/:id/events', {
    exposeHeadRoute: false,
    schema: { operationId: 'followElection', tags: ['elections'], summary: 'What happens to an election, as it happens', description, params: ElectionParams, response: answer },
  }, async (request, reply) => await stream(request, reply, request.params.id))
}

/** Notes when the client was given something and when it took it. */
async function * watched (events: AsyncGenerator<string>, client: Client): AsyncGenerator<string> {
  for await (const text of events) {
    client.givenAt = performance.now()
    yield text
    client.givenAt = undefined
  }
}

export default routes
