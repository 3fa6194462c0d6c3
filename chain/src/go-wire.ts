/**
 * Protobuf messages as Go reads them (google.golang.org/protobuf, and so every
 * Fabric peer), brought into the one spelling that this room's readers take.
 *
 * Whoever sends a transaction may spell its messages otherwise: unknown fields,
 * another order, a field twice, defaults spelled out, longer varints. A peer
 * takes them, so that an audit must; and must take the same from them. Bytes
 * inside (what is hashed and signed) are left as they are.
 */
import { concatBytes } from '../../protocol/src/bytes.ts'
import { ScrutinError } from '../../protocol/src/errors.ts'

export type FieldKind = 'bytes' | 'string' | 'bool' | 'int32' | 'uint32' | 'int64' | 'uint64' | MessageShape

export interface FieldShape {
  readonly kind: FieldKind
  readonly repeated?: true
  /** Of the fields with the same name here, the last one counts. */
  readonly oneOf?: string
}

/** The fields of a message by their numbers. */
export interface MessageShape { readonly [number: string]: FieldShape }

/** A field as it stands on the wire: its value without tag and length. */
interface Found {
  readonly number: number
  readonly wireType: number
  readonly bytes: Uint8Array
  readonly varint: bigint
}

const wire = { varint: 0, fixed64: 1, delimited: 2, startGroup: 3, endGroup: 4, fixed32: 5 } as const
/** Go gives up beyond; nothing of ours is nested at all. */
const mostGroups = 10_001
/** Of fields; within groups, where nobody asks for them, Go takes what fits 31 bits. */
const mostNumber = 2n ** 29n - 1n
const mostNumberInGroups = 2n ** 31n - 1n

/** @throws ScrutinError `input.malformed` for what Go refuses */
export function respell (shape: MessageShape, bytes: Uint8Array): Uint8Array {
  const fields = new Map<number, Found[]>()
  for (const field of readFields(bytes)) {
    const known = shape[field.number]
    // a known number with another wire type is an unknown field
    if (known === undefined || field.wireType !== wireTypeOf(known.kind)) continue
    if (known.oneOf !== undefined) {
      for (const [number, other] of Object.entries<FieldShape>(shape)) if (other.oneOf === known.oneOf && Number(number) !== field.number) fields.delete(Number(number))
    }
    const before = fields.get(field.number)
    if (before === undefined) fields.set(field.number, [field])
    else before.push(field)
  }
  const parts = [...fields].sort(([a], [b]) => a - b).flatMap(([number, found]) => writeField(number, shape[number]!, found))
  return concatBytes(...parts)
}

/** All fields in their order, the known and the unknown. Throws `input.malformed`. */
export function fieldsOf (bytes: Uint8Array): { readonly number: number, readonly isDelimited: boolean }[] {
  return readFields(bytes).map(({ number, wireType }) => ({ number, isDelimited: wireType === wire.delimited }))
}

function readFields (bytes: Uint8Array): Found[] {
  const reader = new Reader(bytes)
  const found: Found[] = []
  while (!reader.isAtEnd) found.push(reader.field())
  return found
}

function writeField (number: number, { kind, repeated }: FieldShape, found: readonly Found[]): Uint8Array[] {
  if (typeof kind === 'object') {
    const messages = found.map(({ bytes }) => respell(kind, bytes))
    // a message that comes twice is merged, which is what its parts say one after the other
    const merged = repeated === true || messages.length === 1 ? messages : [respell(kind, concatBytes(...messages))]
    return merged.map((message) => delimitedField(number, message))
  }
  if (kind === 'bytes' || kind === 'string') {
    if (kind === 'string') for (const { bytes } of found) checkText(bytes)
    const values = (repeated === true ? found : found.slice(-1)).map(({ bytes }) => bytes)
    return values.filter(({ length }) => repeated === true || length > 0).map((value) => delimitedField(number, value))
  }
  const value = narrow(kind, found.at(-1)!.varint)
  return value === 0n ? [] : [concatBytes(varint(BigInt(number) << 3n), varint(value))]
}

