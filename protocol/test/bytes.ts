import fc from 'fast-check'
import t from 'tap'
import { portableBase64url } from '../src/base64url.ts'
import { ByteReader, concatBytes, equalBytes, frame, fromBase64url, fromHex, isHex, joinFrames, splitFrames, toBase64url, toHex, uint32 } from '../src/bytes.ts'
import { bytes } from './support/arbitraries.ts'
import { refuses } from './support/refuses.ts'

t.test('hex reads back what it wrote', async (t) => {
  fc.assert(fc.property(bytes(0, 80), (value) => equalBytes(fromHex(toHex(value), value.length), value)))
  t.ok(isHex('00ff', 2))
})

t.test('hex of another length, in capitals or with foreign characters is refused', async (t) => {
  for (const text of ['00', '000000', '00FF', '00fg', ' 0ff', '0ff\n', '00f']) {
    refuses(t, 'input.not-canonical', () => fromHex(text, 2))
    t.notOk(isHex(text, 2))
  }
  t.notOk(isHex(undefined, 2))
})

t.test('base64url agrees with Node and reads back what it wrote', async () => {
  fc.assert(fc.property(bytes(0, 80), (value) => {
    const text = toBase64url(value)
    const portable = portableBase64url.decode(text)
    return text === Buffer.from(value).toString('base64url') && equalBytes(fromBase64url(text), value) && portableBase64url.encode(value) === text && equalBytes(portable!, value)
  }))
})

t.test('base64url with padding, foreign characters or trailing bits is refused', async (t) => {
  for (const text of ['AA==', 'AA+A', 'AA/A', 'A', 'AAAAA', 'AB', 'AAB', 'AA A', 'AAAA\n', 'AAAé', 'AAAŁ']) {
    refuses(t, 'input.not-canonical', () => fromBase64url(text))
    const portable = portableBase64url.decode(text)
    t.notOk(portable !== undefined && portableBase64url.encode(portable) === text, text)
  }
})

t.test('equal bytes are equal in length and content', async (t) => {
  t.ok(equalBytes(Uint8Array.of(1, 2), Uint8Array.of(1, 2)))
  t.notOk(equalBytes(Uint8Array.of(1, 2), Uint8Array.of(1, 3)))
  t.notOk(equalBytes(Uint8Array.of(1, 2), Uint8Array.of(1, 2, 0)))
})

t.test('a 32-bit number is four bytes, big-endian', async (t) => {
  t.equal(toHex(uint32(0x01020304)), '01020304')
  t.equal(toHex(uint32(0xffffffff)), 'ffffffff')
  for (const value of [-1, 1.5, 0x100000000, NaN]) t.throws(() => uint32(value))
})

t.test('a frame is the length and then the bytes', async (t) => {
  t.equal(toHex(frame(Uint8Array.of(7, 8))), '000000020708')
  t.equal(toHex(frame(new Uint8Array(0))), '00000000')
})

t.test('frames split into what was joined', async () => {
  fc.assert(fc.property(fc.array(bytes(0, 40), { maxLength: 10 }), (parts) => {
    const split = splitFrames(joinFrames(parts), 10)
    return split.length === parts.length && split.every((part, i) => equalBytes(part, parts[i]!))
  }))
})

t.test('frames cut off, left over or too many are refused', async (t) => {
  const joined = joinFrames([Uint8Array.of(1, 2), Uint8Array.of(3)])
  for (const length of [1, 3, 5, 7, 10]) refuses(t, 'input.not-canonical', () => splitFrames(joined.subarray(0, length), 2))
  refuses(t, 'input.not-canonical', () => splitFrames(concatBytes(joined, Uint8Array.of(0)), 3))
  refuses(t, 'input.too-large', () => splitFrames(joined, 1))
})

t.test('the reader takes bytes from front to back and tells when some are left', async (t) => {
  const reader = new ByteReader(Uint8Array.of(9, 0, 0, 1, 0, 5))
  t.equal(reader.takeByte(), 9)
  t.equal(reader.takeUint32(), 256)
  t.equal(reader.remaining, 1)
  refuses(t, 'input.not-canonical', () => { reader.finish() })
  refuses(t, 'input.not-canonical', () => reader.take(2))
  t.equal(reader.takeByte(), 5)
  reader.finish()
})
