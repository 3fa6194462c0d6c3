/** What a hostile sender makes of an honest input: bytes and JSON with something changed in them. */
import fc from 'fast-check'

/** 2^255 - 19, the order of the group, and what else sits at the edges of 32 bytes; little-endian hex. */
const edges = [
  '00'.repeat(32), 'ff'.repeat(32), '01' + '00'.repeat(31), 'ee' + 'ff'.repeat(30) + '7f', 'ed' + 'ff'.repeat(30) + '7f', 'ec' + 'ff'.repeat(30) + '7f',
  'edd3f55c1a631258d69cf7a2def9de1400000000000000000000000000000010', 'ecd3f55c1a631258d69cf7a2def9de1400000000000000000000000000000010',
  '00'.repeat(31) + '80', 'e2f2ae0a6abc4e71a884a961c500515f58e30b6aa582dd8db6a65945e08d2d76',
].map((hex) => Uint8Array.from(Buffer.from(hex, 'hex')))

/** One change somewhere in the bytes: a bit, a piece cut out, doubled or put in, 32 bytes replaced by an edge. */
export function mutatedBytes (honest: Uint8Array): fc.Arbitrary<Uint8Array> {
  const place = fc.nat(honest.length)
  const splice = (from: number, to: number, middle: Uint8Array): Uint8Array => Uint8Array.from([...honest.subarray(0, from), ...middle, ...honest.subarray(to)])
  return fc.oneof(
    fc.nat(Math.max(0, 8 * honest.length - 1)).map((bit) => honest.map((byte, i) => i === bit >>> 3 ? byte ^ (1 << (bit & 7)) : byte)),
    fc.tuple(place, place).map(([a, b]) => splice(Math.min(a, b), Math.max(a, b), new Uint8Array(0))),
    fc.tuple(place, place, place).map(([a, b, at]) => splice(at, at, honest.subarray(Math.min(a, b), Math.max(a, b)))),
    fc.tuple(place, fc.uint8Array({ maxLength: 40 })).map(([at, junk]) => splice(at, at, junk)),
    fc.tuple(place, fc.constantFrom(...edges)).map(([at, edge]) => splice(at, Math.min(honest.length, at + 32), edge)),
    fc.tuple(fc.nat(Math.max(0, Math.floor(honest.length / 32) - 1)), fc.constantFrom(...edges)).map(([n, edge]) => splice(n * 32, Math.min(honest.length, n * 32 + 32), edge)),
    fc.uint8Array({ maxLength: 2 * honest.length })
  )
}

/** Anywhere in a group element or scalar: honest, changed, at an edge, or anything. */
export function hostile32 (honest: Uint8Array): fc.Arbitrary<Uint8Array> {
  return fc.oneof(mutatedBytes(honest), fc.constantFrom(...edges), fc.uint8Array({ minLength: 32, maxLength: 32 }))
}

const hostileValues: readonly unknown[] = [
  null, true, 0, -1, 1.5, 1e308, 2 ** 53, -0, '', '\0', '\ud800', '__proto__', 'constructor', 'A'.repeat(70_000), '0'.repeat(64), 'F'.repeat(64), [], {}, [[]],
  { message: {}, signature: '0'.repeat(128) }, { toString: 'x', length: -1 }, Array.from({ length: 300 }, () => 0),
]

/** The value with one place in it replaced by something hostile, taken out, or given a property too many. */
export function mutatedJson (honest: unknown): fc.Arbitrary<unknown> {
  const places = placesIn(honest)
  return fc.tuple(fc.constantFrom(...places), fc.oneof(fc.constantFrom(...hostileValues), fc.jsonValue({ maxDepth: 3 })), fc.constantFrom('replace', 'remove', 'add'))
    .map(([place, value, how]) => changed(honest, place, value, how))
}

type Place = readonly (string | number)[]

function placesIn (value: unknown, here: Place = []): Place[] {
  if (typeof value !== 'object' || value === null) return [here]
  return [here, ...Object.entries(value).flatMap(([name, part]) => placesIn(part, [...here, Array.isArray(value) ? Number(name) : name]))]
}

function changed (value: unknown, place: Place, by: unknown, how: string): unknown {
  const [name, ...rest] = place
  if (name === undefined) return how === 'add' && typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value, 'one too many': by } : by
  const copy = structuredClone(value) as Record<string | number, unknown>
  if (rest.length === 0 && how === 'remove') {
    if (Array.isArray(copy)) copy.splice(Number(name), 1)
    else delete copy[name]
  } else copy[name] = changed(copy[name], rest, by, how)
  return copy
}
