/** Where a bundle comes from: a file, standard input (`-`) or a gateway's address. */
import { createReadStream } from 'node:fs'
import { maxBlockLineLength, parseBlockBundleHeader, readBundledBlocks } from '../../protocol/src/block-bundle.ts'
import { splitLines } from '../../protocol/src/bundle-reader.ts'

/** The file or the network failed, not the bundle. */
export class BundleReadError extends Error {
  override readonly name = 'BundleReadError'
}

/** The bundle's lines, read as a stream. The iteration throws `BundleReadError` when reading fails. */
export function openBundle (source: string): AsyncIterable<string> {
  return splitLines(openText(source), maxBlockLineLength)
}

async function * openText (source: string): AsyncGenerator<string> {
  try {
    yield * openSource(source)
  } catch (cause) {
    throw new BundleReadError(cause instanceof Error ? cause.message : String(cause), { cause })
  }
}

function openSource (source: string): AsyncIterable<string> {
  if (source === '-') return process.stdin.setEncoding('utf8')
  if (/^https?:\/\//.test(source)) return download(source)
  return createReadStream(source, { encoding: 'utf8', highWaterMark: 1 << 20 })
}

async function * download (url: string): AsyncGenerator<string> {
  const response = await fetch(url, { headers: { accept: 'application/x-ndjson' } })
  if (!response.ok || response.body === null) throw new Error(`${url} answered ${response.status}`)
  yield * response.body.pipeThrough(new TextDecoderStream())
}

/** The blocks of a bundle. Throws `BundleReadError`, also for a bundle of records, which holds none; and as its parsing does. */
export async function * openBlocks (source: string): AsyncGenerator<{ readonly bytes: Uint8Array }> {
  const lines = openBundle(source)[Symbol.asyncIterator]()
  try {
    const first = await lines.next()
    if (first.done === true || parseBlockBundleHeader(first.value) === undefined) throw new BundleReadError(`${source} holds no blocks: it can't be compared`)
    yield * readBundledBlocks(lines)
  } finally {
    await lines.return?.()
  }
}
