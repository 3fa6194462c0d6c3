/** Events as a stream of text (SSE, WHATWG HTML section 9.2), for one client. */
import type { ContractEvent, Ledger } from '../../ledger/src/port.ts'
import { type EventFeed, eventId, type EventPlace, isAfter } from './event-feed.ts'

export interface EventStreamOptions {
  readonly feed: EventFeed
  readonly ledger: Ledger
  /** Takes a slot among those that read from the ledger; gives what hands it back, which may be called again. */
  readonly enterReplay: () => Promise<() => void>
  /** So long a client may read from the ledger, however slowly it takes what it gets; then it comes back. */
  readonly replayMs: number
  /** Only events of this election; all without it. */
  readonly electionId?: string | undefined
  /** The last event that the client has seen; without it, it gets what comes from now on. */
  readonly after?: EventPlace | undefined
  readonly heartbeatMs: number
  readonly signal: AbortSignal
}

/** How long a client waits before it connects again, milliseconds. */
const retryMs = 2000

/**
 * Every event once, in order; a comment as heartbeat when there is none for a while. What is no longer kept in memory
 * is read from the ledger again, for a bounded time. Ends when that is over, or when the client has fallen behind so far
 * that it would have to: it comes back with `Last-Event-ID`, as one more among those that may read from the ledger.
 */
export async function * streamEvents ({ feed, ledger, enterReplay, replayMs, electionId, after, heartbeatMs, signal }: EventStreamOptions): AsyncGenerator<string> {
  yield `retry: ${retryMs}\n\n`
  let place = after ?? feed.newest
  if (place !== undefined && feed.after(place) === undefined) {
    const start = place
    const leave = await enterReplay()
    const isOver = new AbortController()
    // a client that takes nothing holds the generator up at a yield, but not its slot
    const timer = setTimeout(() => {
      isOver.abort()
      leave()
    }, replayMs)
    try {
      for await (const event of ledger.events({ from: start.blockNumber, signal: AbortSignal.any([signal, isOver.signal]) })) {
        if (isOver.signal.aborted) break
        if (!isAfter(event, start)) continue
        const text = describe(event, electionId)
        if (text !== undefined) yield text
        place = event
        if (feed.after(place) !== undefined) break
      }
    } finally {
      clearTimeout(timer)
      leave()
    }
    if (isOver.signal.aborted) return
  }
  while (!signal.aborted) {
    place ??= feed.newest
    const events = place === undefined ? [] : feed.after(place)
    if (events === undefined) return
    for (const event of events) {
      const text = describe(event, electionId)
      if (text !== undefined) yield text
      place = event
    }
    if (events.length === 0 && !await somethingCame(feed, heartbeatMs, signal)) yield ':\n\n'
  }
}

/** One event as text; undefined when it is of another election. */
function describe (event: ContractEvent, electionId: string | undefined): string | undefined {
  const payload: unknown = JSON.parse(new TextDecoder().decode(event.payload))
  const concerns = typeof payload === 'object' && payload !== null && 'electionId' in payload ? payload.electionId : undefined
  if (electionId !== undefined && concerns !== electionId) return undefined
  const data = JSON.stringify({ transactionId: event.transactionId, blockNumber: event.blockNumber.toString(), ...(payload as object) })
  return `id: ${eventId(event)}\nevent: ${event.name}\ndata: ${data}\n\n`
}

async function somethingCame (feed: EventFeed, ms: number, signal: AbortSignal): Promise<boolean> {
  return await new Promise((resolve) => {
    const settle = (came: boolean): void => {
      clearTimeout(timer)
      unlisten()
      signal.removeEventListener('abort', onAbort)
      resolve(came)
    }
    const onAbort = (): void => { settle(true) }
    const timer = setTimeout(() => { settle(false) }, ms)
    const unlisten = feed.listen(() => { settle(true) })
    signal.addEventListener('abort', onAbort)
    if (signal.aborted) onAbort()
  })
}
