import { createHash } from 'node:crypto'
import fc from 'fast-check'
import t from 'tap'
import { concatBytes, frame, utf8ToBytes } from '../src/bytes.ts'
import { reduceWide } from '../src/group.ts'
import { taggedHash, taggedHashHex, tags } from '../src/tagged-hash.ts'
import { Transcript } from '../src/transcript.ts'
import { bytes } from './support/arbitraries.ts'

const framed = (text: string): Uint8Array => frame(utf8ToBytes(text))

t.test('a challenge is SHA-512 over everything framed so far, reduced', async (t) => {
  const data = Uint8Array.of(1, 2, 3)
  const hashed = concatBytes(framed('tag'), framed(tags.ballotProofs), framed('first'), frame(data), framed('number'), frame(Uint8Array.of(0, 0, 1, 0)), framed('challenge'), frame(new Uint8Array(0)))
  const expected = reduceWide(Uint8Array.from(createHash('sha512').update(hashed).digest()))
  t.equal(new Transcript(tags.ballotProofs).absorb('first', data).absorbNumber('number', 256).challenge('challenge'), expected)
})

t.test('parts are absorbed as one, and the last challenge is a challenge', async (t) => {
  t.doesNotThrow(() => fc.assert(fc.property(fc.array(fc.uint8Array({ maxLength: 6000 }), { maxLength: 4 }), fc.boolean(), (parts, challengedBefore) => {
    const [whole, split] = [new Transcript(tags.receipt).absorb('a', concatBytes(...parts)), new Transcript(tags.receipt).absorb('a', ...parts)]
    if (challengedBefore) whole.challenge('b')
    if (challengedBefore) split.challenge('b')
    return whole.challenge('c') === split.lastChallenge('c')
  }), { numRuns: 200 }))
})

t.test('transcripts that grow side by side keep their bytes apart', async (t) => {
  const grow = (transcripts: readonly Transcript[]): bigint[] => {
    for (const [i, transcript] of transcripts.entries()) transcript.absorb('a', new Uint8Array(3000).fill(i)).challenge('b')
    for (const [i, transcript] of transcripts.entries()) transcript.absorb('c', new Uint8Array(3000).fill(i + 100))
    return transcripts.map((transcript) => transcript.challenge('d'))
  }
  const start = (): Transcript => new Transcript(tags.receipt)
  const alone = Array.from({ length: 6 }, (_, i) => start().absorb('a', new Uint8Array(3000).fill(i))).map((transcript, i) => {
    transcript.challenge('b')
    return transcript.absorb('c', new Uint8Array(3000).fill(i + 100)).challenge('d')
  })
  t.same(grow(Array.from({ length: 6 }, start)), alone)
  t.equal(new Set(alone).size, 6)
})

t.test('a second challenge differs from the first and depends on what came before', async (t) => {
  const one = new Transcript(tags.ballotProofs).absorb('a', Uint8Array.of(1))
  const other = new Transcript(tags.ballotProofs).absorb('a', Uint8Array.of(2))
  t.not(one.challenge('c'), one.challenge('c'))
  other.challenge('c')
  t.not(one.challenge('c'), other.challenge('c'))
})

t.test('labels, data and their borders all count', async () => {
  const challenge = (...parts: readonly (readonly [string, Uint8Array])[]): bigint => {
    const transcript = new Transcript(tags.receipt)
    for (const [label, data] of parts) transcript.absorb(label, data)
    return transcript.challenge('c')
  }
  fc.assert(fc.property(fc.string(), bytes(1, 40), bytes(1, 40), (label, a, b) =>
    new Set([
      challenge([label, concatBytes(a, b)]),
      challenge([label, a], [label, b]),
      challenge([label, a], [`${label}.`, b]),
      challenge([`${label}.`, concatBytes(a, b)]),
      challenge([label, a]),
    ]).size === 5))
})

t.test('the tag counts', async (t) => {
  t.not(new Transcript(tags.receipt).challenge('c'), new Transcript(tags.directoryEntry).challenge('c'))
})

t.test('a tagged hash is SHA-256 over the framed tag and the framed parts', async (t) => {
  const hashed = concatBytes(framed(tags.tracker), framed('one'), framed(''))
  t.equal(taggedHashHex(tags.tracker, utf8ToBytes('one'), new Uint8Array(0)), createHash('sha256').update(hashed).digest('hex'))
  t.notSame(taggedHash(tags.tracker, utf8ToBytes('one')), taggedHash(tags.modulus, utf8ToBytes('one')))
})

t.test('no two domain tags are the same and none begins another', async (t) => {
  const all = Object.values(tags)
  t.equal(new Set(all).size, all.length)
  t.ok(all.every((tag) => tag.startsWith('scrutin/1/')))
})
