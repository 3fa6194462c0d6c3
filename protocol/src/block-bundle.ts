/**
 * A bundle of whole blocks (`scrutin-bundle/2`, SPEC.md 11.1): a header, every
 * block of the channel from the genesis block on as the peer holds it, and a line
 * that says how many there were. NDJSON; each line in canonical JSON.
 */
import { fromBase64url, isHex, toBase64url } from './bytes.ts'
import { canonicalText } from './canonical-json.ts'
import { ScrutinError } from './errors.ts'

export const blockBundleFormat = 'scrutin-bundle/2'
/** 32 MiB: an orderer cuts blocks at 10 MiB, a third more in base64. */
export const maxBlockLineLength = 33_554_432

export interface BlockBundleHeader {
  readonly format: typeof blockBundleFormat
  readonly channel: string
  /** The election that whoever made the bundle was asked for; null for the chain alone. */
  readonly electionId: string | null
}

type BlockBundleLine = BlockBundleHeader | { readonly block: string } | { readonly end: true, readonly blocks: number }

/** Writes a bundle, a line at a time with its end. */
export async function * blockBundleLines (header: Omit<BlockBundleHeader, 'format'>, blocks: AsyncIterable<{ readonly bytes: Uint8Array }>): AsyncGenerator<string> {
  const line = (value: BlockBundleLine): string => canonicalText(value) + '\n'
  yield line({ format: blockBundleFormat, channel: header.channel, electionId: header.electionId })
  let count = 0
  for await (const { bytes } of blocks) {
    count++
    // a block is a single long word: no need to walk over it again
    yield `{"block":"${toBase64url(bytes)}"}\n`
  }
  yield line({ blocks: count, end: true })
}

/** Reads the first line of a bundle; undefined when it is none of a bundle of blocks. */
export function parseBlockBundleHeader (line: string): BlockBundleHeader | undefined {
  const value = parseLine(line)
  if (value === undefined || value['format'] !== blockBundleFormat || Object.keys(value).sort().join() !== 'channel,electionId,format') return undefined
  const { channel, electionId } = value
  if (typeof channel !== 'string' || (electionId !== null && !isHex(electionId, 32))) return undefined
  return { format: blockBundleFormat, channel, electionId }
}

/**
 * The blocks of a bundle, from the lines after its header, with or without their ends.
 *
 * @throws ScrutinError `input.malformed` or `input.not-canonical` for another form, a missing end, a wrong number, or
 *   something after the end
 */
export async function * readBundledBlocks (lines: AsyncIterator<string>): AsyncGenerator<{ readonly bytes: Uint8Array }> {
  let count = 0
  for (;;) {
    const next = await lines.next()
    if (next.done === true) throw new ScrutinError('input.malformed', 'the bundle is cut off: its end line is missing')
    const value = parseLine(next.value)
    const names = value === undefined ? '' : Object.keys(value).sort().join()
    if (names === 'block' && typeof value?.['block'] === 'string') {
      count++
      yield { bytes: fromBase64url(value['block']) }
    } else if (names === 'blocks,end' && value?.['end'] === true) {
      if (value['blocks'] !== count) throw new ScrutinError('input.malformed', `the end line says ${String(value['blocks'])} blocks, there are ${count}`)
      if ((await lines.next()).done !== true) throw new ScrutinError('input.malformed', 'something follows the end line')
      return
    } else {
      throw new ScrutinError('input.malformed', 'a line of the bundle is neither block nor end')
    }
  }
}

/** An object in its canonical spelling; undefined for anything else. */
function parseLine (line: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(line)
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined
    const object: Record<string, unknown> = { ...value }
    // blocks are long, and have one spelling: base64url needs no escapes
    const isBlock = typeof object['block'] === 'string' && line === `{"block":"${object['block']}"}`
    return isBlock || line === canonicalText(object) ? object : undefined
  } catch {
    return undefined
  }
}
