/**
 * How points that are only checked with or counted are decoded and summed: by the
 * WebAssembly of `protocol/wasm` where a build of it is at hand, else by noble's
 * BigInt arithmetic. All give the same verdicts; noble is some twenty times
 * slower, and WebAssembly some three times where the machine has no fused
 * multiply-additions. Public values only: what touches secrets stays with group.ts.
 */
import type { Point } from './group.ts'
import { portablePoints } from './portable-points.ts'
import { loadWasmPoints, wasmBuilds, type WasmBuild, wasmPoints } from './wasm-points.ts'

/** A decoded point in the form of the arithmetic that decoded it: a place in a table of WebAssembly's, or a point of noble's. */
export type DecodedPoint = TabledPoint | Point
export interface TabledPoint {
  readonly table: Int32Array
  readonly at: number
}
/** A sum of points, likewise. */
export type PointSum = Uint8Array | Point

export interface PointArithmetic {
  readonly name: 'fused' | 'wasm' | 'portable'
  /** RFC 9496 section 4.3.1 on 32 bytes each; undefined for what is not a canonical encoding. The identity is one. */
  decode (encodings: readonly Uint8Array[]): (DecodedPoint | undefined)[]
  /** Σ scalar·point; as many scalars in [0, order) as points. */
  sum (points: readonly DecodedPoint[], scalars: readonly bigint[]): PointSum
  /** Σ point */
  add (points: readonly DecodedPoint[]): PointSum
  /** RFC 9496 section 4.3.2: 32 bytes */
  encode (sum: PointSum): Uint8Array
  difference (a: PointSum, b: PointSum): PointSum
  isIdentity (sum: PointSum): boolean
}

let chosen: PointArithmetic | undefined

export function pointArithmetic (): PointArithmetic {
  chosen ??= loadWasmPoints() ?? portablePoints
  return chosen
}

/**
 * For browsers, which find no builds by themselves: takes the fastest of those given that this machine computes exactly.
 * To be called before the first point is decoded; without any that works the portable arithmetic does.
 */
export function useWasmBuilds (modules: Readonly<Partial<Record<WasmBuild, WebAssembly.Module>>>): PointArithmetic['name'] {
  assertUnchosen()
  for (const name of wasmBuilds) {
    const module = modules[name]
    chosen ??= module === undefined ? undefined : wasmPoints(name, module)
  }
  return pointArithmetic().name
}

/** What an operator should know: undefined with the fastest at work. */
export function arithmeticNotice (): string | undefined {
  switch (pointArithmetic().name) {
    case 'fused': return undefined
    case 'wasm': return 'ballots are checked two to three times slower than where processor and Node have fused multiply-additions (FMA3) and relaxed SIMD'
    case 'portable': return 'ballots are checked without WebAssembly, some twenty times slower: npm run prepare builds it'
  }
}

/** For tests: before the first point is decoded. */
export function usePortableArithmetic (): void {
  if (chosen !== portablePoints) assertUnchosen()
  chosen = portablePoints
}

function assertUnchosen (): void {
  if (chosen !== undefined) throw new Error('points have been decoded already')
}
