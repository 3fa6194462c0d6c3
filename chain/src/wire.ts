/**
 * Protobuf messages, read so that no two readers can disagree: either only if
 * they are what the message writes back (known fields, each once, in order, no
 * defaults spelled out: Fabric's own writers write so), or as a peer reads them.
 */
import jspb from 'google-protobuf'
import { ScrutinError } from '../../protocol/src/errors.ts'
import { equalBytes } from '../../protocol/src/bytes.ts'
import { type MessageShape, respell } from './go-wire.ts'

interface Message { serializeBinary (): Uint8Array }
interface MessageType<T extends Message> {
  new (): T
  deserializeBinaryFromReader (message: T, reader: jspb.BinaryReader): T
}

const delimited = 2

/**
 * Refuses a field that is longer than what is left: the library's reader would go on behind the end of its bytes, for
 * minutes if a hostile length says so.
 */
class BoundedReader extends jspb.BinaryReader {
  readonly #bytes: Uint8Array

  constructor (bytes: Uint8Array) {
    super(bytes)
    this.#bytes = bytes
  }

  override nextField (): boolean {
    if (this.getCursor() > this.#bytes.length) throw new ScrutinError('input.malformed', 'a message goes on behind its end')
    const found = super.nextField()
    if (found && this.getWireType() as number === delimited && !this.#fits()) throw new ScrutinError('input.malformed', 'a field is longer than its message')
    return found
  }

  /** Whether the field whose length stands at the cursor ends within the bytes. */
  #fits (): boolean {
    let length = 0
    let place = this.getCursor()
    for (let factor = 1; factor <= 2 ** 28; factor *= 128) {
      const byte = this.#bytes[place++]
      if (byte === undefined) return false
      length += (byte & 0x7f) * factor
      if (byte < 0x80) return place + length <= this.#bytes.length
    }
    return false
  }
}

/** Throws `input.malformed` for what is none, `input.not-canonical` for another spelling. */
export function decode<T extends Message> (what: string, type: MessageType<T>, bytes: Uint8Array): T {
  const message = decodeLoosely(what, type, bytes)
  const written = writeBack(message)
  if (written === undefined || !equalBytes(written, bytes)) throw new ScrutinError('input.not-canonical', `${what} is not encoded as Fabric encodes it`)
  return message
}

/** Undefined for numbers that the library reads but does not write, as an int64 next to 2^63. */
function writeBack (message: Message): Uint8Array | undefined {
  try {
    return message.serializeBinary()
  } catch {
    return undefined
  }
}

/**
 * For messages that a sender may spell: read as Go reads them, so that no spelling is an audit's and not a peer's.
 * Throws `input.malformed` for what Go refuses too.
 */
export function decodeAsGo<T extends Message> (what: string, type: MessageType<T>, shape: MessageShape, bytes: Uint8Array): T {
  try {
    return decode(what, type, bytes)
  } catch (error) {
    if (!(error instanceof ScrutinError)) throw error
  }
  try {
    return decodeLoosely(what, type, respell(shape, bytes))
  } catch (cause) {
    throw new ScrutinError('input.malformed', `${what} cannot be decoded`, { cause })
  }
}

/** For messages with maps, which have no one spelling: only what is hashed and signed around them holds them fast. */
export function decodeLoosely<T extends Message> (what: string, type: MessageType<T>, bytes: Uint8Array): T {
  try {
    const message = new type() // eslint-disable-line new-cap -- a message's type is handed over
    return type.deserializeBinaryFromReader(message, new BoundedReader(bytes))
  } catch (cause) {
    throw new ScrutinError('input.malformed', `${what} cannot be decoded`, { cause })
  }
}

/** A number that JavaScript holds exactly; throws `input.malformed` for others. */
export function safeNumber (what: string, value: number): number {
  if (!Number.isSafeInteger(value) || value < 0) throw new ScrutinError('input.malformed', `${what} is no number below 2^53`)
  return value
}

/** What protobuf's maps are, as far as we use them; google-protobuf brings no types. */
interface WireMap<T> { entries (): { next (): { value?: [string, T] | undefined, done: boolean } } }

/** The entries of a protobuf map, sorted by key: their order on the wire means nothing. */
export function entriesOf<T> (map: unknown): [string, T][] {
  const iterator = (map as WireMap<T>).entries()
  const found: [string, T][] = []
  for (let step = iterator.next(); !step.done && step.value !== undefined; step = iterator.next()) found.push(step.value)
  return found.sort(([a], [b]) => a < b ? -1 : a > b ? 1 : 0)
}
