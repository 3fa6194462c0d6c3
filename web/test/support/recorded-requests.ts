/** Everything that comes to servers of this process, as it comes: method, address, headers and body. */
import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import type { IncomingMessage } from 'node:http'

const channel = 'http.server.request.start'

export interface RecordedRequest {
  readonly method: string
  readonly url: string
  readonly host: string
  /** As they came, names and values in turn. */
  readonly headers: readonly string[]
  readonly body: Buffer
}

/** Records until it is stopped. */
export function recordRequests (): { readonly requests: () => RecordedRequest[], stop (): void } {
  const seen: { request: IncomingMessage, chunks: Buffer[] }[] = []
  const onStart = (message: unknown): void => {
    const { request } = message as { request: IncomingMessage }
    const chunks: Buffer[] = []
    seen.push({ request, chunks })
    const push = request.push.bind(request)
    request.push = (chunk: Buffer | null, encoding?: BufferEncoding) => {
      if (chunk !== null) chunks.push(chunk)
      return push(chunk, encoding)
    }
  }
  subscribe(channel, onStart)
  return {
    requests: () => seen.map(({ request, chunks }) => ({ method: request.method ?? '', url: request.url ?? '', host: request.headers.host ?? '', headers: request.rawHeaders, body: Buffer.concat(chunks) })),
    stop: () => { unsubscribe(channel, onStart) },
  }
}
