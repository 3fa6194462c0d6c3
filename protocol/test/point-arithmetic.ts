/** Decoding and sums of the WebAssembly, with noble's arithmetic as oracle. */
import { execFileSync } from 'node:child_process'
import fc from 'fast-check'
import t, { type Test } from 'tap'
import { fromHex, toHex } from '../src/bytes.ts'
import { basePoint, decodePointOrIdentity, groupOrder, identity, modOrder, multiply, type Point, sumPoints } from '../src/group.ts'
import { arithmeticNotice, type DecodedPoint, type PointArithmetic, pointArithmetic, type PointSum } from '../src/point-arithmetic.ts'
import { portablePoints } from '../src/portable-points.ts'
import { compileBuild, type WasmBuild, wasmBuilds, wasmPoints } from '../src/wasm-points.ts'
import { bytes, flipBit, point, scalar } from './support/arbitraries.ts'
import vectors from './vectors/rfc9496-ristretto255.json' with { type: 'json' }

t.test('the fastest build is at hand, or the machine has no fused multiply-additions', async (t) => {
  const fused = compileBuild('fused')
  t.ok(fused, 'npm run prepare makes it')
  if (wasmPoints('fused', fused!) === undefined) {
    t.equal(pointArithmetic().name, 'wasm')
    t.match(arithmeticNotice(), /FMA3/)
  } else {
    t.equal(pointArithmetic().name, 'fused')
    t.equal(arithmeticNotice(), undefined)
  }
})

t.test('where multiply-additions round twice, the other build is taken and computes the same', async (t) => {
  const program = `const { pointArithmetic } = await import('./protocol/src/point-arithmetic.ts')
    const [point] = pointArithmetic().decode([Buffer.from('${toHex(basePoint.toBytes())}', 'hex')])
    console.log(pointArithmetic().name, Buffer.from(pointArithmetic().encode(pointArithmetic().sum([point], [7n]))).toString('hex'))`
  const run = (...flags: string[]): string => execFileSync(process.execPath, [...flags, '--input-type=module', '-e', program], { cwd: new URL('../..', import.meta.url), encoding: 'utf8' }).trim()
  t.equal(run('--no-enable-fma3'), `${process.arch === 'x64' ? 'wasm' : pointArithmetic().name} ${multiply(basePoint, 7n).toHex()}`)
})

const decoded = (arithmetic: PointArithmetic, value: Point): DecodedPoint => arithmetic.decode([value.toBytes()])[0]!
const slowSum = (points: readonly Point[], scalars: readonly bigint[]): Point => sumPoints(points.map((base, i) => multiply(base, scalars[i]!)))

const p = 2n ** 255n - 19n
const littleEndian = (value: bigint): Uint8Array => Uint8Array.from({ length: 32 }, (_, i) => Number(value >> BigInt(8 * i) & 255n))

const anyPoint = fc.oneof({ weight: 6, arbitrary: point }, fc.constantFrom(identity, basePoint, basePoint.negate()))
const anyScalar = fc.oneof(scalar, fc.bigInt({ min: 0n, max: 2n ** 128n }), fc.bigInt({ min: 0n, max: 40n }), fc.bigInt({ min: 1n, max: 40n }).map((value) => groupOrder - value),
  fc.bigInt({ min: -3n, max: 3n }).map((off) => (groupOrder - 1n) / 2n + off), fc.nat(252).map((bit) => 2n ** BigInt(bit)), fc.nat(251).map((bit) => groupOrder - 2n ** BigInt(bit)))

for (const name of wasmBuilds) {
  const module = compileBuild(name)!
  const wasm = wasmPoints(name, module)
  if (wasm === undefined) t.comment(`${name}: not on this machine`)
  else t.test(name, async (t) => { testArithmetic(t, wasm, name, module) })
}

