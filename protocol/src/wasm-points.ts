/**
 * The arithmetic of `protocol/wasm` (AssemblyScript, made by `npm run prepare`
 * and at every install; nothing of it is committed). Found on Node beside the
 * sources; elsewhere, or without a build, the portable arithmetic does.
 *
 * Nothing stays in the WebAssembly's memory between calls: decoded points and
 * sums are copied out of it, and every call writes its whole input first.
 */
import type { PointArithmetic, TabledPoint } from './point-arithmetic.ts'

/** Exports of protocol/wasm/source/index.ts. */
interface Exports {
  readonly memory: WebAssembly.Memory
  readonly interfaceVersion: WebAssembly.Global
  readonly inputAt: WebAssembly.Global
  readonly pointsAt: WebAssembly.Global
  readonly validAt: WebAssembly.Global
  readonly sumsAt: WebAssembly.Global
  readonly pointCapacity: WebAssembly.Global
  decodePoints (count: number): void
  sumPoints (count: number): void
  addPoints (count: number): void
  encodeSum (): void
  addSums (minus: number): void
  sumIsIdentity (): number
  isExact (): number
}

const interfaceVersion = 3
const scalarSize = 32
/** Above the field's prime. */
const noEncoding = new Uint8Array(32).fill(0xff)
const pointWords = 40
const sumSize = 160

/** Undefined for an old build, and for one that this machine does not compute exactly. */
export function wasmPoints (name: WasmBuild, module: WebAssembly.Module): PointArithmetic | undefined {
  const wasm = new WebAssembly.Instance(module).exports as unknown as Exports
  if (wasm.interfaceVersion?.value !== interfaceVersion || wasm.isExact() !== 1) return undefined
  const [inputAt, pointsAt, validAt, sumsAt, capacity] = [wasm.inputAt, wasm.pointsAt, wasm.validAt, wasm.sumsAt, wasm.pointCapacity].map(({ value }) => value as number) as [number, number, number, number, number]
  // the memory has its final size from the start
  const bytes = new Uint8Array(wasm.memory.buffer)
  const words = new Int32Array(wasm.memory.buffer)
  const view = new DataView(wasm.memory.buffer)

  const writePoint = (i: number, { table, at }: TabledPoint): void => {
    const to = pointsAt / 4 + pointWords * i
    for (let word = 0; word < pointWords; word++) words[to + word] = table[at + word]!
  }
  const takeSum = (): Uint8Array => bytes.slice(sumsAt, sumsAt + sumSize)
  const addTo = (sum: Uint8Array | undefined): Uint8Array => {
    if (sum === undefined) return takeSum()
    bytes.set(sum, sumsAt + sumSize)
    wasm.addSums(0)
    return takeSum()
  }

  return {
    name,

    decode (encodings) {
      const decoded: (TabledPoint | undefined)[] = []
      for (let from = 0; from < encodings.length; from += capacity) {
        const count = Math.min(capacity, encodings.length - from)
        for (let i = 0; i < count; i++) bytes.set(encodings[from + i]!.length === 32 ? encodings[from + i]! : noEncoding, inputAt + 32 * i)
        wasm.decodePoints(count)
        const table = words.slice(pointsAt / 4, pointsAt / 4 + pointWords * count)
        for (let i = 0; i < count; i++) decoded.push(bytes[validAt + i] === 1 ? { table, at: pointWords * i } : undefined)
      }
      return decoded
    },

    add (points) {
      let sum: Uint8Array | undefined
      for (let from = 0; from < points.length || sum === undefined; from += capacity) {
        const count = Math.min(capacity, points.length - from)
        for (let i = 0; i < count; i++) writePoint(i, points[from + i] as TabledPoint)
        wasm.addPoints(count)
        sum = addTo(sum)
      }
      return sum
    },

    encode (sum) {
      bytes.set(sum as Uint8Array, sumsAt)
      wasm.encodeSum()
      return bytes.slice(inputAt, inputAt + 32)
    },

    sum (points, scalars) {
      let sum: Uint8Array | undefined
      for (let from = 0; from < points.length || sum === undefined; from += capacity) {
        const count = Math.min(capacity, points.length - from)
        for (let i = 0; i < count; i++) {
          writePoint(i, points[from + i] as TabledPoint)
          writeScalar(view, inputAt + scalarSize * i, scalars[from + i]!)
        }
        wasm.sumPoints(count)
        sum = addTo(sum)
      }
      return sum
    },

    difference (a, b) {
      bytes.set(a as Uint8Array, sumsAt)
      bytes.set(b as Uint8Array, sumsAt + sumSize)
      wasm.addSums(1)
      return takeSum()
    },

    isIdentity (sum) {
      bytes.set(sum as Uint8Array, sumsAt)
      return wasm.sumIsIdentity() === 1
    },
  }
}

function writeScalar (view: DataView, at: number, scalar: bigint): void {
  view.setBigUint64(at, scalar, true) // takes the lowest 64 bits
  view.setBigUint64(at + 8, scalar >> 64n, true)
  view.setBigUint64(at + 16, scalar >> 128n, true)
  view.setBigUint64(at + 24, scalar >> 192n, true)
}

/**
 * The builds beside the sources, if this runs on Node, the fastest first: `fused.wasm` needs relaxed SIMD of the engine
 * and fused multiply-additions of the processor, `points.wasm` neither. Both give the same results.
 */
export const wasmBuilds = ['fused', 'wasm'] as const
export type WasmBuild = typeof wasmBuilds[number]

/** The first of the builds that is there and that works on this machine. */
export function loadWasmPoints (): PointArithmetic | undefined {
  for (const name of wasmBuilds) {
    const module = compileBuild(name)
    const arithmetic = module === undefined ? undefined : wasmPoints(name, module)
    if (arithmetic !== undefined) return arithmetic
  }
  return undefined
}

/** Undefined where it is missing or has instructions that the engine does not know. */
export function compileBuild (name: WasmBuild): WebAssembly.Module | undefined {
  const files = globalThis.process?.getBuiltinModule?.('node:fs')
  if (files === undefined) return undefined
  // bundlers are not to take it along: in browsers, those are given that `useWasmBuilds` is called with
  const build = new URL(/* @vite-ignore */ `../wasm/build/${name === 'fused' ? 'fused' : 'points'}.wasm`, import.meta.url)
  if (!files.existsSync(build)) return undefined
  try {
    return new WebAssembly.Module(files.readFileSync(build))
  } catch (error) {
    if (error instanceof WebAssembly.CompileError) return undefined
    throw error
  }
}
