/** One request and one answer over gRPC, as bytes. */
import { type Client, type ServiceError, status } from '@grpc/grpc-js'
import { ScrutinError } from '../../../protocol/src/errors.ts'

/**
 * @param method the full name: /package.Service/Method
 * @throws gRPC's ServiceError, at once when the peer is known to be down
 */
export async function call (client: Client, method: string, request: Uint8Array, milliseconds: number): Promise<Uint8Array> {
  return await new Promise((resolve, reject) => {
    client.makeUnaryRequest(method, (bytes: Uint8Array) => Buffer.from(bytes), (bytes: Buffer) => new Uint8Array(bytes), request,
      { deadline: Date.now() + milliseconds }, (error, answer) => {
        if (answer === undefined) reject(error ?? new Error('gRPC gave neither an answer nor an error'))
        else resolve(answer)
      })
  })
}

/** `ledger.timeout` when the time was up, else `ledger.unavailable`. */
export function asUnavailable (cause: unknown, what: string): ScrutinError {
  if (cause instanceof ScrutinError) return cause
  return new ScrutinError(isTimeout(cause) ? 'ledger.timeout' : 'ledger.unavailable', what, { cause })
}

export function isTimeout (error: unknown): boolean {
  return isServiceError(error) && error.code === status.DEADLINE_EXCEEDED
}

function isServiceError (error: unknown): error is ServiceError {
  return error instanceof Error && 'code' in error && 'details' in error
}
