import type { Client } from '@grpc/grpc-js'
import { common, orderer } from '@hyperledger/fabric-protos'

/**
 * Hands a transaction to one orderer.
 *
 * @param envelope the serialised `common.Envelope`
 * @returns the orderer's status (`common.Status`): SUCCESS says that it took the transaction, not that it orders it
 * @throws gRPC's ServiceError when it does not answer
 */
export async function broadcast (client: Client, envelope: Uint8Array, milliseconds: number): Promise<number> {
  return await new Promise((resolve, reject) => {
    const stream = client.makeBidiStreamRequest('/orderer.AtomicBroadcast/Broadcast',
      (bytes: Uint8Array) => Buffer.from(bytes), (bytes: Buffer) => orderer.BroadcastResponse.deserializeBinary(new Uint8Array(bytes)),
      { deadline: Date.now() + milliseconds })
    stream.on('data', (response: orderer.BroadcastResponse) => {
      resolve(response.getStatus())
      stream.end()
    })
    stream.on('error', reject)
    stream.on('end', () => { reject(new Error('the orderer ended the stream without a status')) })
    stream.write(envelope)
  })
}

export function isTaken (status: number): boolean {
  return status === common.Status.SUCCESS
}