function wireTypeOf (kind: FieldKind): number {
  return kind === 'bytes' || kind === 'string' || typeof kind === 'object' ? wire.delimited : wire.varint
}

function narrow (kind: Exclude<FieldKind, 'bytes' | 'string' | MessageShape>, value: bigint): bigint {
  if (kind === 'bool') return value === 0n ? 0n : 1n
  if (kind === 'uint32') return BigInt.asUintN(32, value)
  return kind === 'int32' ? BigInt.asUintN(64, BigInt.asIntN(32, value)) : value
}

function delimitedField (number: number, value: Uint8Array): Uint8Array {
  return concatBytes(varint(BigInt(number) << 3n | BigInt(wire.delimited)), varint(BigInt(value.length)), value)
}

function varint (value: bigint): Uint8Array {
  const bytes: number[] = []
  let rest = value
  for (; rest >= 0x80n; rest >>= 7n) bytes.push(Number(rest & 0x7fn) | 0x80)
  bytes.push(Number(rest))
  return Uint8Array.from(bytes)
}

function checkText (bytes: Uint8Array): void {
  try {
    new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch {
    throw malformed('a text is not in UTF-8')
  }
}

const none = new Uint8Array(0)

class Reader {
  readonly #bytes: Uint8Array
  #place = 0

  constructor (bytes: Uint8Array) {
    this.#bytes = bytes
  }

  get isAtEnd (): boolean {
    return this.#place >= this.#bytes.length
  }

  field (): Found {
    const { number, wireType } = this.#tag(mostNumber)
    const name = { number: Number(number), wireType }
    if (wireType === wire.varint) return { ...name, bytes: none, varint: this.#varint() }
    if (wireType !== wire.startGroup) return { ...name, bytes: this.#value(wireType), varint: 0n }
    this.#passGroup(number)
    return { ...name, bytes: none, varint: 0n }
  }

  #tag (most: bigint): { readonly number: bigint, readonly wireType: number } {
    const tag = this.#varint()
    const number = tag >> 3n
    if (number < 1n || number > most) throw malformed('a field has no number')
    return { number, wireType: Number(tag & 7n) }
  }

  #value (wireType: number): Uint8Array {
    switch (wireType) {
      case wire.fixed64: return this.#take(8n)
      case wire.fixed32: return this.#take(4n)
      case wire.delimited: return this.#take(this.#varint())
      default: throw malformed('a field is of no known type')
    }
  }

  /** Fields up to the end that names the same number. Not by calling itself: a hostile nesting would end the audit, not the group. */
  #passGroup (number: bigint): void {
    const open = [number]
    while (open.length > 0) {
      const inner = this.#tag(mostNumberInGroups)
      if (inner.wireType === wire.startGroup) {
        if (open.push(inner.number) > mostGroups) throw malformed('groups are nested too deep')
      } else if (inner.wireType === wire.endGroup) {
        if (open.pop() !== inner.number) throw malformed('a group ends that has not begun')
      } else if (inner.wireType === wire.varint) {
        this.#varint()
      } else {
        this.#value(inner.wireType)
      }
    }
  }

  #take (length: bigint): Uint8Array {
    if (length > BigInt(this.#bytes.length - this.#place)) throw malformed('a field is longer than its message')
    const start = this.#place
    this.#place += Number(length)
    return this.#bytes.subarray(start, this.#place)
  }

  /** At most 64 bits: ten bytes, of which the last is 0 or 1. */
  #varint (): bigint {
    let value = 0n
    for (let i = 0; i < 10; i++) {
      const byte = this.#bytes[this.#place++]
      if (byte === undefined || (i === 9 && byte > 1)) throw malformed('a number is cut off or too large')
      value |= BigInt(byte & 0x7f) << BigInt(7 * i)
      if (byte < 0x80) return value
    }
    throw malformed('a number is too large')
  }
}

function malformed (detail: string): ScrutinError {
  return new ScrutinError('input.malformed', detail)
}
