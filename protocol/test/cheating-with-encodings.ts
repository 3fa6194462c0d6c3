/** One test for every way to write the same ballot otherwise. */
import t from 'tap'
import { concatBytes, fromHex, toHex } from '../src/bytes.ts'
import { encodeScalar, groupOrder } from '../src/group.ts'
import { sign } from '../src/schnorr.ts'
import { tags } from '../src/tagged-hash.ts'
import { replaced } from './support/ballot-layout.ts'
import { codeOf, honest, layout, refused, verdictOn, voter } from './support/cheating-scene.ts'

t.test('other encodings of the same', async (t) => {
  const sealed = (bytes: Uint8Array): Uint8Array => bytes.length === layout.length ? concatBytes(bytes.subarray(0, layout.length - 64), sign(tags.castSignature, voter.keys, bytes.subarray(0, layout.bodyLength))) : bytes
  const isCast = (offset: number): boolean => offset >= layout.bodyLength
  const everywhere = (name: string, kind: 'point' | 'scalar', change: (part: Uint8Array) => Uint8Array): void => {
    const wrong = layout.places.filter((place) => place.kind === kind).filter(({ offset }) => {
      const changed = replaced(honest, offset, change(honest.slice(offset, offset + 32)))
      const code = codeOf(verdictOn(isCast(offset) ? changed : sealed(changed)))
      return code !== 'ballot.malformed'
    })
    t.same(wrong, [], name)
  }
  const p = 2n ** 255n - 19n
  everywhere('a point plus the field\'s prime, where that fits, or its sign bit set', 'point', (part) => {
    const value = BigInt(`0x${toHex(part.toReversed())}`)
    const shifted = (value + p < 2n ** 256n ? value + p : value + 2n ** 255n).toString(16).padStart(64, '0')
    return fromHex(shifted, 32).toReversed()
  })
  everywhere('no point at all', 'point', () => new Uint8Array(32).fill(0xff))
  everywhere('the identity element', 'point', () => new Uint8Array(32))
  everywhere('a scalar plus the order', 'scalar', (part) => {
    const shifted = (BigInt(`0x${toHex(part.toReversed())}`) + groupOrder).toString(16).padStart(64, '0')
    return fromHex(shifted, 32).toReversed()
  })
  everywhere('the order itself', 'scalar', () => encodeScalar(groupOrder))

  await t.test('bytes cut off, added in front, behind or in between', async (t) => {
    for (const length of [0, 1, 33, 65, 66, 100, layout.bodyLength - 1, layout.bodyLength, layout.length - 64, layout.length - 1]) {
      refused(t, honest.subarray(0, length), 'ballot.malformed', `${length} bytes`)
    }
    for (const at of [1, 66, layout.bodyLength, layout.length]) {
      const code = codeOf(verdictOn(concatBytes(honest.subarray(0, at), Uint8Array.of(0), honest.subarray(at))))
      t.ok(code, `a byte at ${at}`)
    }
    refused(t, concatBytes(honest, honest), 'ballot.malformed', 'two ballots')
  })
  await t.test('an unknown version', async (t) => {
    for (const version of [0, 2, 255]) refused(t, sealed(replaced(honest, 0, Uint8Array.of(version))), 'ballot.malformed', `version ${version}`)
  })
})
