/** One request to a REST API of Scrutin: JSON out, JSON in, and every failure with a code of the catalogue. */
import type { Static, TSchema } from 'typebox'
import { Value } from 'typebox/value'
import { isErrorCode, ScrutinError } from '../../protocol/src/errors.ts'

export interface RestRequest {
  readonly method?: 'GET' | 'POST'
  readonly headers?: Readonly<Record<string, string>>
  /** Sent as JSON, or as it is. */
  readonly body?: Uint8Array | object
  readonly signal?: AbortSignal | undefined
}

export interface RestAnswer {
  readonly status: number
  readonly headers: Headers
  readonly body: unknown
}

/**
 * @throws ScrutinError what the problem of the answer says (RFC 9457), `service.unreachable` when there is no answer,
 * `service.answer` when it is of another form. An abort by the signal throws the signal's reason.
 */
export async function request (url: string, options: RestRequest = {}): Promise<RestAnswer> {
  const response = await open(url, options)
  const text = await reading(url, options.signal, async () => await response.text())
  const body = parseJson(text)
  if (!response.ok) throw problemOf(url, response.status, body)
  if (body === undefined) throw new ScrutinError('service.answer', `${originOf(url)} did not answer with JSON`)
  return { status: response.status, headers: response.headers, body }
}

/** The same for a long answer: its text in pieces. Leaving the iteration ends the request. */
export async function * requestText (url: string, signal?: AbortSignal): AsyncGenerator<string> {
  const response = await open(url, { signal })
  if (!response.ok || response.body === null) {
    throw problemOf(url, response.status, parseJson(await reading(url, signal, async () => await response.text())))
  }
  const reader = response.body.getReader()
  const decoder = new TextDecoder()
  try {
    for (;;) {
      const { done, value } = await reading(url, signal, async () => await reader.read())
      if (done) break
      yield decoder.decode(value, { stream: true })
    }
    yield decoder.decode()
  } finally {
    await reader.cancel().catch(() => {})
  }
}

/** Checks an answer at the border; more fields than expected are no harm. */
export function parseAnswer<Schema extends TSchema> (schema: Schema, { body }: RestAnswer, url: string): Static<Schema> {
  if (!Value.Check(schema, body)) {
    const [first] = Value.Errors(schema, body)
    throw new ScrutinError('service.answer', `${originOf(url)}: ${first?.instancePath ?? ''} ${first?.message ?? ''}`)
  }
  return body
}

async function open (url: string, { method = 'GET', headers = {}, body, signal }: RestRequest): Promise<Response> {
  const isBytes = body instanceof Uint8Array
  return await reading(url, signal, async () => await fetch(url, {
    method,
    // the browser's own would tell voters of one language from the others
    headers: { 'accept-language': '*', ...body === undefined ? {} : { 'content-type': isBytes ? 'application/octet-stream' : 'application/json' }, ...headers },
    ...body === undefined ? {} : { body: isBytes ? body as Uint8Array<ArrayBuffer> : JSON.stringify(body) },
    ...signal === undefined ? {} : { signal },
    // nothing here goes by cookies, and no redirect may lead codes elsewhere
    credentials: 'omit',
    redirect: 'error',
    referrerPolicy: 'no-referrer',
    // what a service gave this browser to keep, an entity tag for example, would come back with a later request
    cache: 'no-store',
  }))
}

async function reading<T> (url: string, signal: AbortSignal | undefined, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (cause) {
    signal?.throwIfAborted()
    throw new ScrutinError('service.unreachable', originOf(url), { cause })
  }
}

function problemOf (url: string, status: number, body: unknown): ScrutinError {
  if (typeof body === 'object' && body !== null && 'code' in body && isErrorCode(body.code)) {
    const detail = 'detail' in body && typeof body.detail === 'string' ? body.detail : undefined
    return new ScrutinError(body.code, detail)
  }
  return new ScrutinError(status >= 500 ? 'service.unreachable' : 'service.answer', `${originOf(url)} answered with status ${status}`)
}

function parseJson (text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function originOf (url: string): string {
  return URL.canParse(url) ? new URL(url).origin : url
}