function testArithmetic (t: Test, wasm: PointArithmetic, name: WasmBuild, module: WebAssembly.Module): void {
  /** Whether the WebAssembly's sum is this point. */
  const isSum = (sum: PointSum, value: Point): boolean => wasm.isIdentity(wasm.difference(sum, wasm.sum([decoded(wasm, value)], [1n])))

  t.test('RFC 9496: multiples of the generator, and what is no encoding', async (t) => {
    for (const { k, encoding } of vectors.generator_multiples) {
      const once = wasm.decode([fromHex(encoding, 32)])[0]
      t.ok(once !== undefined && isSum(wasm.sum([once], [1n]), multiply(basePoint, BigInt(k))), `${k} times`)
    }
    for (const { encoding } of vectors.element_derivation.map(({ output }) => ({ encoding: output }))) {
      const once = wasm.decode([fromHex(encoding, 32)])[0]
      t.ok(once !== undefined && isSum(wasm.sum([once], [1n]), decodePointOrIdentity(fromHex(encoding, 32))))
    }
    for (const { encoding } of vectors.invalid_encodings) t.equal(wasm.decode([fromHex(encoding, 32)])[0], undefined, encoding)
    for (const length of [0, 31, 33, 64]) t.equal(wasm.decode([new Uint8Array(length)])[0], undefined)
  })

  t.test('both arithmetics decode the same byte strings', async (t) => {
    const nearLimits = fc.tuple(fc.constantFrom(0n, p, 2n ** 255n, 2n ** 256n, 2n ** 254n, (p - 1n) / 2n), fc.bigInt({ min: -40n, max: 40n })).map(([limit, off]) => littleEndian(BigInt.asUintN(256, limit + off)))
    const flipped = fc.tuple(point, fc.nat(255)).map(([value, bit]) => flipBit(value.toBytes(), bit))
    const negated = point.map((value) => littleEndian(p - BigInt(`0x${value.toHex().match(/../g)!.toReversed().join('')}`)))
    const candidates = fc.oneof(bytes(32), bytes(32).map((value) => { value[0]! &= 0xfe; value[31]! &= 0x7f; return value }), nearLimits, flipped, negated)
    t.doesNotThrow(() => fc.assert(fc.property(candidates, (encoding) => {
      const ours = wasm.decode([encoding])[0]
      const theirs = portablePoints.decode([encoding])[0] as Point | undefined
      return theirs === undefined ? ours === undefined : ours !== undefined && isSum(wasm.sum([ours], [1n]), theirs)
    }), { numRuns: 1500 }))
  })

  t.test('sums of few points, whatever the scalars', async (t) => {
    t.doesNotThrow(() => fc.assert(fc.property(fc.array(fc.tuple(anyPoint, anyScalar), { maxLength: 9 }), (terms) => {
      const [points, scalars] = [terms.map(([base]) => base), terms.map(([, factor]) => factor)]
      return isSum(wasm.sum(points.map((base) => decoded(wasm, base)), scalars), slowSum(points, scalars))
    }), { numRuns: 60 }))
  })

  t.test('repeated points and sums that cancel out', async (t) => {
    t.doesNotThrow(() => fc.assert(fc.property(anyPoint, anyScalar, fc.integer({ min: 1, max: 300 }), (base, factor, times) => {
      const once = decoded(wasm, base)
      const sum = wasm.sum(Array.from({ length: times }, () => once), Array.from({ length: times }, () => factor))
      const cancelled = wasm.sum(Array.from({ length: 2 * times }, () => once), Array.from({ length: 2 * times }, (_, i) => i % 2 === 0 ? factor : modOrder(-factor)))
      return isSum(sum, multiply(base, modOrder(factor * BigInt(times)))) && wasm.isIdentity(cancelled) && wasm.isIdentity(wasm.sum([], []))
    }), { numRuns: 40 }))
  })

  t.test('sums of many points, up to several calls full', async (t) => {
    // 256 points of known logarithms, with scalars drawn anew
    const logarithms = fc.sample(scalar, 256)
    const points = logarithms.map((logarithm) => decoded(wasm, multiply(basePoint, logarithm)))
    for (const count of [16, 100, 200, 255, 513, 1000, 2048, 4095, 4096, 4097, 9000]) {
      const scalars = fc.sample(anyScalar, count)
      const expected = scalars.reduce((sum, factor, i) => sum + factor * logarithms[i % 256]!, 0n)
      t.ok(isSum(wasm.sum(scalars.map((_, i) => points[i % 256]!), scalars), multiply(basePoint, modOrder(expected))), `${count} points`)
    }
  })

  t.test('very short scalars of as many points as one call holds', async (t) => {
    const logarithms = fc.sample(scalar, 64)
    const points = logarithms.map((logarithm) => decoded(wasm, multiply(basePoint, logarithm)))
    for (let bits = 1; bits <= 16; bits++) {
      const scalars = fc.sample(fc.bigInt({ min: 2n ** BigInt(bits - 1), max: 2n ** BigInt(bits) - 1n }), 4096).map((factor, i) => i % 3 === 0 ? groupOrder - factor : factor)
      const expected = scalars.reduce((sum, factor, i) => sum + factor * logarithms[i % 64]!, 0n)
      t.ok(isSum(wasm.sum(scalars.map((_, i) => points[i % 64]!), scalars), multiply(basePoint, modOrder(expected))), `${bits} bits`)
    }
  })

  t.test('one long scalar among many short ones', async (t) => {
    // narrow windows, and so as many digits for each as there can be
    const points = fc.sample(scalar, 64).map((logarithm) => decoded(wasm, multiply(basePoint, logarithm)))
    for (const count of [100, 1000, 4096]) {
      const bases = Array.from({ length: count }, (_, i) => points[i % 64]!)
      const once = wasm.sum(bases, bases.map((_, i) => i === count - 1 ? (groupOrder - 1n) / 2n : 1n))
      const rest = wasm.sum([...points, bases.at(-1)!], [...points.map((_, i) => BigInt(Math.floor((count - 2 - i) / 64) + 1)), (groupOrder - 1n) / 2n])
      t.ok(wasm.isIdentity(wasm.difference(once, rest)), `${count} points`)
    }
  })

  t.test('the identity of ristretto255 is recognised in all its forms', async (t) => {
    const sum = wasm.sum([decoded(wasm, basePoint)], [0n])
    t.ok(wasm.isIdentity(sum))
    t.ok(wasm.isIdentity(wasm.difference(sum, sum)))
    t.notOk(wasm.isIdentity(wasm.sum([decoded(wasm, basePoint)], [1n])))
    t.notOk(wasm.isIdentity(new Uint8Array(160)), 'what is no point at all is none either')
    // adding one point in two ways leaves projective coordinates that differ
    const [a, b] = [wasm.sum([decoded(wasm, basePoint)], [6n]), wasm.sum([decoded(wasm, multiply(basePoint, 2n))], [3n])]
    t.ok(wasm.isIdentity(wasm.difference(a, b)))
  })

  t.test('plain sums, and the encodings of what comes out', async (t) => {
    t.doesNotThrow(() => fc.assert(fc.property(fc.array(anyPoint, { maxLength: 6 }), (points) => {
      const [ours, theirs] = [wasm, portablePoints].map((arithmetic) => toHex(arithmetic.encode(arithmetic.add(points.map((base) => decoded(arithmetic, base))))))
      return ours === theirs && ours === toHex(sumPoints(points).toBytes())
    }), { numRuns: 100 }))
    const once = decoded(wasm, basePoint)
    t.equal(toHex(wasm.encode(wasm.add(Array.from({ length: 9000 }, () => once)))), multiply(basePoint, 9000n).toHex())
    for (const { k, encoding } of vectors.generator_multiples) t.equal(toHex(wasm.encode(wasm.sum([once], [BigInt(k)]))), encoding)
  })

  t.test('a call that traps leaves nothing behind', async (t) => {
    // more than fit: refused by the WebAssembly itself
    const raw = new WebAssembly.Instance(module).exports as { sumPoints (count: number): void, decodePoints (count: number): void, addPoints (count: number): void }
    for (const call of [raw.sumPoints, raw.decodePoints, raw.addPoints]) {
      for (const count of [4097, -1, 2 ** 31]) t.throws(() => call(count), WebAssembly.RuntimeError)
    }
    const arithmetic = wasmPoints(name, module)!
    const [good, bad] = [basePoint.toBytes(), new Uint8Array(32).fill(0xff)]
    t.same(arithmetic.decode([bad, good, bad]).map((point) => point === undefined), [true, false, true])
    // a scalar that is no number stops the call half-way
    t.throws(() => arithmetic.sum([arithmetic.decode([good])[0]!, arithmetic.decode([good])[0]!], [1n, undefined as unknown as bigint]))
    t.ok(arithmetic.isIdentity(arithmetic.sum([arithmetic.decode([good])[0]!, arithmetic.decode([good])[0]!], [1n, groupOrder - 1n])))
  })

  t.test('memory does not grow, however many calls', async (t) => {
    const { memory } = new WebAssembly.Instance(module).exports as { memory: WebAssembly.Memory }
    t.throws(() => memory.grow(1), 'it has its final size')
  })
}
