import type { Readable } from 'node:stream'
import { ScrutinError } from '../../protocol/src/errors.ts'

/**
 * Reads a body of at most `length` bytes; one byte more is `input.too-large`, and nothing further is read.
 *
 * @param announced what the sender says will come: too much is refused before any of it does
 */
export async function readBallotBytes (body: Readable, length: number, announced = 0): Promise<Uint8Array> {
  if (announced > length) throw new ScrutinError('input.too-large', `a ballot of this election has ${length} bytes`)
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of body as AsyncIterable<Buffer>) {
    size += chunk.length
    if (size > length) throw new ScrutinError('input.too-large', `a ballot of this election has ${length} bytes`)
    chunks.push(chunk)
  }
  return Buffer.concat(chunks, size)
}
