/** The entry of the worker: calls come one after the other or at once, each is answered. Nothing of a failure but its code and detail goes back. */
import { ScrutinError } from '../../../protocol/src/errors.ts'
import { BoothDesk } from './booth-desk.ts'
import type { BoothCalls, Call, Failure, FromWorker } from './calls.ts'
import { KeptElections } from './kept.ts'
import { loadArithmetic } from './load-arithmetic.ts'

/** What TypeScript knows of a worker's global object only with another library than a page's. */
interface WorkerScope {
  postMessage (message: FromWorker): void
  onmessage: ((event: MessageEvent<Call>) => void) | null
}
const scope = globalThis as unknown as WorkerScope

const ready = prepare()

async function prepare (): Promise<BoothCalls> {
  const [kept] = await Promise.all([KeptElections.open(), loadArithmetic()])
  return new BoothDesk(kept, (event) => { scope.postMessage(event) })
}

scope.onmessage = ({ data }) => { void reply(data) }

async function reply ({ number, name, args }: Call): Promise<void> {
  try {
    const desk = await ready
    const call = desk as Record<typeof name, (...args: unknown[]) => Promise<unknown>>
    scope.postMessage({ number, result: await call[name](...args) })
  } catch (error) {
    scope.postMessage({ number, failure: failureOf(error) })
  }
}

function failureOf (error: unknown): Failure {
  if (error instanceof ScrutinError) return { code: error.code, detail: error.detail }
  return { code: 'failed', detail: error instanceof Error ? error.message : undefined }
}
