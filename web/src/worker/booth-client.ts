/** The page's side of the worker. */
import type { BoothCalls, BoothEvent, Call, Failure, FromWorker } from './calls.ts'

/** What a call failed for: a code of the catalogue, or `failed` for what should not happen. */
export class BoothError extends Error {
  override readonly name = 'BoothError'
  readonly code: Failure['code']
  readonly detail: string | undefined

  constructor ({ code, detail }: Failure) {
    super(`${code}${detail === undefined ? '' : `: ${detail}`}`)
    this.code = code
    this.detail = detail
  }
}

export class BoothClient {
  readonly #worker: Worker
  readonly #waiting = new Map<number, { resolve: (result: unknown) => void, reject: (error: BoothError) => void }>()
  #number = 0

  constructor (worker: Worker, onEvent: (event: BoothEvent) => void) {
    this.#worker = worker
    worker.onmessage = ({ data }: MessageEvent<FromWorker>) => {
      if ('event' in data) return onEvent(data)
      const waiting = this.#waiting.get(data.number)
      this.#waiting.delete(data.number)
      if ('failure' in data) waiting?.reject(new BoothError(data.failure))
      else waiting?.resolve(data.result)
    }
    worker.onerror = () => {
      for (const { reject } of this.#waiting.values()) reject(new BoothError({ code: 'failed', detail: 'the worker stopped' }))
      this.#waiting.clear()
    }
  }

  async call<Name extends keyof BoothCalls> (name: Name, ...args: Parameters<BoothCalls[Name]>): Promise<Awaited<ReturnType<BoothCalls[Name]>>> {
    const number = ++this.#number
    const result = new Promise<unknown>((resolve, reject) => { this.#waiting.set(number, { resolve, reject }) })
    this.#worker.postMessage({ number, name, args } as Call)
    return await result as Awaited<ReturnType<BoothCalls[Name]>>
  }
}
