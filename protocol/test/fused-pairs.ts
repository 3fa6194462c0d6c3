/**
 * The products of `protocol/wasm/source/fused-pairs.ts` at the limits it names, against BigInt: limbs as large as they may
 * get, which random points never have. Compiled here for itself, with all it exports.
 */
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import fc from 'fast-check'
import t from 'tap'

type PairFunction = (r: number, a: number, b: number) => void
type Values = readonly [bigint, bigint]

const p = 2n ** 255n - 19n
/** The header's bounds of limbs. */
const mostCarried = 2 ** 50 + 2 ** 14
const mostOfSum = 2 * mostCarried
const [at, other, to] = [0x10000, 0x10100, 0x10200]

type Exports = Record<string, PairFunction> & { readonly memory: WebAssembly.Memory, readonly isFused: () => number }

function compile (): Exports {
  const source = fileURLToPath(new URL('../wasm/source/fused-pairs.ts', import.meta.url))
  const asc = fileURLToPath(new URL('../../node_modules/assemblyscript/bin/asc.js', import.meta.url))
  const folder = mkdtempSync(join(tmpdir(), 'fused-pairs-'))
  try {
    execFileSync(process.execPath, [asc, source, '--outFile', join(folder, 'out.wasm'), '-O1', '--enable', 'simd', '--enable', 'relaxed-simd', '--noAssert', '--runtime', 'stub', '--use', 'abort=', '--initialMemory', '2'])
    return new WebAssembly.Instance(new WebAssembly.Module(readFileSync(join(folder, 'out.wasm')))).exports as unknown as Exports
  } finally {
    rmSync(folder, { recursive: true })
  }
}

const fused = compile()
const doubles = new Float64Array(fused.memory.buffer)
const residue = (value: bigint): bigint => ((value % p) + p) % p

function write (address: number, limbs: readonly number[]): void {
  for (let i = 0; i < 10; i++) doubles[address / 8 + i] = limbs[i]!
}

/** Both lanes' numbers modulo p; limb i of lane l is double 2·i + l. */
function valuesOf (limbs: ArrayLike<number>): Values {
  return [0, 1].map((lane) => residue([4, 3, 2, 1, 0].reduce((sum, i) => sum * 2n ** 51n + BigInt(limbs[2 * i + lane]!), 0n))) as unknown as Values
}

const result = (): Float64Array => doubles.slice(to / 8, to / 8 + 10)

/** Ten limbs: all at a limit of one sign or of mixed signs, or anywhere. */
function limbs (most: number): fc.Arbitrary<number[]> {
  const extreme = fc.constantFrom(most, -most, most - 1, 1 - most)
  const any = fc.oneof(extreme, fc.constantFrom(0, 1, -1, 2 ** 50, -(2 ** 50), 2 ** 49), fc.bigInt({ min: -BigInt(most), max: BigInt(most) }).map(Number))
  return fc.oneof(extreme.map((limb) => new Array<number>(10).fill(limb)), fc.array(extreme, { minLength: 10, maxLength: 10 }), fc.array(any, { minLength: 10, maxLength: 10 }))
}

const isCarried = (pair: Float64Array): boolean => pair.every((limb) => Number.isInteger(limb) && Math.abs(limb) <= mostCarried)

const products: Record<string, (a: Values, b: Values) => Values> = {
  multiply: (a, b) => [a[0] * b[0], a[1] * b[1]],
  multiplyToDifferenceAndSum: (a, b) => [a[1] * b[1] - a[0] * b[0], a[0] * b[0] + a[1] * b[1]],
  multiplyToSumAndDifference: (a, b) => [a[0] * b[0] + a[1] * b[1], a[0] * b[0] - a[1] * b[1]],
  multiplyCrosswise: (a, b) => [a[1] * b[0] - a[0] * b[1], a[0] * b[1] + a[1] * b[0]],
}
const ofLanes: Record<string, (a: Values, b: Values) => Values> = {
  multiplyLanes: (a, b) => [a[0] * a[1], b[0] * b[1]],
  multiplyForDoubling: (a, b) => [2n * b[0] * b[1], 4n * a[0] * a[0] - 2n * b[0] * b[1]],
}
const squares: Record<string, (a: Values) => Values> = {
  square: (a) => [a[0] * a[0], a[1] * a[1]],
  squareToDifferenceAndSum: (a) => [a[1] * a[1] - a[0] * a[0], a[0] * a[0] + a[1] * a[1]],
}

if (fused.isFused() !== 1) t.comment('this machine has no fused multiply-additions: fused.wasm is not used on it')
else {
  for (const [name, expected] of Object.entries({ ...products, ...ofLanes, ...squares })) {
    t.test(`${name} is exact and carried at the limits`, async (t) => {
      // of a sum and a carried element, either way round; else of carried ones
      const factors = name in products
        ? fc.oneof(fc.tuple(limbs(mostOfSum), limbs(mostCarried)), fc.tuple(limbs(mostCarried), limbs(mostOfSum)))
        : fc.tuple(limbs(mostCarried), limbs(mostCarried))
      t.doesNotThrow(() => fc.assert(fc.property(factors, fc.constantFrom(to, at, other), ([a, b], r) => {
        write(at, a)
        write(other, b)
        fused[name]!(r, at, other)
        if (r !== to) doubles.copyWithin(to / 8, r / 8, r / 8 + 10)
        const [x, y] = expected(valuesOf(a), valuesOf(b))
        const [rx, ry] = valuesOf(result())
        return isCarried(result()) && rx === residue(x) && ry === residue(y)
      }), { numRuns: 3000 }))
    })
  }

  t.test('numbers are written as they are read, whatever multiples of p their limbs hold', async (t) => {
    const around = fc.tuple(fc.constantFrom(0n, p, 2n * p, 4n * p, -p, -4n * p), fc.bigInt({ min: -40n, max: 40n })).map(([multiple, off]) => {
      let value = multiple + off
      return Array.from({ length: 10 }, (_, i) => {
        if (i % 2 === 1) return 0
        const limb = i === 8 ? value : BigInt.asIntN(51, value)
        value = (value - limb) / 2n ** 51n
        return Number(limb)
      })
    })
    t.doesNotThrow(() => fc.assert(fc.property(fc.oneof(limbs(mostOfSum), limbs(2 ** 53), around), fc.nat(1), (a, lane) => {
      write(at, a)
      fused.toBytes!(to, at, lane)
      const written = new Uint8Array(fused.memory.buffer, to, 32).reduceRight((sum, byte) => sum * 256n + BigInt(byte), 0n)
      return written === valuesOf(a)[lane]
    }), { numRuns: 3000 }))
  })
}
